"""No two writes of the ledger wait for each other: rows of a kind are locked in key order."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest

from database.queries import reservation
from database.queries.ledger import Claim
from database.queries.reservation import Reservation
from tests.integration.ledger.world import HOLD, World

COUNTERS = "SELECT 1 FROM user_task_queues WHERE task_id = $1 FOR UPDATE"
RESERVATIONS = "SELECT 1 FROM service_reservations WHERE service_id = $1 FOR UPDATE"
BLOCKED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
RESERVE = """
    INSERT INTO service_reservations (service_id, connection_no, reserved_by, expires_at)
    VALUES ($1, 1, 'worker', clock_timestamp() + $2)
"""


async def until_blocked(world: World, waiting: int = 1) -> None:
    """Wait until so many statements wait for a lock."""
    async with asyncio.timeout(10):
        while await world.pool.fetchval(BLOCKED) < waiting:  # noqa: ASYNC110 - a database sets no event
            await asyncio.sleep(0.01)


@asynccontextmanager
async def holding(world: World, statement: str, key: UUID) -> Any:
    """Another transaction that holds this row."""
    async with world.pool.acquire() as other, other.transaction():
        await other.execute(statement, key)
        yield other


async def test_a_claim_that_meets_suppressed_mails_locks_the_counters_of_its_tasks_in_order(world: World) -> None:
    first, second = sorted([await world.task(mails=2), await world.task(mails=2)])
    await world.pool.execute(
        "INSERT INTO suppressions (user_id, email, reason) SELECT $1, email, 'r' FROM subtasks WHERE task_id = $2",
        world.user_id, second,
    )  # fmt: skip
    claims = [Claim(world.permit(await world.service()), task) for task in (first, second)]

    async with holding(world, COUNTERS, first) as other:
        claiming = asyncio.create_task(world.claim(*claims))
        await until_blocked(world)
        await other.execute(COUNTERS, second)

    assert [verdict.word for verdict in await claiming] == ["claimed", "empty"]


def held(service_id: UUID) -> Reservation:
    return Reservation(service_id, 1, "mailbox", "h", 25, "none", None, None, "a@example.org", None)


async def clean(connection: Any, services: list[UUID]) -> None:
    await reservation.clean(connection)


async def renew(connection: Any, services: list[UUID]) -> None:
    await reservation.renew(connection, [held(service) for service in services], "worker", HOLD)


async def release(connection: Any, services: list[UUID]) -> None:
    await reservation.release(connection, [held(service) for service in services], "worker")


@pytest.mark.parametrize("work", [clean, renew, release])
async def test_reservations_are_locked_in_the_order_in_which_they_are_taken(
    world: World, work: Callable[[Any, list[UUID]], Awaitable[None]]
) -> None:
    low, high = sorted([await world.service(), await world.service()])
    for service in (high, low):  # a scan of the table meets the higher one first
        await world.pool.execute(RESERVE, service, -HOLD)

    async def run() -> None:
        async with world.pool.acquire() as connection:
            await work(connection, [high, low])

    async with holding(world, RESERVATIONS, low) as other:
        working = asyncio.create_task(run())
        await asyncio.wait({working, asyncio.create_task(until_blocked(world))}, return_when="FIRST_COMPLETED")
        await other.execute(RESERVATIONS, high)

    await working


async def test_a_permit_that_stands_twice_in_one_call_takes_one_mail(world: World) -> None:
    service, task = await world.service(kind="relay", interval=0), await world.task(mails=3)
    permit = world.permit(service)

    verdicts = await world.claim(*[Claim(permit, task)] * 2, Claim(world.permit(service), task))

    assert [verdict.word for verdict in verdicts] == ["claimed", "used", "claimed"]
    assert await world.queue(task) == {"ready": 1, "claimed": 2}


async def test_of_a_mailbox_too_a_permit_that_stands_twice_in_one_call_has_one_holder(world: World) -> None:
    permit, task = world.permit(await world.service()), await world.task()

    verdicts = await world.claim(*[Claim(permit, task)] * 2)

    assert [verdict.word for verdict in verdicts] == ["claimed", "used"]
