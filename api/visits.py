"""Opens and clicks on their way to the database: who asks for a picture or a page waits for none of it."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import NamedTuple, Self
from uuid import UUID

import asyncpg

from contracts.event import NewEvent
from database.errors import UNREACHABLE
from database.queries import event
from mail.machine import TOGETHER, Visit, VisitKind, machine

log = logging.getLogger(__name__)

GROUP = 500
MOST = 50_000
"""Kept while the database is away; some thirty megabytes. What comes beyond that is not counted, and that is logged."""
LEAVING = 5.0
"""Seconds for the last writes at the end of the process."""
LONGEST_PAUSE = 5.0
SAME_FOR = 600
"""Seconds: the same again within this time is one event, so that nobody fills the log by reloading."""
USER_AGENT_CHARACTERS = 200
URL_CHARACTERS = 500


class Clicked(NamedTuple):
    """A link of a mail."""

    number: int
    url: str


@dataclass(slots=True, eq=False)
class Asked:
    """A request for a picture or a link of one mail."""

    task_id: UUID
    seq: int
    kind: VisitKind
    user_agent: str
    purpose: str = ""
    clicked: Clicked | None = None
    at: float = 0.0
    """By the loop's clock."""
    many: bool = False


class Visits:
    """Judges and writes what was asked for, in groups.

    A click is held for `TOGETHER` first: whether it came alone can only be said then. A process that is killed loses
    what it holds, a second of clicks and a few milliseconds of opens; nothing is lost when it is stopped in order, or
    when the database is away for a while.
    """

    def __init__(
        self, pool: "asyncpg.Pool[asyncpg.Record]", recorded: Callable[[Iterable[UUID]], None] | None = None
    ) -> None:
        self._pool = pool
        self._recorded = recorded
        """Told of which tasks something was written."""
        self._held: deque[Asked] = deque()
        self._near: dict[tuple[UUID, int, str], list[Asked]] = {}
        """Those that are held, by mail and program."""
        self._queue: deque[Asked] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._left_out = 0

    def note(self, asked: Asked) -> None:
        """Take an open or a click; it is written soon."""
        loop = asyncio.get_running_loop()
        asked.at = loop.time()
        if len(self._queue) + len(self._held) >= MOST:
            self._left_out += 1
        elif asked.kind == "open":
            self._queue.append(asked)
            self._write_soon()
        else:
            self._hold(asked)
            if self._timer is None:
                self._timer = loop.call_later(TOGETHER.total_seconds(), self._let_go)

    async def write_now(self) -> None:
        """Hold no click any longer, and wait until all that was noted is written."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._queue.extend(self._held)
        self._held.clear()
        self._near.clear()
        self._write_soon()
        while self._writer is not None:
            await asyncio.shield(self._writer)

    async def __aenter__(self) -> Self:
        """Nothing is opened: the first visit begins the work."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Write what is left, as far as the database takes it in time."""
        try:
            async with asyncio.timeout(LEAVING):
                await self.write_now()
        except TimeoutError:
            log.warning("the database is away: %d opens and clicks are not counted", len(self._queue))
            if self._writer is not None:
                self._writer.cancel()

    def _hold(self, asked: Asked) -> None:
        """Note which clicks are too close to be one person's."""
        near = self._near.setdefault(_whose(asked), [])
        for other in near:
            if asked.at - other.at < TOGETHER.total_seconds() and other.clicked != asked.clicked:
                other.many = asked.many = True
        near.append(asked)
        self._held.append(asked)

    def _let_go(self) -> None:
        """Hand on the clicks that were held long enough."""
        loop = asyncio.get_running_loop()
        due = loop.time() - TOGETHER.total_seconds()
        while self._held and self._held[0].at <= due:
            asked = self._held.popleft()
            self._queue.append(asked)
            near = self._near[_whose(asked)]
            near.remove(asked)
            if not near:
                del self._near[_whose(asked)]
        self._timer = None
        if self._held:
            self._timer = loop.call_at(self._held[0].at + TOGETHER.total_seconds(), self._let_go)
        self._write_soon()

    def _write_soon(self) -> None:
        if self._queue and self._writer is None:
            self._writer = asyncio.create_task(self._write_all())

    async def _write_all(self) -> None:
        pause = 0.1
        try:
            while self._queue:
                group = list(islice(self._queue, GROUP))
                try:
                    await self._write(group)
                    pause = 0.1
                except UNREACHABLE as error:
                    log.warning("the database is away, %d opens and clicks wait: %s", len(self._queue), error)
                    await asyncio.sleep(pause)
                    pause = min(2 * pause, LONGEST_PAUSE)
                    continue
                except Exception:
                    log.exception("%d opens and clicks could not be written and are not counted", len(group))
                for _ in group:
                    self._queue.popleft()
        finally:
            self._writer = None
        if self._left_out:
            log.warning("%d opens and clicks were too many at once and are not counted", self._left_out)
            self._left_out = 0

    async def _write(self, group: list[Asked]) -> None:
        loop = asyncio.get_running_loop()
        mails = {(asked.task_id, asked.seq) for asked in group}
        async with self._pool.acquire() as connection, connection.transaction():
            times = await event.sent_times(connection, mails)
            waited = loop.time()
            found = [
                event_of(asked, times.now - timedelta(seconds=waited - asked.at), times.sent_at)
                for asked in group
                if (asked.task_id, asked.seq) in times.sent_at
            ]
            new = await event.record(connection, found)
        if new and self._recorded is not None:
            self._recorded({each.task_id for each in found})


def _whose(asked: Asked) -> tuple[UUID, int, str]:
    return asked.task_id, asked.seq, asked.user_agent


def event_of(asked: Asked, occurred_at: datetime, sent_at: dict[tuple[UUID, int], datetime | None]) -> NewEvent:
    """Judge a request and make an event of it. Of who asked, only the name of their program is kept."""
    sent = sent_at[asked.task_id, asked.seq]
    age = occurred_at - sent if sent else None
    why = machine(Visit(asked.kind, asked.user_agent, asked.purpose, age, asked.many))
    user_agent = "".join(char for char in asked.user_agent[:USER_AGENT_CHARACTERS] if char.isprintable())
    clicked = {"link": asked.clicked.number, "url": asked.clicked.url[:URL_CHARACTERS]} if asked.clicked else {}
    part = f"{asked.kind}:{asked.task_id.hex}.{asked.seq}:{asked.clicked.number if asked.clicked else 0}"
    return NewEvent(
        task_id=asked.task_id,
        seq=asked.seq,
        kind=asked.kind,
        key=f"{part}:{'machine' if why else 'person'}:{int(occurred_at.timestamp()) // SAME_FOR}",
        occurred_at=occurred_at,
        machine=why is not None,
        detail={**clicked, "userAgent": user_agent, **({"machine": why} if why else {})},
    )
