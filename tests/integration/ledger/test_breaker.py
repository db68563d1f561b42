"""The breaker: a service that fails is rested, longer each time, and its first success ends it."""

from datetime import timedelta
from uuid import UUID

import pytest

from tests.integration.ledger.world import World

HALF_A_MINUTE = timedelta(seconds=30)
HOUR = timedelta(hours=1)


async def fail(
    world: World, service: UUID, task: UUID, *, reason: str = "connection_lost", code: int | None = None,
    outcome: str = "returned",
) -> None:  # fmt: skip
    """Let a dialogue of the service end so."""
    permit, verdict = await world.claim_one(service, task)
    assert verdict.mail is not None, verdict
    await world.record(permit, outcome, reason=reason, reply_code=code, mail_begun=True)


async def fail_in_a_row(world: World, service: UUID, task: UUID, times: int) -> None:
    for _ in range(times):
        await fail(world, service, task)


async def rest(world: World, service: UUID) -> timedelta | None:
    """How long it still rests."""
    row = await world.row(
        "SELECT rested_until - guard_now() AS rest FROM email_service_schedule WHERE service_id = $1", service
    )
    left: timedelta | None = row["rest"]
    return left if left is not None and left > timedelta() else None


async def rested(world: World) -> tuple[UUID, UUID]:
    """A service that has just been rested, and a task."""
    service, task = await world.service(interval=0), await world.task(mails=60)
    await fail_in_a_row(world, service, task, 5)
    assert await rest(world, service) is not None
    return service, task


async def test_four_failures_in_a_row_do_not_rest_a_service_and_five_do(world: World) -> None:
    service, task = await world.service(interval=0), await world.task(mails=10)

    await fail_in_a_row(world, service, task, 4)
    assert await rest(world, service) is None

    await fail(world, service, task)
    left = await rest(world, service)
    assert left is not None
    assert HALF_A_MINUTE - timedelta(seconds=15) < left <= HALF_A_MINUTE
    assert (await world.claim_one(service, task))[1].word == "service_rested"


async def test_why_it_was_rested_is_kept(world: World) -> None:
    service, task = await world.service(interval=0), await world.task(mails=10)
    await fail_in_a_row(world, service, task, 4)

    permit, _ = await world.claim_one(service, task)
    await world.record(
        permit, "returned", reason="rate_limited", reply_code=421, reply_text="4.7.0 slow down", mail_begun=True
    )

    assert (await world.schedule(service))["rest_reason"] == "rate_limited: 4.7.0 slow down"


async def test_each_failed_probe_doubles_the_rest_up_to_an_hour(world: World) -> None:
    service, task = await rested(world)
    rests = []
    for _ in range(9):
        await world.advance_guard(HOUR)
        await fail(world, service, task)
        row = await world.row(
            """SELECT s.rested_until - d.ended_at AS rest FROM email_service_schedule s
               JOIN deliveries d ON d.permit_id = s.last_permit_id"""
        )
        rests.append(row["rest"])

    assert rests == [min(HALF_A_MINUTE * 2**n, HOUR) for n in range(1, 10)]


async def test_a_success_ends_it(world: World) -> None:
    service, task = await rested(world)
    await world.advance_guard(HOUR)

    await world.sent(service, task)

    row = await world.schedule(service)
    assert (row["rested_until"], row["rest_level"], row["rest_reason"]) == (None, 0, None)
    await fail_in_a_row(world, service, task, 3)
    assert await rest(world, service) is None


@pytest.mark.parametrize(
    ("reason", "code", "outcome"),
    [
        ("unknown_user", 550, "failed"),
        ("mailbox_full", 452, "returned"),
        ("greylisted", 451, "returned"),
        ("content", 421, "returned"),
        ("content", 554, "failed"),
        ("policy", 550, "failed"),
    ],
)
async def test_what_the_mail_is_to_blame_for_rests_no_service(
    world: World, reason: str, code: int, outcome: str
) -> None:
    service, task = await world.service(interval=0), await world.task(mails=20)

    for _ in range(12):
        await fail(world, service, task, reason=reason, code=code, outcome=outcome)

    assert await rest(world, service) is None


async def test_three_failures_of_four_rest_a_service_and_one_of_two_does_not(world: World) -> None:
    weak, weaker, task = await world.service(interval=0), await world.service(interval=0), await world.task(mails=100)

    for _ in range(12):
        await world.sent(weak, task)
        await fail(world, weak, task)
    assert await rest(world, weak) is None

    for _ in range(6):
        await world.sent(weaker, task)
        await fail_in_a_row(world, weaker, task, 3)
        if await rest(world, weaker):
            break
    assert await rest(world, weaker) is not None


async def test_one_mail_that_no_service_can_send_rests_none(world: World) -> None:
    services = [await world.service(interval=0) for _ in range(6)]
    poisonous, good = await world.task(mails=1), await world.task(mails=40)

    for _ in range(3):
        for service in services:
            await fail(world, service, poisonous)
            await world.sent(service, good)

    assert [await rest(world, service) for service in services] == [None] * 6
