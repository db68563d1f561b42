"""Files of contacts that the command line sends, with how far they are."""

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from api.client import ApiClient
from api.schemas.contact_import import ContactImportOut
from commands.view import out
from contracts.contact_import import FINAL_IMPORT_STATUSES

POLL_SECONDS = 0.5
SHOWN_REFUSALS = 10


async def import_contacts(
    api: ApiClient, list_id: UUID, file: Path, reading: Mapping[str, str | list[str]]
) -> ContactImportOut:
    """Upload a file, show how far it is, and wait until it is merged."""
    with bars() as shown:
        upload = shown.add_task("uploading", total=os.path.getsize(file))  # noqa: ASYNC240, PTH202 - asks the disk once
        row = await api.import_file(list_id, file, reading, lambda sent: shown.update(upload, completed=sent))
        merge = shown.add_task("merging", total=None)
        while row.status not in FINAL_IMPORT_STATUSES:
            await asyncio.sleep(POLL_SECONDS)
            row = await api.contact_import(row.id)
            shown.update(merge, completed=row.accepted, total=row.rows_read - row.rejected - row.merged)
    return row


async def show_refusals(api: ApiClient, row: ContactImportOut, keep: Path | None) -> None:
    """Write the refused rows to a file, or show the first few and say how to get the rest."""
    pieces = [piece async for piece in api.import_errors(row.id)] if keep is None else []
    if keep is not None:
        with keep.open("wb") as file:
            async for piece in api.import_errors(row.id):
                file.write(piece)
        out.print(f"refused rows: {keep}", markup=False, soft_wrap=True)
        return
    lines = b"".join(pieces).decode("utf-8-sig").splitlines()
    for line in lines[: SHOWN_REFUSALS + 1]:
        out.print(line, markup=False, style="dim", soft_wrap=True)
    if len(lines) > SHOWN_REFUSALS + 1:
        out.print(f"… {row.rejected - SHOWN_REFUSALS:,} more: use --errors FILE to get all", style="dim")


def bars() -> Progress:
    """Bars for a terminal; where nobody looks on, nothing."""
    return Progress(
        TextColumn("{task.description:10}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
        console=out, transient=True, disable=not out.is_terminal,
    )  # fmt: skip
