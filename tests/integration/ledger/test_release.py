"""Release: of the mails whose time has come, who gets one now, who never, and who waits on, each with its reason."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from database.queries import task_moves
from tests.integration.ledger.outreach import Outreach, mails, outreach, reasons, release
from tests.integration.ledger.world import World

MONDAY = datetime(2027, 3, 1, 12, tzinfo=UTC)
DELAY = timedelta(days=2)


@pytest.fixture
async def relay(world: World) -> UUID:
    return await world.service(interval=0, kind="relay")


async def show_time(world: World, moment: datetime) -> None:
    await world.pool.execute("UPDATE guard_clock SET ahead = $1 - clock_timestamp()", moment)


async def follow_up(world: World, relay: UUID, contacts: int, audience: str, **columns: Any) -> tuple[Outreach, UUID]:
    """A second round, two days after a first one that everybody had just now."""
    campaign = await outreach(world, contacts, **columns)
    await campaign.round(1)
    first = await campaign.begin(1)
    for _ in range(contacts):
        await world.sent(relay, first)
    await campaign.round(2, audience=audience, delay=DELAY.days)
    return campaign, await campaign.begin(2)


OUT, IN = "suppressed audience", "pending"
AUDIENCES = {
    "all": [IN, IN, IN, IN],
    "not_opened": [IN, OUT, OUT, "suppressed replied"],
    "not_clicked": [IN, IN, OUT, "suppressed replied"],
    "not_replied": [IN, IN, IN, "suppressed replied"],
    "clicked_not_replied": [OUT, OUT, IN, "suppressed replied"],
}


@pytest.mark.parametrize("audience", AUDIENCES)
async def test_a_follow_up_goes_to_its_audience_as_it_is_when_it_is_due(
    world: World, relay: UUID, audience: str
) -> None:
    campaign, second = await follow_up(world, relay, 4, audience)
    at = await campaign.now()
    await campaign.happened(2, opened_at=at)
    await campaign.happened(3, clicked_at=at)
    await campaign.happened(4, clicked_at=at, replied_at=at, stop_reason="replied")

    await release(world, second, after=DELAY)

    assert await reasons(world, second) == AUDIENCES[audience]


@pytest.mark.parametrize("audience", AUDIENCES)
async def test_nobody_who_bounced_complained_or_unsubscribed_gets_one_whatever_the_audience(
    world: World, relay: UUID, audience: str
) -> None:
    words = ("bounced", "complained", "unsubscribed")
    campaign, second = await follow_up(world, relay, 3, audience)
    for contact, word in enumerate(words, 1):
        await campaign.happened(contact, stop_reason=word, clicked_at=await campaign.now())

    await release(world, second, after=DELAY)

    assert await reasons(world, second) == [f"suppressed {word}" for word in words]


async def test_a_colleagues_reply_stops_whoever_the_round_is_not_for_all(world: World, relay: UUID) -> None:
    for audience, expected in (("not_replied", "suppressed colleague_replied"), ("all", "pending")):
        campaign, second = await follow_up(world, relay, 1, audience)
        await campaign.happened(1, stop_reason="colleague_replied")
        await release(world, second, after=DELAY)
        assert await reasons(world, second) == [expected]


async def test_before_it_is_due_nothing_is_released(world: World, relay: UUID) -> None:
    _, second = await follow_up(world, relay, 1, "all")

    await release(world, second, after=DELAY - timedelta(minutes=1))

    assert await reasons(world, second) == ["pending round_delay"]


async def test_a_mail_waits_for_the_one_before_and_then_its_delay_and_joins_the_thread(
    world: World, relay: UUID
) -> None:
    campaign = await outreach(world, 1)
    await campaign.round(1)
    first = await campaign.begin(1)
    await campaign.round(2, delay=DELAY.days)
    second = await campaign.begin(2)

    await release(world, second, after=DELAY)
    assert await reasons(world, second) == ["pending previous_round"]
    await world.sent(relay, first)
    await release(world, second, after=DELAY - timedelta(hours=1))
    assert await reasons(world, second) == ["pending previous_round"], "looked at when it can be due at the earliest"
    await release(world, second, after=timedelta(hours=1))

    assert await reasons(world, second) == ["pending"]
    (before,), (mail,) = await mails(world, first), await mails(world, second)
    assert (mail["thread"], mail["pinned_service_id"]) == (before["message_id"], relay)


async def test_a_mail_that_went_out_late_moves_its_follow_up(world: World, relay: UUID) -> None:
    campaign = await outreach(world, 1)
    await campaign.round(1)
    first = await campaign.begin(1)
    await campaign.round(2, delay=DELAY.days)
    second = await campaign.begin(2)
    await world.advance_guard(timedelta(days=1))
    await world.sent(relay, first)

    await release(world, second, after=timedelta(days=1, minutes=1))

    assert await reasons(world, second) == ["pending round_delay"]
    (mail,) = await mails(world, second)
    assert timedelta(hours=23) < mail["wait"] <= timedelta(days=1)


@pytest.mark.parametrize("end", ["failed", "cancelled"])
async def test_a_mail_whose_earlier_one_never_goes_out_is_given_up(world: World, relay: UUID, end: str) -> None:
    campaign = await outreach(world, 1)
    await campaign.round(1)
    first = await campaign.begin(1)
    await campaign.round(2)
    second = await campaign.begin(2)
    if end == "failed":
        permit, _ = await world.claim_one(relay, first)
        await world.record(permit, "failed", reason="unknown_user", mail_begun=True)
    else:
        async with world.pool.acquire() as connection:
            await task_moves.cancel(connection, first)
            await task_moves.cancel_rest(connection, first)

    await release(world, second, after=timedelta(minutes=11))

    assert await reasons(world, second) == ["suppressed previous_round"]
    assert await world.queue(second) == {"suppressed": 1}


async def test_who_is_away_gets_the_mail_on_their_return(world: World, relay: UUID) -> None:
    campaign, second = await follow_up(world, relay, 1, "not_replied")
    back_at = await campaign.now() + timedelta(days=9)
    await campaign.happened(1, not_before=back_at)

    await release(world, second, after=DELAY)
    (mail,) = await mails(world, second)
    assert (mail["status"], mail["reason"], mail["retry_at"]) == ("pending", "out_of_office", back_at)

    await release(world, second, after=timedelta(days=7, minutes=1))
    assert await reasons(world, second) == ["pending"]


async def test_a_mail_that_is_due_at_night_waits_for_the_morning(world: World, relay: UUID) -> None:
    await show_time(world, MONDAY)
    _, second = await follow_up(
        world, relay, 1, "all", window_opens=time(9), window_closes=time(13), window_weekdays=[0, 3]
    )

    await release(world, second, after=DELAY + timedelta(minutes=1))
    (mail,) = await mails(world, second)
    assert (mail["reason"], mail["retry_at"]) == ("window", datetime(2027, 3, 4, 9, tzinfo=UTC)), "Thursday"

    await show_time(world, datetime(2027, 3, 4, 9, tzinfo=UTC))
    await release(world, second)
    (mail,) = await mails(world, second)
    assert (mail["status"], mail["retry_at"]) == ("pending", None)
    assert mail["open_until"] == datetime(2027, 3, 4, 13, tzinfo=UTC)


async def test_no_more_than_so_many_are_released_at_a_time_and_the_rest_is_due_still(world: World) -> None:
    await show_time(world, MONDAY)
    campaign = await outreach(world, 5, window_opens=time(13), window_closes=time(14), window_weekdays=[0])
    await campaign.round(1)
    task = await campaign.begin(1)

    await release(world, task, after=timedelta(hours=1), most=3)

    assert await world.queue(task) == {"ready": 3, "retrying": 2}
    row = await world.row("SELECT next_retry_at <= guard_now() AS due FROM user_task_queues WHERE task_id = $1", task)
    assert row["due"]


async def test_a_released_retry_of_a_plain_task_keeps_no_reason(world: World, relay: UUID) -> None:
    task = await world.task(mails=1)
    permit, _ = await world.claim_one(relay, task)
    await world.record(permit, "returned", reason="greylisted", retry_after=timedelta(minutes=1), costs_retry=True)

    await release(world, task, after=timedelta(minutes=1))

    assert await reasons(world, task) == ["pending"]
