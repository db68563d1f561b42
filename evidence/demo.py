"""The demo: the whole stack, a hundred simulated providers, one mailing through the REST API, judged at the journal."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from rich.console import Console

from api.client import ApiClient
from api.operations.admin_key import make_admin_key
from api.schemas.task import RealtimeStatus
from evidence import contacts as contact_file
from evidence import journal, verdict
from evidence.comparison import refusals, show_comparison
from evidence.mailing import Mailing, prepare, shorten_retries, subjects
from evidence.processes import watched
from evidence.progress import follow
from evidence.providers import (
    Providers,
    demo_provider,
    intervals,
    make_providers,
    quotas,
    refused_for_good,
    services,
    with_simulator,
)
from evidence.report import Report
from evidence.show import emptied, shown, until_told
from stack.local import LocalStack
from stack.surroundings import Surroundings, stack_ports

SERVICES = 100
INTERVAL = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Told:
    """What the API told of the mailing."""

    mailing: Mailing
    status: RealtimeStatus
    sent: dict[str, str]
    """Message-ID → address."""
    submitted_at: int
    seconds: float
    api_response_ms: float


def run(contacts: int, interval: float | None, folder: Path, *, keep: bool = False) -> int:
    """Run the demo in `folder`/demo, write `folder`/reports/demo.json, and return the exit status."""
    console = Console(highlight=False)
    demo = folder.resolve() / "demo"
    pause = INTERVAL if interval is None else timedelta(seconds=interval)
    return shown(_run(contacts, pause, demo, console), folder, demo, console, keep=keep)


async def _run(contacts: int, interval: timedelta, demo: Path, console: Console) -> Report:
    started_at, began = datetime.now(UTC), time.monotonic()
    rows = contact_file.first_rows(contacts)
    file = emptied(demo) / "contacts.csv"
    file.write_bytes(contact_file.as_csv(rows))
    like = demo_provider(interval, daily_quota=10 + 2 * contacts // SERVICES)
    providers = make_providers(like, SERVICES, taken=stack_ports(demo).values())
    console.print(f"starting PostgreSQL, Temporal, API, worker and {SERVICES} simulated providers …")
    stack = LocalStack(demo, programs=lambda where: with_simulator(where, providers, where.folder))
    async with stack, watched(stack.supervisor.pids()) as usage:
        told = await until_told(stack, _mail(stack.surroundings, providers, file, console))
    seen = journal.load(demo / "journal.jsonl")  # once all has stopped: a late mail would be in it
    judged = _judged(rows, providers, told, seen)
    show_comparison(judged, refusals(seen), console)
    figures = verdict.figures(judged) | {"peak_rss_mb": usage.peak_mb, "api_response_ms": told.api_response_ms}
    return Report(
        name="demo",
        started_at=started_at,
        seconds=time.monotonic() - began,
        figures=figures,
        bounds=verdict.bounds(judged, figures),
        processes=usage.table(),
    )


async def _mail(where: Surroundings, providers: Providers, file: Path, console: Console) -> Told:
    key = await make_admin_key(where.database_url, f"{uuid4().hex}@tempost.example", "evidence")
    await shorten_retries(where.api_url, key)
    async with ApiClient(where.api_url, key) as api:
        console.print(f"API {where.api_url}, Temporal UI {where.temporal_ui_url or 'elsewhere'}", soft_wrap=True)
        mailing = await prepare(api, services(providers), file, contact_file.shipped_suppressed())
        console.print(f"imported {mailing.imported.accepted:,} of {mailing.imported.rows_read:,} rows; sending")
        submitted_at, began = time.time_ns(), time.monotonic()
        task = await api.submit_task(mailing.order)
        status = await follow(api, task.id, console)
        seconds = time.monotonic() - began
        sent = {
            (mail.message_id or f"none:{mail.seq}").strip("<>"): mail.email
            async for mail in api.subtasks(task.id, status="sent")
        }
        health = await api.health()
    return Told(mailing, status, sent, submitted_at, seconds, health.performance.avg_response_time)


def _judged(rows: list[tuple[str, ...]], providers: Providers, told: Told, seen: journal.Journal) -> verdict.Run:
    suppressed = contact_file.shipped_suppressed()
    addressees = contact_file.to_send(rows, suppressed)
    imported, progress = told.mailing.imported, told.status.progress
    ledger = verdict.Ledger(
        status=told.status.status,
        counts=progress.by_status,
        total=progress.total,
        sent=told.sent,
        rows=imported.rows_read,
        rejected=imported.rejected,
        merged=imported.merged,
    )
    return verdict.Run(
        ledger=ledger,
        tries=seen.tries,
        expected=contact_file.expected(rows, suppressed),
        addressees=addressees,
        subjects=subjects(rows),
        gone=refused_for_good(addressees),
        intervals=intervals(providers),
        quotas=quotas(providers),
        submitted_at=told.submitted_at,
        seconds=told.seconds,
    )
