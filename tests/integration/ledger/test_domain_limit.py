"""Limits per recipient domain: never more than so many mails in any minute, and what a refusal teaches."""

from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID

import asyncpg
import pytest

from database.queries import task_moves
from database.queries.ledger import Claim
from tests.integration.ledger.world import World

MINUTE = timedelta(minutes=1)


async def set_limit(
    world: World, per_minute: int | None, domain: str = "example.net", counted_as: str | None = None
) -> None:
    await world.pool.execute(
        "INSERT INTO domain_limits (pool_id, domain, per_minute, counted_as) VALUES ($1, $2, $3, $4)",
        world.pool_id, domain, per_minute, counted_as,
    )  # fmt: skip


async def limit(world: World) -> asyncpg.Record:
    return await world.row(
        "SELECT *, next_available_at - guard_now() AS wait FROM domain_limits WHERE counted_as IS NULL"
    )


async def relay(world: World) -> UUID:
    return await world.service(interval=0, kind="relay", quota=100_000)


async def claim_all(world: World, service: UUID, task: UUID, permits: int = 20) -> int:
    """Use so many permits at this moment of the guard; how many took a mail. Those are sent."""
    claims = [Claim(world.permit(service), task) for _ in range(permits)]
    verdicts = await world.claim(*claims)
    for claim, verdict in zip(claims, verdicts, strict=True):
        if verdict.mail:
            assert await world.mark(claim.permit)
            await world.record(claim.permit, "sent", mail_begun=True, dot_sent=True)
    return sum(verdict.mail is not None for verdict in verdicts)


async def release(world: World, task: UUID) -> None:
    async with world.pool.acquire() as connection:
        await task_moves.release_retries(connection, task)


async def claimed_at(world: World) -> list[datetime]:
    return [
        row["claimed_at"] for row in await world.pool.fetch("SELECT claimed_at FROM deliveries ORDER BY claimed_at")
    ]


def most_in_a_minute(moments: list[datetime]) -> int:
    return max(sum(start <= moment < start + MINUTE for moment in moments) for start in moments)


@pytest.mark.parametrize("per_minute", [1, 5, 30])
async def test_never_more_than_the_limit_goes_in_any_minute_and_all_go_in_the_end(
    world: World, per_minute: int
) -> None:
    await set_limit(world, per_minute)
    service, mails = await relay(world), 2 * per_minute + 3
    task = await world.task(mails=mails)

    for _ in range(100):
        await claim_all(world, service, task)
        if (await world.queue(task)).get("sent") == mails:
            break
        await world.advance_guard(timedelta(seconds=5))
        await release(world, task)

    assert await world.queue(task) == {"sent": mails}
    assert most_in_a_minute(await claimed_at(world)) <= per_minute


async def test_all_services_of_a_pool_share_the_limit(world: World) -> None:
    await set_limit(world, 5)
    services, task = [await relay(world) for _ in range(4)], await world.task(mails=20)

    taken = [await claim_all(world, service, task, permits=5) for service in services]

    assert sum(taken) == 1


async def test_domains_that_count_as_another_share_its_limit(world: World) -> None:
    await set_limit(world, 1)
    await set_limit(world, None, "example.com", counted_as="example.net")
    service, task = await relay(world), await world.task(mails=2)
    await world.pool.execute("UPDATE subtasks SET email = 'x@Example.com' WHERE seq = 2")

    assert await claim_all(world, service, task) == 1
    assert await world.queue(task) == {"sent": 1, "retrying": 1}


async def test_mails_to_other_domains_overtake(world: World) -> None:
    await set_limit(world, 1)
    service, task = await relay(world), await world.task(mails=40)
    await world.pool.execute("UPDATE subtasks SET email = 'x@other.example' WHERE seq > 30")

    assert await claim_all(world, service, task, permits=11) == 11
    assert await world.queue(task) == {"sent": 11, "retrying": 29}


async def test_every_mail_that_waits_says_why_and_until_when_one_after_the_other(world: World) -> None:
    await set_limit(world, 1)
    service, task = await relay(world), await world.task(mails=4)
    await claim_all(world, service, task)

    rows = await world.pool.fetch(
        "SELECT reason, retry_at, retry_count FROM subtasks WHERE status = 'pending' ORDER BY seq"
    )

    assert {(row["reason"], row["retry_count"]) for row in rows} == {("domain_limit", 0)}
    turns = [row["retry_at"] for row in rows]
    assert [later - earlier for earlier, later in pairwise(turns)] == [MINUTE] * 2
    (first,) = await claimed_at(world)
    assert first + MINUTE <= turns[0] <= first + MINUTE + timedelta(seconds=2)


async def test_a_mail_comes_back_when_its_turn_has_come(world: World) -> None:
    await set_limit(world, 1)
    service, task = await relay(world), await world.task(mails=2)
    await claim_all(world, service, task)

    await release(world, task)
    assert await world.queue(task) == {"sent": 1, "retrying": 1}

    await world.advance_guard(timedelta(seconds=63))
    await release(world, task)
    assert await world.queue(task) == {"sent": 1, "ready": 1}
    assert await claim_all(world, service, task) == 1


async def test_without_limits_nothing_changes(world: World) -> None:
    service, task = await relay(world), await world.task(mails=20)

    assert await claim_all(world, service, task) == 20
    assert await world.pool.fetchval("SELECT count(*) FROM domain_limits") == 0


async def refused(world: World, task: UUID, code: int = 421, reason: str = "policy") -> None:
    """Let a mail be refused by its domain."""
    permit, verdict = await world.claim_one(await world.service(), task)
    assert verdict.mail is not None, verdict
    await world.record(permit, "returned", reason=reason, reply_code=code, mail_begun=True)


async def test_a_refusal_for_now_is_learnt_from_half_the_pace_after_a_pause(world: World) -> None:
    await set_limit(world, 61)
    task = await world.task(mails=5)

    await refused(world, task, 451)

    row = await limit(world)
    assert row["learnt_interval"] == 2 * (MINUTE / 56)
    assert timedelta(seconds=10) < row["wait"] <= timedelta(seconds=30)


async def test_a_domain_that_nobody_limited_learns_too_and_its_mails_wait_for_the_pause(world: World) -> None:
    service, task = await relay(world), await world.task(mails=5)

    await refused(world, task)

    assert (await limit(world))["learnt_interval"] == timedelta(seconds=1)
    assert await claim_all(world, service, task) == 0
    assert await world.queue(task) == {"retrying": 5}


async def test_refusals_of_mails_that_were_under_way_together_teach_once(world: World) -> None:
    task = await world.task(mails=3)
    claims = [Claim(world.permit(await world.service()), task) for _ in range(3)]
    await world.claim(*claims)

    for claim in claims:
        await world.record(claim.permit, "returned", reason="rate_limited", reply_code=450, mail_begun=True)

    assert (await limit(world))["learnt_interval"] == timedelta(seconds=1)


async def test_a_refusal_after_the_pause_halves_the_pace_again(world: World) -> None:
    task = await world.task(mails=3)
    await refused(world, task)
    await world.advance_guard(timedelta(seconds=31))

    await refused(world, task)

    assert (await limit(world))["learnt_interval"] == timedelta(seconds=2)


async def test_successes_recover_the_pace_until_what_was_learnt_is_gone(world: World) -> None:
    task = await world.task(mails=80)
    await refused(world, task)
    service, intervals = await relay(world), [timedelta(seconds=1)]

    for _ in range(60):
        await world.advance_guard(timedelta(minutes=1))
        await release(world, task)
        await claim_all(world, service, task, permits=1)
        learnt = (await limit(world))["learnt_interval"]
        if learnt is None:
            break
        assert learnt < intervals[-1]
        intervals.append(learnt)

    assert (await limit(world))["learnt_interval"] is None


@pytest.mark.parametrize(
    ("code", "reason"), [(550, "policy"), (450, "greylisted"), (452, "mailbox_full"), (421, "rate_limited")]
)
async def test_what_is_no_wish_for_fewer_mails_teaches_nothing(world: World, code: int, reason: str) -> None:
    task = await world.task(mails=2)

    await refused(world, task, code, reason)

    assert await world.pool.fetchval("SELECT count(*) FROM domain_limits") == 0


async def test_the_limit_of_one_pool_is_not_anothers(world: World) -> None:
    await set_limit(world, 1)
    other = World(world.pool)
    await other.begin()

    assert await claim_all(other, await relay(other), await other.task(mails=3)) == 3
