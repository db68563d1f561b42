"""Readings of pools are shared, kept for five seconds, and not without end."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from api.kept import Kept
from api.pool_forecasts import FRESH_SECONDS, KEPT, PoolForecasts
from scheduling.forecast import PoolForecast

POOL = UUID(int=1)


class Readings(PoolForecasts):
    """Counts what would be read, on a clock that is set."""

    def __init__(self) -> None:
        self.now, self.count, self.down = 0.0, 0, False
        super().__init__(NOWHERE, lambda: self.now)

    async def read(self, pool_id: UUID) -> PoolForecast:
        self.count += 1
        await asyncio.sleep(0)
        if self.down:
            raise OSError("the database is down")
        return PoolForecast((), (), datetime.now(UTC))


NOWHERE: "asyncpg.Pool[asyncpg.Record]" = None  # type: ignore[assignment]  # nothing is read from it here


async def test_a_pool_is_read_once_for_all_who_ask_within_five_seconds() -> None:
    readings = Readings()
    first, *others = await asyncio.gather(*(readings.kept(POOL) for _ in range(20)))
    readings.now = FRESH_SECONDS
    others.append(await readings.kept(POOL))
    assert all(each is first for each in others)
    assert readings.count == 1


async def test_after_that_it_is_read_anew() -> None:
    readings = Readings()
    first = await readings.kept(POOL)
    readings.now = FRESH_SECONDS + 0.1
    assert await readings.kept(POOL) is not first


async def test_a_reading_that_failed_is_not_kept() -> None:
    readings = Readings()
    readings.down = True
    with pytest.raises(OSError, match="down"):
        await readings.kept(POOL)
    readings.down = False
    assert await readings.kept(POOL)


async def test_who_leaves_does_not_take_the_reading_from_the_others() -> None:
    readings = Readings()
    leaving = asyncio.create_task(readings.kept(POOL))
    staying = asyncio.create_task(readings.kept(POOL))
    await asyncio.sleep(0)
    leaving.cancel()
    assert await staying
    assert readings.count == 1


async def test_what_was_forgotten_while_it_was_read_is_read_anew() -> None:
    begun = 0

    async def read(_: str) -> int:
        nonlocal begun
        begun += 1
        number = begun
        await asyncio.sleep(0)
        return number

    kept = Kept(read, seconds=1.0, most=1)
    early = asyncio.create_task(kept.get("key"))
    await asyncio.sleep(0)
    kept.forget()
    assert await kept.get("key") == 2
    assert await early == 1


async def test_no_more_pools_are_kept_than_there_is_room_for() -> None:
    readings = Readings()
    await readings.kept(POOL)
    for _ in range(KEPT):
        await readings.kept(uuid4())
    before = readings.count
    await readings.kept(POOL)
    assert readings.count == before + 1
