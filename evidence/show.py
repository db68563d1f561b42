"""From a demo or benchmark to its report, its exit status, and what is left on the disk."""

import asyncio
import shutil
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

from rich.console import Console

from api.client_errors import ApiError, ApiUnreachableError
from evidence.errors import EvidenceError
from evidence.ledger_check import keep_check, with_check, wrong_in
from evidence.report import Report
from stack.errors import StackError
from stack.local import LocalStack

Told = TypeVar("Told")


def shown(work: Coroutine[Any, Any, Report], folder: Path, data: Path, console: Console, *, keep: bool) -> int:
    """Do the work, write its report below `folder`, print it, and return the exit status.

    The data are removed at the end, unless `keep` is set or a bound is broken.
    """
    try:
        report = asyncio.run(work)
    except (EvidenceError, StackError, ApiError, ApiUnreachableError, OSError) as error:
        sys.stderr.write(f"tempost: {error}\n")
        return 1
    except KeyboardInterrupt:
        return 130
    wrong = wrong_in(data)
    report = with_check(report, wrong)
    path = report.write(folder / "reports")
    report.show(console)
    for text in wrong or ():
        console.print(text, style="red", markup=False, soft_wrap=True)
    console.print(f"{'All bounds hold' if report.ok else 'A bound is broken'}. Report: {path}", soft_wrap=True)
    if report.ok and not keep:
        shutil.rmtree(data)
    else:
        console.print(f"Journal and logs: {data}", soft_wrap=True)
    return 0 if report.ok else 1


def emptied(folder: Path) -> Path:
    """Remove what an earlier run left."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


async def until_told(stack: LocalStack, story: Coroutine[Any, Any, Told]) -> Told:
    """Go on as long as the stack lives; what ends it ends this. When the story is told, the ledger is checked."""
    telling, failing = asyncio.create_task(story), asyncio.create_task(stack.failed())
    try:
        await asyncio.wait((telling, failing), return_when=asyncio.FIRST_COMPLETED)
        if failing.done():
            await failing
        told = await telling
        await keep_check(stack.surroundings.database_url, stack.surroundings.folder)
        return told
    finally:
        telling.cancel()
        failing.cancel()
        await asyncio.gather(telling, failing, return_exceptions=True)
