"""Pinned mails: only through their own service, and what they do while it cannot be used."""

from datetime import timedelta
from uuid import UUID

import pytest

from database.queries import task_moves
from database.queries.ledger import Claim
from tests.integration.ledger.world import World

UNUSABLE = {
    "paused": "status = 'paused'",
    "deleted": "status = 'deleted'",
    "rested": "rested_until = guard_now() + interval '1 hour'",
    "without quota": "daily_quota = 0",
    "outside its window": "window_opens = (guard_now() AT TIME ZONE 'UTC' + interval '2 hours')::time, "
    "window_closes = (guard_now() AT TIME ZONE 'UTC' + interval '3 hours')::time, window_weekdays = '{0,1,2,3,4,5,6}'",
}


async def pinned_task(world: World, *services: UUID, fallback: str = "any") -> UUID:
    """A task with a mail for each of these services, and one that is pinned to none at the end."""
    task = await world.task(mails=len(services) + 1)
    await world.pool.execute("UPDATE tasks SET pin_fallback = $2 WHERE id = $1", task, fallback)
    for seq, service in enumerate(services, 1):
        await world.pool.execute(
            "UPDATE subtasks SET pinned_service_id = $3 WHERE task_id = $1 AND seq = $2", task, seq, service
        )
    return task


async def relays(world: World, count: int) -> list[UUID]:
    return [await world.service(interval=0, kind="relay") for _ in range(count)]


async def test_a_mail_pinned_to_a_service_that_went_to_another_pool_goes_through_any_other(world: World) -> None:
    here, there = await relays(world, 2)
    task = await pinned_task(world, there)
    await world.pool.execute(
        """WITH other AS (INSERT INTO pools (id, user_id, name) VALUES (gen_random_uuid(), $2, 'other') RETURNING id)
           UPDATE email_services SET pool_id = other.id FROM other WHERE email_services.id = $1""",
        there, world.user_id,
    )  # fmt: skip
    await world.pool.execute(
        "UPDATE email_service_schedule e SET pool_id = v.pool_id FROM email_services v WHERE v.id = e.service_id"
    )

    verdicts = await world.claim(*(Claim(world.permit(here), task) for _ in range(2)))

    assert sorted(verdict.mail.seq for verdict in verdicts if verdict.mail) == [1, 2]


async def make(world: World, service: UUID, state: str) -> None:
    await world.pool.execute(f"UPDATE email_service_schedule SET {UNUSABLE[state]} WHERE service_id = $1", service)


async def taken(world: World, service: UUID, task: UUID, permits: int = 5) -> list[int]:
    """The mails that so many permits of a service take."""
    verdicts = await world.claim(*(Claim(world.permit(service), task) for _ in range(permits)))
    return [verdict.mail.seq for verdict in verdicts if verdict.mail]


async def pinned(world: World, task: UUID) -> dict[UUID, int]:
    """Ready mails by the service they are pinned to, as counted; it must be what is there."""
    counted = await world.pool.fetch(
        "SELECT service_id, ready FROM pinned_queues WHERE task_id = $1 AND ready <> 0", task
    )
    there = await world.pool.fetch(
        """SELECT pinned_service_id, count(*) FROM subtasks WHERE task_id = $1 AND status = 'pending'
               AND retry_at IS NULL AND pinned_service_id IS NOT NULL GROUP BY 1""",
        task,
    )
    counts = {row["service_id"]: row["ready"] for row in counted}
    assert counts == {row["pinned_service_id"]: row["count"] for row in there}
    assert sum(counts.values()) <= (await world.queue(task)).get("ready", 0)
    return counts


@pytest.mark.parametrize("fallback", ["any", "wait"])
async def test_a_pinned_mail_goes_through_its_own_service_only(world: World, fallback: str) -> None:
    first, second, stranger = await relays(world, 3)
    task = await pinned_task(world, first, second, first, fallback=fallback)

    assert await taken(world, stranger, task) == [4]
    assert await taken(world, first, task) == [1, 3]
    assert await taken(world, second, task) == [2]


@pytest.mark.parametrize("state", UNUSABLE)
async def test_while_its_service_cannot_be_used_a_mail_goes_through_any_other(world: World, state: str) -> None:
    own, usable, other = await relays(world, 3)
    task = await pinned_task(world, own, usable)
    await make(world, own, state)

    assert sorted(await taken(world, other, task)) == [1, 3]


@pytest.mark.parametrize("state", UNUSABLE)
async def test_or_it_waits_for_its_own(world: World, state: str) -> None:
    own, other = await relays(world, 2)
    task = await pinned_task(world, own, fallback="wait")
    await make(world, own, state)

    assert await taken(world, other, task) == [2]
    assert await pinned(world, task) == {own: 1}


async def test_own_mails_go_before_others(world: World) -> None:
    own, other = await relays(world, 2)
    task = await pinned_task(world, other, own)

    assert await taken(world, own, task, permits=1) == [2]


async def test_the_counts_of_pinned_mails_follow_every_move(world: World) -> None:
    first, second = await relays(world, 2)
    task = await pinned_task(world, first, first, second)
    assert await pinned(world, task) == {first: 2, second: 1}

    permit, _ = await world.claim_one(first, task)
    assert await pinned(world, task) == {first: 1, second: 1}

    await world.record(permit, "returned", reason="greylisted", retry_after=timedelta(minutes=1), costs_retry=True)
    assert await pinned(world, task) == {first: 1, second: 1}

    await world.advance_guard(timedelta(minutes=2))
    async with world.pool.acquire() as connection:
        await task_moves.release_retries(connection, task)
        assert await pinned(world, task) == {first: 2, second: 1}
        await world.pool.execute("UPDATE tasks SET status = 'cancelled' WHERE id = $1", task)
        await task_moves.cancel_rest(connection, task)
    assert await pinned(world, task) == {}


async def test_a_follow_up_is_pinned_to_the_services_that_sent_the_first_mails(world: World) -> None:
    first, second = await relays(world, 2)
    earlier = await world.task(mails=3)
    await world.sent(first, earlier)
    await world.sent(second, earlier)
    later = await world.unprepared_task(mails=0)
    await world.pool.execute(
        """UPDATE tasks SET follow_up_of = $2, contact_list_id = (SELECT contact_list_id FROM tasks WHERE id = $2)
           WHERE id = $1""",
        later, earlier,
    )  # fmt: skip

    async with world.pool.acquire() as connection:
        await task_moves.prepare(connection, later)

    rows = await world.pool.fetch("SELECT pinned_service_id FROM subtasks WHERE task_id = $1 ORDER BY seq", later)
    assert [row["pinned_service_id"] for row in rows] == [first, second, None]
    assert await pinned(world, later) == {first: 1, second: 1}


async def test_a_task_that_follows_none_is_prepared_without_reading_the_mails_of_others(world: World) -> None:
    await world.task(mails=2_000)
    await world.pool.execute("ANALYZE")
    task = await world.unprepared_task(mails=1)
    read = "SELECT seq_tup_read + coalesce(idx_tup_fetch, 0) FROM pg_stat_xact_user_tables WHERE relname = 'subtasks'"

    async with world.pool.acquire() as connection, connection.transaction():
        await task_moves.prepare(connection, task)
        assert await connection.fetchval(read) == 0
