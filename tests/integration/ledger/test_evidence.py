"""Mails that somebody saw are sent, whatever the ledger thought of them; the fixture then checks all its sums."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest

from contracts.evidence import SentMail
from database.queries import evidence, task_moves
from tests.integration.ledger.world import World


async def told(world: World, *mails: SentMail, user_id: UUID | None = None) -> list[str]:
    async with world.pool.acquire() as connection:
        return [verdict for _, verdict in await evidence.resolve(connection, mails, user_id)]


def seen(task_id: UUID, seq: int = 1, **more: object) -> SentMail:
    return SentMail(f"<{task_id.hex}.{seq}@example.org>", **more)  # type: ignore[arg-type]


async def unknown(world: World, task_id: UUID) -> None:
    permit, _ = await world.claim_one(await world.service(), task_id)
    await world.mark(permit)
    await world.record(permit, "unknown", mail_begun=True, dot_sent=True)


async def test_the_message_id_of_a_mail_leads_back_to_it(world: World) -> None:
    task = await world.task()
    _, verdict = await world.claim_one(await world.service(), task)
    assert verdict.mail is not None
    assert verdict.mail.message_id == seen(task).message_id


async def test_an_unknown_mail_that_was_seen_is_sent_and_its_delivery_says_why(world: World) -> None:
    task = await world.task()
    await unknown(world, task)

    assert await told(world, seen(task)) == ["sent"]

    assert await world.queue(task) == {"ready": 2, "sent": 1}
    delivery = await world.row("SELECT outcome, reason FROM deliveries")
    assert tuple(delivery) == ("sent", "evidence")


async def test_a_mail_that_waits_and_was_seen_is_sent_by_the_service_of_its_sender_that_day(world: World) -> None:
    await world.service()
    service = await world.service()
    await world.pool.execute("UPDATE email_services SET from_address = 'eve@example.org' WHERE id = $1", service)
    task = await world.task()
    at = datetime.now(UTC) - timedelta(milliseconds=5)

    assert await told(world, seen(task, 2, sender="Eve@example.org", sent_at=at)) == ["sent"]

    assert await world.queue(task) == {"ready": 2, "sent": 1}
    mail = await world.row("SELECT * FROM subtasks WHERE seq = 2")
    assert (mail["service_id"], mail["sent_at"], mail["message_id"]) == (service, at, seen(task, 2).message_id)
    assert (await world.schedule(service))["used_quota"] == 1
    assert (await world.schedule(service))["wait"] > timedelta(seconds=50), "the interval is kept after it"


async def test_many_at_once_are_charged_no_more_than_the_day_has(world: World) -> None:
    service = await world.service(quota=2)
    task = await world.task(mails=5)

    assert await told(world, *(seen(task, seq) for seq in range(1, 5))) == ["sent"] * 4

    assert await world.queue(task) == {"ready": 1, "sent": 4}
    assert (await world.schedule(service))["used_quota"] == 2


async def test_a_mail_of_yesterday_costs_nothing_today(world: World) -> None:
    service = await world.service()
    task = await world.task()
    assert await told(world, seen(task, sent_at=datetime.now(UTC) - timedelta(days=1))) == ["sent"]
    assert (await world.schedule(service))["used_quota"] == 0


async def test_evidence_may_be_given_twice(world: World) -> None:
    await world.service()
    task = await world.task()
    assert await told(world, seen(task), seen(task)) == ["sent", "known"]
    assert await told(world, seen(task)) == ["known"]


async def test_a_retry_that_was_seen_is_tried_no_more(world: World) -> None:
    task = await world.task(mails=1)
    permit, _ = await world.claim_one(await world.service(), task)
    await world.mark(permit)
    await world.record(permit, "returned", mail_begun=True, retry_after=timedelta(hours=1), costs_retry=True)
    assert await told(world, seen(task)) == ["sent"]
    assert await world.queue(task) == {"sent": 1}


async def test_what_a_worker_has_in_hand_is_left_to_it(world: World) -> None:
    service = await world.service()
    task = await world.task()
    permit, _ = await world.claim_one(service, task)
    assert await told(world, seen(task)) == ["open"]
    await world.mark(permit)
    assert await told(world, seen(task)) == ["open"]
    assert await world.record(permit, "sent", mail_begun=True, dot_sent=True) == "sent"


async def test_a_mail_that_failed_stays_failed(world: World) -> None:
    task = await world.task()
    permit, _ = await world.claim_one(await world.service(), task)
    await world.record(permit, "failed", reason="content")
    assert await told(world, seen(task)) == ["ended"]


@pytest.mark.parametrize(
    "message_id", ["", "<x@example.org>", f"<{'0' * 32}.0@a>", f"<{'0' * 32}.9999999999@a>", "<\0.1@a>"]
)
async def test_a_message_id_of_others_names_no_mail(world: World, message_id: str) -> None:
    assert await told(world, SentMail(message_id.replace("\0", "\x01"))) == ["no_task"]


async def test_a_task_that_is_not_there_or_another_users_is_none(world: World) -> None:
    await world.service()
    task = await world.task()
    assert await told(world, seen(uuid4())) == ["no_task"]
    assert await told(world, seen(task), user_id=uuid4()) == ["no_task"]
    assert await told(world, seen(task), user_id=world.user_id) == ["sent"]


async def test_a_mail_to_somebody_else_is_the_one_that_was_to_them(world: World) -> None:
    """After a restore a task may be prepared anew from a list of another order."""
    await world.service()
    task = await world.task()
    third = (await world.row("SELECT email FROM subtasks WHERE seq = 3"))["email"]

    assert await told(world, seen(task, recipient=third.upper())) == ["sent"]
    assert await told(world, seen(task, recipient="nobody@example.net")) == ["no_mail"]

    assert (await world.row("SELECT seq FROM subtasks WHERE status = 'sent'"))["seq"] == 3


async def test_a_task_that_was_not_prepared_says_so(world: World) -> None:
    await world.service()
    task = await world.unprepared_task(mails=2, start_in=timedelta(hours=1))
    assert await told(world, seen(task)) == ["unprepared"]


async def test_a_paused_task_whose_mails_were_seen_is_prepared_and_stays_paused(world: World) -> None:
    await world.service()
    task = await world.unprepared_task(mails=2)
    async with world.pool.acquire() as connection:
        await task_moves.pause(connection, task)
    assert await told(world, seen(task)) == ["sent"]
    assert await world.queue(task) == {"ready": 1, "sent": 1}
    assert (await world.row("SELECT status FROM tasks"))["status"] == "paused"


async def test_the_last_mail_of_a_task_that_was_seen_lets_it_end(world: World) -> None:
    await world.service()
    task = await world.task(mails=1)
    assert await told(world, seen(task)) == ["sent"]
    async with world.pool.acquire() as connection:
        await task_moves.close(connection, task)
    assert (await world.row("SELECT status FROM tasks"))["status"] == "completed"
