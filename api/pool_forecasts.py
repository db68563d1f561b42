"""Readings of pools and of tasks' paces, kept for a moment: many look at their tasks' status at once."""

import time
from collections.abc import Callable
from uuid import UUID

import asyncpg

from api.kept import Kept
from database.connect import Row
from database.queries import task_status
from database.queries.forecast import read_pool
from scheduling.forecast import PoolForecast

FRESH_SECONDS = 5.0
KEPT = 100
"""Pools; of a thousand services and tasks one takes about three megabytes."""
PACE_SECONDS = 1.0
PACES_KEPT = 10_000


class PoolForecasts:
    """Reads a pool at most once in five seconds for statuses; a forecast that is asked for by itself reads it anew."""

    def __init__(
        self, ledger_pool: "asyncpg.Pool[asyncpg.Record]", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ledger_pool = ledger_pool
        self._pools = Kept(self.read, FRESH_SECONDS, KEPT, clock)
        self._paces = Kept(self._read_pace, PACE_SECONDS, PACES_KEPT, clock)

    async def kept(self, pool_id: UUID) -> PoolForecast:
        """The pool as it was at most five seconds ago."""
        return await self._pools.get(pool_id)

    async def pace(self, task_id: UUID) -> Row:
        """A task's pace as it was at most a second ago; see `database.queries.task_status.pace`."""
        return await self._paces.get(task_id)

    async def read(self, pool_id: UUID) -> PoolForecast:
        """The pool as it is now."""
        async with self._ledger_pool.acquire() as connection:
            return await read_pool(connection, pool_id)

    async def _read_pace(self, task_id: UUID) -> Row:
        async with self._ledger_pool.acquire() as connection:
            return await task_status.pace(connection, task_id)
