"""The ledger's own invariants at the end of a run: asked while its database still runs, kept beside the journal."""

import json
from dataclasses import replace
from pathlib import Path

from database.connect import connected
from database.queries.check import broken, check
from evidence.report import Bound, Report

FILE = "ledger-check.json"
FIGURE = "broken_invariants"


async def keep_check(database_url: str, folder: Path) -> None:
    """Check the ledger and write down what is wrong."""
    async with connected(database_url) as connection:
        wrong = [f"{each.invariant.name}: {each.text}" for each in broken(await check(connection))]
    (folder / FILE).write_text(json.dumps(wrong, indent=1), encoding="utf-8")


def wrong_in(folder: Path) -> list[str] | None:
    """Return what was wrong with the ledger of the run in this folder; None: it did not come to the check."""
    file = folder / FILE
    wrong: list[str] | None = json.loads(file.read_text("utf-8")) if file.exists() else None
    return wrong


def with_check(report: Report, wrong: list[str] | None) -> Report:
    """Hold the run to it: no invariant is broken."""
    count = None if wrong is None else len(wrong)
    return replace(
        report, figures={**report.figures, FIGURE: count}, bounds=(*report.bounds, Bound(FIGURE, count, "=", 0))
    )
