"""Watches a task through the API until it has ended: one live bar on a terminal, plain lines elsewhere."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from api.client import ApiClient
from api.schemas.task import RealtimeStatus

POLL_SECONDS = 0.5
LINE_SECONDS = 5.0
STALL_SECONDS = 180.0
"""Without any change for so long, nobody waits any more."""
RATE_SECONDS = 10.0
FINAL = {"completed", "cancelled"}
Show = Callable[[RealtimeStatus, float], None]
"""Called with a status and the rate per hour of late."""


class Rate:
    """How fast mails end, by the last few seconds that were seen."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, int]] = deque()

    def per_hour(self, at: float, ended: int) -> float:
        """Note how many have ended by now (in seconds of any clock), and return the rate."""
        self._seen.append((at, ended))
        while at - self._seen[0][0] > RATE_SECONDS:
            self._seen.popleft()
        since, before = self._seen[0]
        return 3600 * (ended - before) / (at - since) if at > since else 0.0


async def follow(
    api: ApiClient, task_id: UUID, console: Console, done_if: Callable[[RealtimeStatus], bool] = lambda _: False
) -> RealtimeStatus:
    """Show a task until `done_if` holds, it has ended, or has stood still for too long; return where it stands then."""
    changed_at, rate = time.monotonic(), Rate()

    def goes_on(status: RealtimeStatus) -> bool:
        stalled = time.monotonic() - changed_at >= STALL_SECONDS
        return not (status.status in FINAL or stalled or done_if(status))

    with _shown(console) as show:
        status = await api.task_status(task_id)
        while goes_on(status):
            show(status, rate.per_hour(time.monotonic(), done(status)))
            await asyncio.sleep(POLL_SECONDS)
            before, status = status, await api.task_status(task_id)
            if status.progress != before.progress:
                changed_at = time.monotonic()
        show(status, rate.per_hour(time.monotonic(), done(status)))
    return status


@contextmanager
def _shown(console: Console) -> Iterator[Show]:
    if not console.is_terminal:
        yield _lines(console)
        return
    columns = (
        SpinnerColumn(), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TextColumn("{task.description}"),
    )  # fmt: skip
    with Progress(*columns, console=console) as bars:
        bar = bars.add_task("", total=None)

        def show(status: RealtimeStatus, per_hour: float) -> None:
            total = status.progress.total - status.progress.by_status.suppressed
            bars.update(bar, completed=done(status), total=total or None, description=described(status, per_hour))

        yield show


def _lines(console: Console) -> Show:
    last_at = 0.0

    def show(status: RealtimeStatus, per_hour: float) -> None:
        nonlocal last_at
        if time.monotonic() - last_at >= LINE_SECONDS or status.status in FINAL:
            last_at = time.monotonic()
            total = status.progress.total - status.progress.by_status.suppressed
            console.print(f"{done(status):>7,} of {total:,}  {described(status, per_hour)}", soft_wrap=True)

    return show


def done(status: RealtimeStatus) -> int:
    """Mails whose story has ended."""
    counts = status.progress.by_status
    return counts.sent + counts.failed + counts.unknown + counts.cancelled


def described(status: RealtimeStatus, per_hour: float) -> str:
    """Say in a few words how fast it goes and what is waited for."""
    words = [status.status, f"{per_hour:,.0f} mails/h"]
    if status.progress.failed:
        words.append(f"{status.progress.failed:,} failed")
    words += [f"{wait.count:,} wait: {wait.reason}" for wait in status.waiting if wait.count]
    return " · ".join(words)
