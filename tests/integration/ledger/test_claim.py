"""The guard and the claim: no interval and no quota can be broken, and no mail is taken twice."""

import asyncio
from datetime import timedelta

import pytest

from database.queries.ledger import Claim
from tests.integration.ledger.world import UPLOAD_LIMIT, World


async def test_a_claim_takes_the_first_mail_with_what_is_needed_to_write_it(world: World) -> None:
    service, task = await world.service(), await world.task(mails=2)

    _, verdict = await world.claim_one(service, task)

    assert verdict.word == "claimed"
    assert verdict.mail is not None
    assert (verdict.mail.seq, verdict.mail.fields, verdict.mail.attempt) == (1, {"name": 1}, 1)
    assert verdict.mail.message_id == f"<{task.hex}.1@example.org>"
    assert await world.queue(task) == {"ready": 1, "claimed": 1}


async def test_a_mailbox_is_closed_from_the_claim_on_for_upload_limit_and_interval(world: World) -> None:
    service, task = await world.service(interval=60), await world.task()
    await world.claim_one(service, task)

    _, second = await world.claim_one(service, task)

    assert second.word == "early"
    wait = (await world.schedule(service))["wait"]
    assert UPLOAD_LIMIT + timedelta(seconds=30) < wait <= UPLOAD_LIMIT + timedelta(seconds=60)


async def test_a_relay_is_closed_for_its_interval_only(world: World) -> None:
    service, task = await world.service(interval=60, kind="relay"), await world.task()

    await world.claim_one(service, task)

    assert (await world.schedule(service))["wait"] <= timedelta(seconds=60)


async def test_two_permits_of_one_mailbox_in_one_call_take_one_mail(world: World) -> None:
    service, task = await world.service(), await world.task()

    verdicts = await world.claim(*(Claim(world.permit(service), task) for _ in range(2)))

    assert [verdict.word for verdict in verdicts] == ["claimed", "early"]


async def test_a_relay_without_interval_serves_many_permits_in_one_call(world: World) -> None:
    service, task = await world.service(interval=0, kind="relay", quota=3), await world.task(mails=5)

    verdicts = await world.claim(*(Claim(world.permit(service), task) for _ in range(5)))

    assert [verdict.word for verdict in verdicts] == ["claimed"] * 3 + ["no_quota"] * 2
    assert len({verdict.mail.seq for verdict in verdicts if verdict.mail}) == 3
    assert (await world.schedule(service))["remaining_quota"] == 0


async def test_mails_of_two_tasks_with_equal_numbers_are_both_taken_in_one_call(world: World) -> None:
    services = [await world.service() for _ in range(4)]
    tasks = [await world.task(mails=2) for _ in range(2)]

    verdicts = await world.claim(*(Claim(world.permit(s), tasks[i % 2]) for i, s in enumerate(services)))

    assert [verdict.word for verdict in verdicts] == ["claimed"] * 4


async def test_a_used_quota_waits_for_the_services_own_midnight(world: World) -> None:
    service, task = await world.service(interval=0, quota=1, zone="Asia/Tokyo"), await world.task()
    await world.sent(service, task)

    _, verdict = await world.claim_one(service, task)

    assert verdict.word == "no_quota"
    midnight = await world.row("SELECT ($1::timestamptz AT TIME ZONE 'Asia/Tokyo')::time AS t", verdict.available_at)
    assert str(midnight["t"]) == "00:00:00"


async def test_the_quota_is_whole_again_on_the_next_day(world: World) -> None:
    service, task = await world.service(interval=0, quota=1), await world.task()
    await world.sent(service, task)

    await world.advance_guard(timedelta(days=1))

    assert (await world.claim_one(service, task))[1].word == "claimed"


async def test_a_mail_that_may_end_after_midnight_is_paid_by_both_days(world: World) -> None:
    service, task = await world.service(interval=0, quota=5), await world.task()
    await world.sent(service, task)
    await world.advance_to_midnight(service, before=timedelta(seconds=15))

    await world.claim_one(service, task)

    schedule = await world.schedule(service)
    assert (schedule["used_quota"], schedule["carried_quota"]) == (2, 1)


async def test_a_mail_that_ended_before_midnight_gives_the_next_day_its_share_back(world: World) -> None:
    service, task = await world.service(interval=0, quota=5), await world.task()
    await world.sent(service, task)
    await world.advance_to_midnight(service, before=timedelta(seconds=15))

    await world.sent(service, task)

    schedule = await world.schedule(service)
    assert (schedule["used_quota"], schedule["carried_quota"]) == (2, 0)


async def test_a_mail_that_ended_after_midnight_is_paid_by_the_new_day(world: World) -> None:
    service, task = await world.service(interval=0, quota=5), await world.task()
    await world.sent(service, task)
    await world.advance_to_midnight(service, before=timedelta(seconds=15))
    permit, _ = await world.claim_one(service, task)
    await world.mark(permit)
    await world.advance_guard(timedelta(minutes=1))
    await world.record(permit, "sent", mail_begun=True, dot_sent=True)

    await world.claim_one(service, task)

    schedule = await world.schedule(service)
    assert (schedule["used_quota"], schedule["carried_quota"]) == (2, 0)


@pytest.mark.parametrize("status", ["paused", "cancelled"])
async def test_a_task_that_does_not_run_gives_no_mail(world: World, status: str) -> None:
    service, task = await world.service(), await world.task()
    await world.pool.execute("UPDATE tasks SET status = $2 WHERE id = $1", task, status)

    assert (await world.claim_one(service, task))[1].word == "stopped"
    assert (await world.schedule(service))["used_quota"] == 0


async def test_a_contact_suppressed_since_the_start_is_passed_over(world: World) -> None:
    service, task = await world.service(), await world.task(mails=2)
    await world.pool.execute(
        """INSERT INTO suppressions (user_id, email, reason)
           SELECT $1, lower(email), 'asked' FROM subtasks WHERE task_id = $2 AND seq = 1""",
        world.user_id, task,
    )  # fmt: skip

    _, verdict = await world.claim_one(service, task)

    assert verdict.mail is not None
    assert verdict.mail.seq == 2
    assert await world.queue(task) == {"suppressed": 1, "claimed": 1}


async def test_when_every_mail_left_is_suppressed_the_service_is_not_charged(world: World) -> None:
    service, task = await world.service(), await world.task(mails=2)
    await world.pool.execute(
        "INSERT INTO suppressions (user_id, email, reason) SELECT $1, email, 'x' FROM subtasks", world.user_id
    )

    assert (await world.claim_one(service, task))[1].word == "empty"
    assert await world.queue(task) == {"suppressed": 2}
    assert (await world.schedule(service))["used_quota"] == 0


async def test_a_permit_is_used_once(world: World) -> None:
    service, task = await world.service(interval=0, kind="relay"), await world.task()
    permit = world.permit(service)

    words = [(await world.claim(Claim(permit, task)))[0].word for _ in range(2)]

    assert words == ["claimed", "used"]


async def test_an_expired_permit_lapses(world: World) -> None:
    service, task = await world.service(), await world.task()
    permit = world.permit(service)
    await world.advance_guard(timedelta(days=500))

    assert (await world.claim(Claim(permit, task)))[0].word == "lapsed"


@pytest.mark.parametrize("status", ["paused", "deleted"])
async def test_a_service_that_is_not_active_gives_no_leave(world: World, status: str) -> None:
    service, task = await world.service(), await world.task()
    await world.pool.execute("UPDATE email_service_schedule SET status = $1", status)

    assert (await world.claim_one(service, task))[1].word == "service_paused"


async def test_claims_of_many_workers_at_once_take_every_mail_once(world: World) -> None:
    services = [await world.service() for _ in range(30)]
    task = await world.task(mails=30)

    groups = [[Claim(world.permit(s), task) for s in services[start::3]] for start in range(3)]
    verdicts = [v for group in await asyncio.gather(*(world.claim(*group) for group in groups)) for v in group]

    taken = [verdict.mail.seq for verdict in verdicts if verdict.mail]
    assert len(taken) == len(set(taken))
    assert {verdict.word for verdict in verdicts} <= {"claimed", "empty"}
