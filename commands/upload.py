"""Files that the command line sends: contacts, with how far they are, and tables of services."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from uuid import UUID

from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from api.client import ApiClient
from api.schemas.contact_import import ContactImportOut
from api.schemas.service import ServiceIn
from commands.call import CliError, say, with_faults
from commands.view import out
from content.csv_file import find_dialect, records
from content.csv_header import plain
from contracts.contact_import import FINAL_IMPORT_STATUSES

POLL_SECONDS = 0.5
BULK_ROWS = 500
SHOWN_REFUSALS = 10

SERVICE_FIELDS = {plain(str(field.alias)): str(field.alias) for field in ServiceIn.model_fields.values()}
"""A column's title as `plain` leaves it → the API's name of the field."""


async def import_contacts(api: ApiClient, list_id: UUID, file: Path, reading: Mapping[str, str]) -> ContactImportOut:
    """Upload a file, show how far it is, and wait until it is merged."""
    with _bars() as bars:
        upload = bars.add_task("uploading", total=os.path.getsize(file))  # noqa: ASYNC240, PTH202 - asks the disk once
        row = await api.import_file(list_id, file, reading, lambda sent: bars.update(upload, completed=sent))
        merge = bars.add_task("merging", total=None)
        while row.status not in FINAL_IMPORT_STATUSES:
            await asyncio.sleep(POLL_SECONDS)
            row = await api.contact_import(row.id)
            bars.update(merge, completed=row.accepted, total=row.rows_read - row.rejected - row.merged)
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


async def import_services(api: ApiClient, file: Path) -> int:
    """Add the services of a CSV file, each row judged by itself; how many were refused."""
    rows = list(_service_rows(file))
    created = refused = 0
    with _bars() as bars:
        bar = bars.add_task("services", total=len(rows))
        remaining = iter(rows)
        while part := list(islice(remaining, BULK_ROWS)):
            answer = await api.create_services([fields for _, fields in part])
            for row in answer.data:
                if row.problem is not None:
                    faults = [f"{fault.get('pointer')}: {fault.get('message')}" for fault in row.problem.errors]
                    say(with_faults(f"line {part[row.index][0]}: {row.problem.detail}", faults))
            created, refused = created + answer.created, refused + answer.refused
            bars.advance(bar, len(part))
    out.print(f"{created:,} services added, {refused:,} refused", markup=False)
    return refused


def _service_rows(file: Path) -> Iterator[tuple[int, dict[str, object]]]:
    with file.open("rb") as opened:
        dialect = find_dialect(opened, email_column="fromAddress")
        names = [SERVICE_FIELDS.get(plain(title)) for title in dialect.header.titles]
        unknown = [title for title, name in zip(dialect.header.titles, names, strict=True) if name is None]
        if unknown:
            known = ", ".join(SERVICE_FIELDS.values())
            raise CliError(f"{file}: no service has {', '.join(map(repr, unknown))}; the columns may be {known}")
        for line, cells in records(opened, dialect):
            yield line, {str(name): cell for name, cell in zip(names, cells, strict=False) if cell.strip()}


def _bars() -> Progress:
    return Progress(
        TextColumn("{task.description:10}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn(),
        console=out, transient=True, disable=not out.is_terminal,
    )  # fmt: skip
