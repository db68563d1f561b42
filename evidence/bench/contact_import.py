"""`import`: a file of a million rows, from its upload to a task whose mails all stand in the ledger."""

import time
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from api.schemas.contact_import import ContactImportOut
from api.schemas.task import RealtimeStatus
from evidence.bench import load
from evidence.bench.judge import at, common_bounds, common_figures
from evidence.bench.letter import malformed, order, repeated, write_file
from evidence.bench.site import Findings, Options, Site, play
from evidence.errors import EvidenceError
from evidence.mailing import merged
from evidence.processes import Usage, watched
from evidence.report import Bound, Figure

ROWS = 1_000_000
INTERVAL = timedelta(seconds=10)
"""A few mails go out, so that the journal is not empty."""
STAGED_LEAST, MERGED_LEAST = 50_000.0, 15_000.0
"""Rows a second."""
READY_WITHIN = 15.0
"""Seconds from the submit until all mails stand in the ledger."""
GROWN_MOST = 150.0
"""Megabytes that neither API nor worker may need more than before."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known without the journal."""

    imported: ContactImportOut
    staging: float
    merging: float
    ready: float
    """Seconds each."""
    status: RealtimeStatus
    of_import: Usage
    of_task: Usage


async def run(folder: Path, options: Options) -> Findings:
    """Import, then start a task on it and pause it again."""
    count = options.mails or ROWS
    providers = load.mailboxes(folder, count=10, interval=INTERVAL)
    began = time.monotonic()
    file = write_file(folder / "contacts.csv", count, clean=False)
    writing = time.monotonic() - began
    told, seen = await play(folder, providers, lambda site: _story(site, file))
    figures = common_figures(seen.tries, [told.status], providers) | _figures(told, count)
    del figures["tasks_completed_share"]
    figures |= {"file_mb": round(file.stat().st_size / 2**20, 1), "file_writing_seconds": round(writing, 1)}
    bounds = (
        *common_bounds(figures),
        *(at(figures, name, "=", 0) for name in ("rows_unaccounted", "rows_otherwise_judged", "mails_missing")),
        at(figures, "staged_rows_per_second", "≥", STAGED_LEAST),
        at(figures, "merged_rows_per_second", "≥", MERGED_LEAST),
        at(figures, "task_ready_seconds", "<", READY_WITHIN),
        *_flat(told),
    )
    return Findings(figures | {bound.name: bound.value for bound in _flat(told)}, bounds, told.of_import.table())


async def _story(site: Site, file: Path) -> Told:
    await site.register()
    audience = await site.api.create_list("import")
    async with watched(site.pids) as of_import:
        began = time.monotonic()
        staged = await site.api.import_file(audience.id, file)
        staging = time.monotonic() - began
        site.say(f"{staged.rows_read:,} rows staged in {staging:.1f} s")
        imported = await merged(site.api, staged)
        merging = time.monotonic() - began - staging
    site.say(f"{imported.accepted:,} contacts merged in {merging:.1f} s")
    if imported.error:
        raise EvidenceError(f"the file was not imported: {imported.error}")
    async with watched(site.pids) as of_task:
        began = time.monotonic()
        task = await site.api.submit_task(order("import", audience.id))
        await site.until(task.id, lambda status: _stands(status, imported.accepted))
        ready = time.monotonic() - began
    return Told(imported, staging, merging, ready, await load.end(site, task.id), of_import, of_task)


def _stands(status: RealtimeStatus, mails: int) -> bool:
    """Whether all mails of the task are in the ledger; until then it says that it prepares, or why it cannot."""
    preparing = any(wait.reason in {"preparing", "workers_missing", "temporal_down"} for wait in status.waiting)
    return status.progress.total == mails and not preparing


def _figures(told: Told, count: int) -> dict[str, Figure]:
    imported, total = told.imported, told.status.progress.total
    expected = count - malformed(count) - repeated(count)
    return {
        "rows": imported.rows_read,
        "rejected": imported.rejected,
        "merged": imported.merged,
        "accepted": imported.accepted,
        "rows_unaccounted": abs(imported.rows_read - imported.rejected - imported.merged - imported.accepted),
        "rows_otherwise_judged": abs(imported.rejected - malformed(count)) + abs(imported.merged - repeated(count)),
        "mails_missing": abs(expected - total),
        "staging_seconds": round(told.staging, 1),
        "staged_rows_per_second": round(count / told.staging),
        "merging_seconds": round(told.merging, 1),
        "merged_rows_per_second": round(count / told.merging),
        "task_ready_seconds": round(told.ready, 1),
    }


def _flat(told: Told) -> tuple[Bound, ...]:
    """Bound how much more memory API and worker needed, for the import and for the task."""
    spans = {"import": told.of_import, "task": told.of_task}
    return tuple(
        Bound(f"{process}_grown_mb_by_{name}", usage.table()[process]["grown_mb"], "<", GROWN_MOST)
        for name, usage in spans.items()
        for process in ("api", "worker")
    )
