"""How the installation is, read every two seconds beside the requests, so that asking costs nothing.

A process that keeps no watch (a command, a test) reads at each question instead.
"""

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from time import monotonic
from uuid import UUID

from database.connect import PoolConnection
from database.errors import UNREACHABLE
from database.queries import alert, health, metric
from database.queries.metric import Minute
from runtime.endless import endured
from runtime.resources import Resources
from runtime.temporal_serves import temporal_serves
from scheduling.health import Fault, Figures, Halt, HealthStatus, Surroundings, faults, figures, judged

log = logging.getLogger(__name__)

EVERY = 2.0
"""Seconds between two readings."""
PATIENCE = timedelta(seconds=2)
"""For Temporal, and for PostgreSQL: whoever does not answer within it is down."""
STALE = timedelta(seconds=10)
"""A reading that is older means that reading hangs: some part of PostgreSQL keeps its word from us."""
LATELY, PACE_EVERY = timedelta(minutes=5), timedelta(seconds=10)
DAY, MONTH = timedelta(days=1), timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Availability:
    """Shares of minutes that were available; see `database.queries.health`."""

    last_day: float | None = None
    last_30_days: float | None = None
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything that one reading told."""

    as_of: datetime
    around: Surroundings = field(default_factory=Surroundings)
    parts: Mapping[UUID | None, Figures] = field(default_factory=dict)
    """By user; None stands for all."""
    availability: Availability = field(default_factory=Availability)
    lately: Minute = field(default_factory=Minute)
    """The last five minutes."""
    alerts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    """How many are raised, by kind and severity."""

    def part(self, user_id: UUID | None) -> Figures:
        """One user's figures, or everyone's."""
        return self.parts.get(user_id, Figures())

    def faults(self, user_id: UUID | None = None) -> list[Fault]:
        """What is wrong for them."""
        return faults(self.around, self.part(user_id))

    def halted_by(self, status: str, start_at: datetime | None) -> Halt | None:
        """Why nothing goes of a task in this status that should go by now."""
        due = status == "sending" or (status == "scheduled" and start_at is not None and start_at <= self.as_of)
        return self.around.halted_by if due else None

    @property
    def status(self) -> HealthStatus:
        """Of the whole."""
        return judged(self.faults())


class HealthWatch:
    """Reads and remembers. `keep` runs for as long as the process does, and records each minute."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._latest: Snapshot | None = None
        self._read_at = 0.0
        """By this machine's own clock."""
        self._kept = False
        self._temporal_served = False
        """At the newest look."""
        self._happened: tuple[datetime, Minute] | None = None
        self._recorded: tuple[datetime, HealthStatus] | None = None

    async def now(self) -> Snapshot:
        """The newest reading; one is made where no watch is kept."""
        if not self._kept or self._latest is None:
            return await self.read()
        if monotonic() - self._read_at > STALE.total_seconds():
            return replace(self._latest, around=replace(self._latest.around, postgresql=False))
        return self._latest

    async def keep(self) -> None:
        """Read again and again, whatever happens."""
        self._kept = True
        while True:
            with endured(log, "health could not be read"):
                await self._record(await self.read())
            await asyncio.sleep(EVERY)

    async def read(self) -> Snapshot:
        """Ask PostgreSQL and Temporal at once; both have two seconds.

        A server that hangs does not even take a connection back: so long is waited for that, then it is dropped.
        """
        patience = PATIENCE.total_seconds()
        temporal = asyncio.ensure_future(self._temporal_serves())
        before = self._latest or Snapshot(datetime.now(UTC))
        try:
            async with asyncio.timeout(patience):
                async with self._resources.ledger_pool.acquire(timeout=patience) as connection:
                    found = await self._figures(connection, before)
        except UNREACHABLE as error:
            log.warning("health without PostgreSQL: %s", str(error) or type(error).__name__)
            around = replace(before.around, postgresql=False)
            found = replace(before, as_of=datetime.now(UTC), around=around)
        self._latest = replace(found, around=replace(found.around, temporal=self._believed(serves=await temporal)))
        self._read_at = monotonic()
        return self._latest

    async def _figures(self, connection: PoolConnection, before: Snapshot) -> Snapshot:
        services = await health.services(connection)
        queues = await health.queues(connection)
        workers = await health.workers(connection)
        lately = await self._lately(connection, workers["now"])
        around = Surroundings(
            live_workers=workers["live"], expected_workers=workers["expected"], bad_error_rate=workers["error_rate"]
        )
        same_minute = before.as_of.replace(second=0, microsecond=0) == workers["now"].replace(second=0, microsecond=0)
        known = same_minute and before.availability.since is not None
        return Snapshot(
            workers["now"],
            around,
            figures(services, queues, lately.paces()),
            before.availability if known else await _availability(connection),
            lately,
            await alert.open_counts(connection),
        )

    async def _lately(self, connection: PoolConnection, now: datetime) -> Minute:
        """What happened in the last five minutes: many rows, so a watch reads them less often."""
        if self._kept and self._happened is not None and now - self._happened[0] < PACE_EVERY:
            return self._happened[1]
        happened = await metric.minute(connection, now, LATELY)
        self._happened = now, happened
        return happened

    def _believed(self, *, serves: bool) -> bool:
        """Whether Temporal serves. A watch lets one missing answer pass: the next look is two seconds away."""
        forgiven = self._kept and self._temporal_served
        self._temporal_served = serves
        return serves or forgiven

    async def _temporal_serves(self) -> bool:
        task_queue = self._resources.settings.temporal.task_queue
        return await temporal_serves(self._resources.temporal_client, task_queue, PATIENCE)

    async def _record(self, snapshot: Snapshot) -> None:
        """Write once a minute, and where it got worse. Without a database nothing is written, which says it all."""
        minute, status = snapshot.as_of.replace(second=0, microsecond=0), snapshot.status
        if not snapshot.around.postgresql or self._recorded == (minute, status):
            return
        causes = [fault.cause for fault in snapshot.faults()]
        with suppress(*UNREACHABLE):
            patience = PATIENCE.total_seconds()
            async with asyncio.timeout(patience), self._resources.ledger_pool.acquire(timeout=patience) as connection:
                await health.record(connection, snapshot.as_of, status, causes)
            self._recorded = minute, status


async def _availability(connection: PoolConnection) -> Availability:
    return Availability(
        await health.availability(connection, DAY),
        await health.availability(connection, MONTH),
        await health.first_record(connection),
    )
