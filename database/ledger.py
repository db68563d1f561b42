"""The ledger as a worker uses it: claims, marks and records in groups, reservations, and the guard's clock."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from database.errors import UNREACHABLE
from database.group_commit import GroupCommit
from database.queries import ledger, reservation, survey
from database.queries.ledger import Claim, Record, Verdict
from database.queries.reservation import Reservation
from scheduling.permit import Permit

log = logging.getLogger(__name__)

LONGEST_PAUSE = 5.0
LONGEST_WAIT = 1.0
"""Seconds after which the guard's clock is looked at again: only tests and demonstrations put it forward."""
HOLD_MARGIN = timedelta(seconds=5)
"""A delivery is held this much longer than its dialogue may take, whatever is configured."""
FORGOTTEN_AFTER = timedelta(seconds=10)
"""A reservation of ours that was not renewed for so long, though others were, has no connection any more."""
RETRY_INTERVAL = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class LedgerSettings:
    """What of the configuration the ledger's writes need; read anew every few seconds."""

    hold: timedelta = timedelta(seconds=30)
    """`queue.service_reservation_timeout`, or what a dialogue may take if that is longer."""
    retry_interval: timedelta = RETRY_INTERVAL
    """`queue.pending_retry_interval`."""


class Ledger:
    """One worker process's way to the ledger. `worker` names the process in reservations and deliveries."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", worker: str, upload_limit: timedelta) -> None:
        self.worker = worker
        self.settings = LedgerSettings()
        self._pool = pool
        self._upload_limit = upload_limit
        self._clock_offset: float | None = None
        self._claims = GroupCommit(self._write_claims)
        self._marks = GroupCommit(self._write_marks)
        self._records = GroupCommit(self._write_records)
        self._takes = GroupCommit(self._write_takes)
        self._releases = GroupCommit(self._write_releases)

    async def refresh(self) -> None:
        """Read the settings and the guard's clock anew."""
        loop = asyncio.get_running_loop()
        async with self._pool.acquire() as connection:
            asked_at = loop.time()
            now = await survey.guard_now(connection)
            self._clock_offset = now.timestamp() - (asked_at + loop.time()) / 2
            values = await survey.queue_settings(connection)
        self.settings = LedgerSettings(
            hold=max(timedelta(seconds=values["service_reservation_timeout"]), self._upload_limit + HOLD_MARGIN),
            retry_interval=timedelta(seconds=values["pending_retry_interval"]),
        )

    async def ready(self) -> None:
        """Read them if they never were: without the guard's clock nobody knows how long to wait."""
        if self._clock_offset is None:
            await self.refresh()

    def seconds_until(self, moment: datetime) -> float:
        """How long until the guard's clock shows this; an estimate to wait by, never to judge by. Only once `ready`."""
        assert self._clock_offset is not None
        return moment.timestamp() - (asyncio.get_running_loop().time() + self._clock_offset)

    async def wait_until(self, moment: datetime, ahead: float = 0.0) -> None:
        """Wait until the guard's clock shows this, or is so many seconds before it. It may be put forward meanwhile."""
        while (left := self.seconds_until(moment) - ahead) > 0:  # noqa: ASYNC110 - a clock sets no event
            await asyncio.sleep(min(left, LONGEST_WAIT))

    async def claim(self, permit: Permit, task_id: UUID) -> Verdict:
        """Take the next due mail of a task, if the guard lets one through now."""
        return await self._claims.submit(Claim(permit, task_id))

    async def mark(self, permit_id: UUID) -> bool:
        """Say that the body goes out now. False: this delivery is no longer ours; send nothing."""
        return await self._marks.submit(permit_id)

    async def record(self, record: Record) -> str | None:
        """Say how a delivery ended, however long the database is away; the status its mail has now."""
        pause = 0.1
        while True:
            try:
                return await self._records.submit(record)
            except UNREACHABLE as error:
                log.warning("ledger unreachable, %s is not recorded yet: %s", record.permit_id, error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    async def renew(self, permit_ids: Sequence[UUID], held: Sequence[Reservation]) -> None:
        """Go on holding connections, and deliveries whose body or answer is on its way."""
        async with self._pool.acquire() as connection:
            if permit_ids:
                await ledger.renew(connection, permit_ids, self.settings.hold)
            if held:
                await reservation.renew(connection, held, self.worker, self.settings.hold)
            await reservation.let_go(connection, self.worker, self.settings.hold - FORGOTTEN_AFTER)

    async def take(self, service_id: UUID) -> Reservation | None:
        """Reserve a connection of a service, if one is free and the service may be used."""
        return await self._takes.submit(service_id)

    async def release(self, held: Reservation) -> None:
        """Give a connection back. Where the database is away, `renew` does it later."""
        try:
            await self._releases.submit(held)
        except UNREACHABLE as error:
            log.warning("ledger unreachable, a reservation is given back later: %s", error)

    async def rest(self, service_id: UUID, reason: str) -> None:
        """Give a failing service a pause."""
        async with self._pool.acquire() as connection:
            await reservation.rest(connection, service_id, reason)

    async def _write_claims(self, claims: Sequence[Claim]) -> Sequence[Verdict]:
        async with self._pool.acquire() as connection:
            return await ledger.claim(connection, claims, self.worker, self._upload_limit, self.settings.hold)

    async def _write_marks(self, permit_ids: Sequence[UUID]) -> Sequence[bool]:
        async with self._pool.acquire() as connection:
            return await ledger.mark(connection, permit_ids, self.settings.hold)

    async def _write_records(self, records: Sequence[Record]) -> Sequence[str | None]:
        async with self._pool.acquire() as connection:
            return await ledger.record(connection, records)

    async def _write_takes(self, service_ids: Sequence[UUID]) -> Sequence[Reservation | None]:
        async with self._pool.acquire() as connection:
            return await reservation.take(connection, service_ids, self.worker, self.settings.hold)

    async def _write_releases(self, held: Sequence[Reservation]) -> Sequence[None]:
        async with self._pool.acquire() as connection:
            return await reservation.release(connection, held, self.worker)
