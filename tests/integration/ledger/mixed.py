"""A ledger in which a bit of everything has happened, all of it by the ledger's own functions."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from database.connect import transaction
from database.queries import subtask, task_moves
from scheduling.permit import Permit
from tests.integration.ledger.outreach import outreach
from tests.integration.ledger.world import World

LIMITS = """
    INSERT INTO domain_limits (pool_id, domain, per_minute, counted_as, updated_at)
    VALUES ($1, 'example.net', 6000, NULL, clock_timestamp() - interval '1 hour'),
        ($1, 'also.example', NULL, 'example.net', clock_timestamp() - interval '1 hour')
"""
CHOICE = """
    INSERT INTO choices (service_id, first_no, count, task_id, decided_at, score, quota, rest, success)
    VALUES ($1, 1, 1, $2, guard_now(), 1, 1, 1, 1)
"""
RESERVATION = """
    INSERT INTO service_reservations (service_id, connection_no, reserved_by, expires_at)
    VALUES ($1, 1, 'worker', clock_timestamp() + interval '30 s')
"""
SUPPRESS = """
    INSERT INTO suppressions (user_id, email, reason)
    SELECT $1, lower(email), 'asked' FROM subtasks WHERE task_id = $2 AND seq = 1
"""
PIN = "UPDATE subtasks SET pinned_service_id = $2 WHERE task_id = $1 AND seq = 10"


async def taken(world: World, service: UUID, task: UUID) -> Permit:
    """A permit that has taken a mail; an interval of a millisecond is over after a call or two."""
    while (found := await world.claim_one(service, task))[1].word == "early":
        pass
    permit, verdict = found
    assert verdict.mail is not None, verdict
    return permit


async def begun(world: World, service: UUID, task: UUID) -> Permit:
    """A permit whose mail's body goes out now."""
    permit = await taken(world, service, task)
    assert await world.mark(permit)
    return permit


async def sent(world: World, service: UUID, task: UUID) -> None:
    permit = await begun(world, service, task)
    assert await world.record(permit, "sent", mail_begun=True, dot_sent=True) == "sent"


async def mixed(world: World, engine: AsyncEngine) -> None:
    """Tasks: one that sends, with a mail in every state; one completed, one cancelled; a campaign's two rounds."""
    await world.pool.execute(LIMITS, world.pool_id)
    idle = await world.service()
    await world.pool.execute(RESERVATION, idle)
    await under_way(world, idle)
    await completed(world, engine)
    await cancelled(world)
    await campaign(world)


async def under_way(world: World, pinned_to: UUID) -> None:
    task = await world.task(mails=14)
    await world.pool.execute(SUPPRESS, world.user_id, task)
    await world.pool.execute(PIN, task, pinned_to)
    lost, dead, refused, late, kept, again, claimed, body = [await world.service() for _ in range(8)]
    await world.pool.execute(CHOICE, kept, task)
    await begun(world, lost, task)
    await taken(world, dead, task)
    await world.expire_deadlines()
    assert await world.sweep()
    await world.record(await taken(world, again, task), "returned")
    permit = await begun(world, refused, task)
    await world.record(permit, "failed", reason="unknown_user", mail_begun=True, dot_sent=True)
    permit = await taken(world, late, task)
    await world.record(permit, "returned", retry_after=timedelta(hours=1), costs_retry=True, mail_begun=True)
    await sent(world, kept, task)
    await taken(world, claimed, task)
    await begun(world, body, task)
    for kind in ("mailbox", "relay"):
        quick = await world.service(interval=0.001, kind=kind)
        await sent(world, quick, task)
        await sent(world, quick, task)


async def completed(world: World, engine: AsyncEngine) -> None:
    """Two mails of unknown outcome: one was sent again by its policy, one a person called sent."""
    task = await world.task(mails=2, unknown_policy="resend")
    await unknown(world, task)
    await sent(world, await world.service(), task)
    await world.pool.execute("UPDATE tasks SET unknown_policy = 'hold' WHERE id = $1", task)
    await unknown(world, task)
    async with transaction(engine) as connection:
        assert await subtask.resolve(connection, task, "sent", world.user_id, None) == 1
    async with world.pool.acquire() as connection:
        await task_moves.close(connection, task)


async def unknown(world: World, task: UUID) -> None:
    permit = await begun(world, await world.service(), task)
    await world.record(permit, "unknown", mail_begun=True, dot_sent=True)


async def cancelled(world: World) -> None:
    task = await world.task(mails=3)
    await sent(world, await world.service(), task)
    async with world.pool.acquire() as connection:
        await task_moves.cancel(connection, task)
        await task_moves.cancel_rest(connection, task)
        await task_moves.close(connection, task)


async def campaign(world: World) -> None:
    """Two contacts, of whom one replied to the first mail; both rounds are over."""
    made = await outreach(world, 2)
    relay = await world.service(interval=0, kind="relay")
    for no, mails in ((1, 2), (2, 1)):
        await made.round(no)
        task = await made.begin(no)
        for _ in range(mails):
            await sent(world, relay, task)
        async with world.pool.acquire() as connection:
            await task_moves.close(connection, task)
        if no == 1:
            await made.happened(1, stop_reason="replied")
