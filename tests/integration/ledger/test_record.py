"""Marks, records and sweeps: a delivery ends once, and what is not known is never sent again unasked."""

from datetime import timedelta

import pytest

from database.queries import ledger
from database.queries.ledger import Claim
from tests.integration.ledger.world import World


async def test_a_mail_goes_from_claim_to_sent_and_every_count_follows(world: World) -> None:
    service, task = await world.service(interval=60), await world.task(mails=1)

    await world.sent(service, task)

    assert await world.queue(task) == {"sent": 1}
    schedule = await world.schedule(service)
    assert (schedule["used_quota"], schedule["finished"]) == (1, 1)
    assert timedelta(seconds=30) < schedule["wait"] <= timedelta(seconds=60)


async def test_a_permit_is_marked_once(world: World) -> None:
    service, task = await world.service(), await world.task()
    permit, _ = await world.claim_one(service, task)

    assert [await world.mark(permit) for _ in range(2)] == [True, False]


async def test_a_delivery_whose_deadline_has_passed_gets_no_mark(world: World) -> None:
    service, task = await world.service(), await world.task()
    permit, _ = await world.claim_one(service, task)
    await world.expire_deadlines()

    assert not await world.mark(permit)


async def test_a_delivery_is_recorded_once(world: World) -> None:
    service, task = await world.service(), await world.task(mails=1)
    permit = await world.sent(service, task)

    assert await world.record(permit, "failed", reason="late", dot_sent=True) is None
    assert await world.queue(task) == {"sent": 1}


async def test_a_mail_without_a_mark_cannot_be_recorded_as_sent(world: World) -> None:
    service, task = await world.service(), await world.task(mails=1)
    permit, _ = await world.claim_one(service, task)

    assert await world.record(permit, "sent", dot_sent=True) is None


async def test_a_returned_mail_waits_for_its_retry_and_costs_no_quota(world: World) -> None:
    service, task = await world.service(), await world.task(mails=1)
    permit, _ = await world.claim_one(service, task)

    await world.record(permit, "returned", reason="greylist", retry_after=timedelta(seconds=60), costs_retry=True)

    assert await world.queue(task) == {"retrying": 1}
    subtask = await world.row("SELECT * FROM subtasks WHERE task_id = $1", task)
    assert (subtask["retry_count"], subtask["reason"]) == (1, "greylist")
    assert (await world.schedule(service))["used_quota"] == 0


async def test_the_interval_is_given_back_only_if_no_mail_was_begun(world: World) -> None:
    services = [await world.service(interval=60) for _ in range(2)]
    task = await world.task()
    permits = [(await world.claim_one(service, task))[0] for service in services]

    for permit, begun in zip(permits, (True, False), strict=True):
        await world.record(permit, "returned", mail_begun=begun)

    waits = [(await world.schedule(service))["wait"] for service in services]
    assert waits[0] > timedelta(seconds=50)
    assert waits[1] <= timedelta(0)


async def test_a_mail_that_has_used_its_retries_fails(world: World) -> None:
    service, task = await world.service(interval=0), await world.task(mails=1, max_retries=1)
    for _ in range(2):
        permit, verdict = await world.claim_one(service, task)
        assert verdict.word == "claimed"
        await world.record(permit, "returned", costs_retry=True)

    assert await world.queue(task) == {"failed": 1}
    assert (await world.row("SELECT reason FROM subtasks"))["reason"] == "retries_exhausted"


@pytest.mark.parametrize(("policy", "status"), [("hold", "unknown"), ("resend", "pending"), ("count_as_sent", "sent")])
async def test_an_unknown_outcome_follows_the_policy_of_its_task(world: World, policy: str, status: str) -> None:
    service, task = await world.service(), await world.task(mails=1, unknown_policy=policy)
    permit, _ = await world.claim_one(service, task)
    await world.mark(permit)

    assert await world.record(permit, "unknown", mail_begun=True, dot_sent=True) == status


async def test_a_late_answer_settles_an_unknown_mail(world: World) -> None:
    service, task = await world.service(), await world.task(mails=1)
    permit, _ = await world.claim_one(service, task)
    await world.mark(permit)
    await world.expire_deadlines()
    assert await world.sweep() == 1
    assert await world.queue(task) == {"unknown": 1}

    assert await world.record(permit, "sent", mail_begun=True, dot_sent=True) == "sent"
    assert await world.queue(task) == {"sent": 1}


async def test_a_dead_workers_claimed_mail_is_pending_again_and_its_zombie_is_fenced(world: World) -> None:
    service, task = await world.service(), await world.task(mails=1)
    permit, _ = await world.claim_one(service, task)
    await world.expire_deadlines()

    assert await world.sweep() == 1

    assert await world.queue(task) == {"ready": 1}
    assert not await world.mark(permit)
    assert await world.record(permit, "sent", dot_sent=True) is None


async def test_a_sweep_names_the_task_of_each_delivery_that_it_ended(world: World) -> None:
    task = await world.task()
    for _ in range(2):
        await world.claim_one(await world.service(), task)
    await world.expire_deadlines()
    async with world.pool.acquire() as connection:
        assert await ledger.sweep(connection) == [task, task]


async def test_a_mail_whose_workers_die_three_times_fails_as_crashed(world: World) -> None:
    task = await world.task(mails=1)
    for _ in range(3):
        _, verdict = await world.claim_one(await world.service(), task)
        assert verdict.word == "claimed"
        await world.expire_deadlines()
        await world.sweep()

    assert await world.queue(task) == {"failed": 1}
    assert (await world.row("SELECT reason FROM subtasks"))["reason"] == "crashed"


async def test_a_sweep_leaves_the_living_alone(world: World) -> None:
    service, task = await world.service(), await world.task()
    await world.claim_one(service, task)

    assert await world.sweep() == 0


async def test_a_forbidden_move_is_refused_by_the_database_itself(world: World) -> None:
    service, task = await world.service(), await world.task(mails=1)
    await world.sent(service, task)

    with pytest.raises(Exception, match="cannot go from sent to pending"):
        await world.pool.execute("UPDATE subtasks SET status = 'pending'")


async def test_an_older_permits_record_does_not_shorten_the_interval_of_a_newer_one(world: World) -> None:
    service, task = await world.service(interval=60), await world.task()
    old, _ = await world.claim_one(service, task)
    await world.advance_guard(timedelta(minutes=10))
    await world.claim_one(service, task)

    await world.record(old, "returned", mail_begun=False)

    assert (await world.schedule(service))["wait"] > timedelta(seconds=60)


async def test_permits_used_out_of_their_order_shorten_the_interval_all_the_same(world: World) -> None:
    service, task = await world.service(interval=60), await world.task()
    early, late = world.permit(service), world.permit(service)
    await world.claim(Claim(late, task))
    await world.record(late, "returned", mail_begun=False)
    await world.claim(Claim(early, task))

    await world.record(early, "returned", mail_begun=True)

    assert (await world.schedule(service))["wait"] <= timedelta(seconds=60)
