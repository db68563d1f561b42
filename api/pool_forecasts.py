"""Readings of pools, kept for a few seconds in this process: many look at their tasks' status at once."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

import asyncpg

from database.queries.forecast import read_pool
from scheduling.forecast import PoolForecast

FRESH_SECONDS = 5.0
KEPT = 100
"""Pools; of a thousand services and tasks one takes about three megabytes."""


class PoolForecasts:
    """Reads a pool at most once in five seconds for statuses; a forecast that is asked for by itself reads it anew."""

    def __init__(
        self, ledger_pool: "asyncpg.Pool[asyncpg.Record]", clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ledger_pool = ledger_pool
        self._clock = clock
        self._kept: OrderedDict[UUID, tuple[float, asyncio.Future[PoolForecast]]] = OrderedDict()

    async def kept(self, pool_id: UUID) -> PoolForecast:
        """The pool as it was at most five seconds ago. Who asks while it is read waits for the same reading."""
        read_at, reading = self._kept.get(pool_id, (0.0, None))
        if reading is None or self._clock() - read_at > FRESH_SECONDS or _failed(reading):
            reading = asyncio.ensure_future(self.read(pool_id))
            self._kept[pool_id] = self._clock(), reading
            self._kept.move_to_end(pool_id)
            if len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        return await asyncio.shield(reading)

    async def read(self, pool_id: UUID) -> PoolForecast:
        """The pool as it is now."""
        async with self._ledger_pool.acquire() as connection:
            return await read_pool(connection, pool_id)


def _failed(reading: asyncio.Future[PoolForecast]) -> bool:
    return reading.done() and (reading.cancelled() or reading.exception() is not None)
