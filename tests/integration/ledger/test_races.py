"""Two writes at once, in the worst order: neither is lost, and no mail is forgotten."""

import asyncio
from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from database.connect import transaction
from database.queries import subtask, task, task_moves
from scheduling.permit import Permit
from tests.integration.ledger.test_lock_order import COUNTERS, holding, until_blocked
from tests.integration.ledger.world import World

TASK = "SELECT status, completed_at IS NOT NULL AS ended FROM tasks"


async def unknown(world: World, task_id: UUID) -> Permit:
    """A mail whose worker was cut off while it waited for the answer."""
    permit, _ = await world.claim_one(await world.service(), task_id)
    assert await world.mark(permit)
    await world.expire_deadlines()
    assert await world.sweep()
    return permit


async def close(world: World, task_id: UUID) -> None:
    async with world.pool.acquire() as connection:
        await task_moves.close(connection, task_id)


async def test_a_late_answer_that_returns_a_mail_opens_its_completed_task_again(world: World) -> None:
    task_id = await world.task(mails=1)
    permit = await unknown(world, task_id)
    await close(world, task_id)
    assert (await world.row(TASK))["status"] == "completed"

    assert await world.record(permit, "returned", reason="greylist", mail_begun=True, dot_sent=True) == "pending"

    assert dict(await world.row(TASK)) == {"status": "sending", "ended": False}


async def test_a_late_answer_that_returns_a_mail_of_a_cancelled_task_has_it_cancelled(world: World) -> None:
    task_id = await world.task(mails=1)
    permit = await unknown(world, task_id)
    async with world.pool.acquire() as connection:
        await task_moves.cancel(connection, task_id)
    await close(world, task_id)

    await world.record(permit, "returned", reason="greylist", mail_begun=True, dot_sent=True)

    assert dict(await world.row(TASK)) == {"status": "cancelled", "ended": False}, "reconcile starts what has not ended"


async def test_a_late_answer_that_settles_a_mail_leaves_its_task_ended(world: World) -> None:
    task_id = await world.task(mails=1)
    permit = await unknown(world, task_id)
    await close(world, task_id)

    await world.record(permit, "sent", mail_begun=True, dot_sent=True)

    assert dict(await world.row(TASK)) == {"status": "completed", "ended": True}


async def test_a_task_does_not_end_while_a_person_has_a_mail_of_it_sent_again(
    world: World, engine: AsyncEngine
) -> None:
    task_id = await world.task(mails=1)
    await unknown(world, task_id)

    async with transaction(engine) as connection:
        await task.lock(connection, world.user_id, task_id)
        await subtask.resolve(connection, task_id, "resend", world.user_id, None)
        await task.reopen(connection, task_id)
        closing = asyncio.create_task(close(world, task_id))
        await until_blocked(world)
    await closing

    assert dict(await world.row(TASK)) == {"status": "sending", "ended": False}


async def test_a_retry_that_is_written_while_others_are_released_is_not_forgotten(world: World) -> None:
    task_id = await world.task(mails=1)
    permit, _ = await world.claim_one(await world.service(), task_id)

    async def release() -> None:
        async with world.pool.acquire() as connection:
            await task_moves.release_retries(connection, task_id)

    async with holding(world, COUNTERS, task_id):
        recording = asyncio.create_task(
            world.record(permit, "returned", retry_after=timedelta(hours=1), costs_retry=True)
        )
        await until_blocked(world)
        releasing = asyncio.create_task(release())
        await until_blocked(world, waiting=2)
    await asyncio.gather(recording, releasing)

    row = await world.row("SELECT next_retry_at = (SELECT retry_at FROM subtasks) AS known FROM user_task_queues")
    assert row["known"]


async def test_mails_are_claimed_while_a_person_decides_others_of_the_task(world: World, engine: AsyncEngine) -> None:
    """Else both wait for each other: a decision holds the task and wants its counters, a claim the other way round."""
    task_id, service = await world.task(mails=2), await world.service()

    async with transaction(engine) as connection:
        await task.lock(connection, world.user_id, task_id)
        claiming = asyncio.create_task(world.claim_one(service, task_id))
        done, _ = await asyncio.wait({claiming}, timeout=10)

    assert (await claiming)[1].word == "claimed"
    assert done
