"""What the command line shows: tables, and the live view of a task. Plain lines where nobody looks on."""

import asyncio
import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console, Group, JustifyMethod, RenderableType
from rich.live import Live
from rich.markup import escape
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from api.client import ApiClient
from api.client_errors import ApiUnreachableError
from api.schemas.contact import ContactListOut
from api.schemas.contact_import import ContactImportOut
from api.schemas.domain_limit import DomainLimitOut
from api.schemas.forecast import ForecastOut, NeededOut
from api.schemas.service import ServiceOut
from api.schemas.system import Health
from api.schemas.task import DryRunOut, RealtimeStatus, TaskOut, Waiting
from api.schemas.template import TemplateOut
from commands.findings import findings

out = Console(highlight=False)
if not out.is_terminal and "COLUMNS" not in os.environ:
    out.width = 200  # for files and pipes, where nothing limits a line

POLL_SECONDS = 1.0
PLAIN_SECONDS = 5.0
"""Between two lines where the view is not live."""
PATIENCE_SECONDS = 120.0
"""An API that is restarted is waited for."""
NUMERIC = {"mails", "sent", "failed", "unknown", "open", "total", "contacts", "left today", "interval", "a minute"}
FINAL = ("completed", "cancelled")
LIMITS = {
    "rate_limit": "the intervals", "no_quota": "the daily quotas", "window": "the sending windows",
    "service_rested": "the services' rests", "other_tasks": "other tasks", "retry": "late retries",
}  # fmt: skip
COLOURS = {
    "sent": "green", "completed": "green", "healthy": "green", "active": "green", "ready": "green",
    "sending": "cyan", "failed": "red", "unhealthy": "red", "cancelled": "red",
    "paused": "yellow", "scheduled": "yellow", "degraded": "yellow", "unknown": "yellow",
    "rested": "yellow", "used up": "yellow", "closed": "yellow",
}  # fmt: skip
STATES = {"service_rested": "rested", "no_quota": "used up", "window": "closed"}
"""Why a service cannot be used, in a word; else a person or the guard paused it."""


def services(rows: Sequence[ServiceOut]) -> RenderableType:
    """Services with what they have left and when each is free; below, why some do not send."""
    table = _table("service", "state", "kind", "from", "left today", "interval", "free")
    why = []
    for row in rows:
        state, free_at, reason = service_state(row)
        left = f"{row.remaining_quota:,} of {row.day_quota:,}"
        table.add_row(
            escape(row.name), _coloured(state), row.kind, escape(row.from_address), left,
            f"{row.sending_interval:g} s", _when(free_at, past="now"),
        )  # fmt: skip
        why += [Text(f"{row.name}: {reason}", style="yellow")] if reason else []
        why += [Text(f"{row.name}: mailbox: {row.mailbox_error}", style="yellow")] if row.mailbox_error else []
    return Group(table, *why)


def service_state(row: ServiceOut) -> tuple[str, datetime | None, str]:
    """One word, from when on it sends, and why not before."""
    if row.waiting is None:
        return "ready", row.next_available_at, ""
    why = row.rest_reason or "" if row.waiting.reason == "service_rested" else ""
    if row.waiting.reason == "reputation" and (found := row.reputation) is not None:
        why = f"{found.cause}: {found.bounced:,} bounced, {found.complained:,} complained of {found.sent:,}"
    return STATES.get(row.waiting.reason, "paused"), row.waiting.retry_at, why


def domain_limits(rows: Sequence[DomainLimitOut]) -> Table:
    """Limits per recipient domain, set and learnt."""
    table = _table("domain", "also counts", "a minute", "learnt", "refused", "free")
    for row in rows:
        learnt = "–" if row.learnt_interval is None else f"one in {row.learnt_interval:.3g} s"
        set_to = "–" if row.per_minute is None else f"{row.per_minute:,}"
        table.add_row(
            row.domain, ", ".join(row.also_counts) or "–", set_to, learnt, _when(row.refused_at),
            _when(row.next_available_at, past="now"),
        )  # fmt: skip
    return table


def lists(rows: Sequence[ContactListOut]) -> Table:
    """Contact lists."""
    table = _table("list", "contacts", "made", "id")
    for row in rows:
        table.add_row(escape(row.name), f"{row.contacts:,}", _date(row.created_at), str(row.id))
    return table


def templates(rows: Sequence[TemplateOut]) -> Table:
    """Templates with the fields they need."""
    table = _table("template", "subject", "needs", "id")
    for row in rows:
        table.add_row(escape(row.name), escape(row.subject), ", ".join(row.variables) or "–", str(row.id))
    return table


def tasks(rows: Sequence[TaskOut]) -> Table:
    """Tasks with how far each is."""
    table = _table("task", "status", "sent", "failed", "unknown", "open", "id")
    for row in rows:
        counts = row.by_status
        still_open = counts.pending + counts.claimed + counts.transmitting
        numbers = (counts.sent, counts.failed, counts.unknown, still_open)
        table.add_row(
            escape(row.name), _coloured(row.status), *(f"{number:,}" for number in numbers), str(row.id)
        )  # fmt: skip
    return table


def imported(row: ContactImportOut) -> Table:
    """How a file was understood, and what became of its rows."""
    table = Table.grid(padding=(0, 2))
    delimiter = {"\t": "tab", None: "–"}.get(row.delimiter, row.delimiter)
    table.add_row("read as", f"{row.encoding}, columns divided by {delimiter}")
    columns = ", ".join(
        f"{title} → {field or 'left out'}" if title != field else title for title, field in row.columns.items()
    )
    table.add_row("columns", escape(columns))
    table.add_row("rows", f"{row.rows_read:,}")
    table.add_row("on the list", f"[green]{row.accepted:,}[/]")
    table.add_row("same address", f"{row.merged:,}")
    table.add_row("refused", f"[red]{row.rejected:,}[/]" if row.rejected else "0")
    return table


def dry_run(answer: DryRunOut) -> RenderableType:
    """What a task would do, and when it would end."""
    table = Table.grid(padding=(0, 2))
    table.add_row("recipients", f"{answer.total:,}")
    table.add_row("to send", f"{answer.to_send:,}")
    table.add_row("suppressed", f"{answer.suppressed:,}")
    table.add_row("services", f"{answer.active_services:,}")
    for field in answer.missing_fields:
        table.add_row("[red]missing[/]", f"{field.name}: {field.contacts:,} contacts, such as {escape(field.example)}")
    return Group(table, forecast(answer.forecast), *([findings(answer.findings)] if answer.findings else []))


def forecast(answer: ForecastOut) -> Table:
    """When a task ends, when it would without each limit, and what is needed."""
    table = Table.grid(padding=(0, 2))
    ends = f"[green]{_date(answer.ends_at)}[/] ({_when(answer.ends_at)})" if answer.ends_at else ""
    table.add_row("ends", ends or f"[yellow]{escape(answer.no_end.detail) if answer.no_end else '–'}[/]")
    for limit in answer.limited_by:
        table.add_row(f"without {LIMITS[limit.reason]}", _date(limit.ends_at_without))
    if answer.needed:
        table.add_row(f"by {_date(answer.needed.by)}", _needed(answer.needed))
    return table


def _needed(needed: NeededOut) -> str:
    if needed.met:
        return "[green]met[/]"
    parts = [f"[red]{needed.missing_mails:,} mails too late[/]"]
    parts += [f"needs {needed.mails_per_hour:,} mails/hour"] if needed.mails_per_hour else []
    parts += [f"{needed.more_services:,} more services like these would do"] if needed.more_services else []
    parts += [f"a daily quota of {needed.daily_quota:,} each would do"] if needed.daily_quota else []
    return ", ".join(parts)


def health(answer: Health) -> Table:
    """How the installation does."""
    table = Table.grid(padding=(0, 2))
    table.add_row("status", _coloured(answer.status))
    for problem in answer.problems:
        table.add_row("", f"[yellow]{escape(problem)}[/]")
    of_services, queues, speed = answer.services, answer.queues, answer.performance
    available = f"{of_services.available:,} of {of_services.total:,} available"
    table.add_row("services", f"{available}, {of_services.utilization_rate:.0%} busy")
    under_way = f"{queues.processing:,} under way"
    table.add_row("mails", f"{queues.central:,} ready, {under_way}, {queues.pending:,} retried later")
    table.add_row("speed", f"{speed.throughput:,} mails/hour, {speed.error_rate:.2%} faults")
    table.add_row("API", f"answers in {speed.avg_response_time:.0f} ms")
    table.add_row("workers", f"{answer.workers.live} of {answer.workers.expected} expected")
    if (share := answer.availability.last_30_days) is not None:
        table.add_row("available", f"{share:.3%} of the last 30 days' minutes")
    return table


def status_view(name: str, status: RealtimeStatus) -> RenderableType:
    """A task at this moment: bar, counts, speed, and why mails wait."""
    counts, metrics = status.progress.by_status, status.metrics
    total = status.progress.total
    done = total - status.progress.pending
    head = Text.from_markup(f"[bold]{escape(name)}[/]  {_coloured(status.status)}  {done:,} of {total:,}")
    line = Table.grid(padding=(0, 3))
    words = [f"{_coloured(word)} {count:,}" for word, count in counts.model_dump().items() if count]
    line.add_row(*words or ["no mails yet"])
    speed = [f"{metrics.throughput:,} mails/hour"] if metrics.throughput else []
    if status.status in FINAL:
        speed = []
    elif metrics.estimated_completion:
        speed.append(f"done {_when(metrics.estimated_completion)}")
    parts: list[RenderableType] = [head, ProgressBar(total=max(1, total), completed=done, width=60), line]
    parts += [Text(", ".join(speed))] if speed else []
    if status.waiting and status.status not in FINAL:
        parts.append(_waiting(status.waiting))
    return Group(*parts)


def status_line(name: str, status: RealtimeStatus) -> str:
    """The same in one line, for logs."""
    counts = ", ".join(f"{word} {count}" for word, count in status.progress.by_status.model_dump().items() if count)
    waits = "; ".join(f"{wait.reason} {wait.count}" for wait in status.waiting if wait.count)
    parts = [f"{name}: {status.status}", counts or "no mails yet", f"{status.metrics.throughput} mails/hour"]
    return " | ".join(parts + ([f"waiting: {waits}"] if waits else []))


async def watch(api: ApiClient, task: TaskOut) -> RealtimeStatus:
    """Show a task until it has ended. An API that is away for a while is waited for."""
    if not out.is_terminal:
        return await _watch_plainly(api, task)
    status = await api.task_status(task.id)
    with Live(status_view(task.name, status), console=out, refresh_per_second=4) as live:
        while status.status not in FINAL:
            await asyncio.sleep(POLL_SECONDS)
            status = await _status(api, task)
            live.update(status_view(task.name, status))
    return status


async def _watch_plainly(api: ApiClient, task: TaskOut) -> RealtimeStatus:
    said = ""
    said_at = 0.0
    while True:
        status = await _status(api, task)
        line = status_line(task.name, status)
        ended = status.status in FINAL
        if line != said and (ended or time.monotonic() - said_at >= PLAIN_SECONDS):
            out.print(line, markup=False, soft_wrap=True)
            said, said_at = line, time.monotonic()
        if ended:
            return status
        await asyncio.sleep(POLL_SECONDS)


async def _status(api: ApiClient, task: TaskOut) -> RealtimeStatus:
    until = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            return await api.task_status(task.id)
        except ApiUnreachableError:
            if time.monotonic() > until:
                raise
            await asyncio.sleep(POLL_SECONDS)


def _waiting(waits: Sequence[Waiting]) -> Table:
    table = _table("waiting for", "mails", "until", "services")
    for wait in waits:
        names = ", ".join(wait.services or ())
        more = (wait.service_count or 0) - len(wait.services or ())
        concerned = escape(names + (f" and {more} more" if more > 0 else ""))
        table.add_row(wait.reason.replace("_", " "), f"{wait.count:,}", _when(wait.retry_at), concerned)
    return table


def _table(*columns: str) -> Table:
    """A table in which only names are broken into lines."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in columns:
        justify: JustifyMethod = "right" if column in NUMERIC else "left"
        table.add_column(column, justify=justify, no_wrap=column != columns[0])
    return table


def _coloured(word: str) -> str:
    colour = COLOURS.get(word)
    return f"[{colour}]{word}[/]" if colour else word


def _date(moment: datetime) -> str:
    return f"{moment.astimezone():%Y-%m-%d %H:%M}"


def _when(moment: datetime | None, past: str | None = None) -> str:
    """How far away, in words; the date beyond a day."""
    if moment is None:
        return "–"
    seconds = (moment - datetime.now(UTC)).total_seconds()
    if past and seconds <= 0:
        return past
    size = abs(seconds)
    if size >= 86_400:
        return _date(moment)
    text = f"{size:.0f} s" if size < 100 else f"{size / 60:.0f} min" if size < 6000 else f"{size / 3600:.1f} h"
    return f"in {text}" if seconds > 0 else f"{text} ago"
