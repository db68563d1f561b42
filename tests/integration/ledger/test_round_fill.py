"""The mails of a round as they are written: who gets one, when, in which thread, through which service."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

import pytest

from database.queries import task_moves
from tests.integration.ledger.outreach import Outreach, mails, outreach, reasons
from tests.integration.ledger.world import World

MONDAY = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
async def relay(world: World) -> UUID:
    return await world.service(interval=0, kind="relay")


async def show_time(world: World, moment: datetime) -> None:
    await world.pool.execute("UPDATE guard_clock SET ahead = $1 - clock_timestamp()", moment)


async def first_round_sent(world: World, relay: UUID, contacts: int, to: int | None = None) -> tuple[Outreach, UUID]:
    campaign = await outreach(world, contacts)
    await campaign.round(1)
    task = await campaign.begin(1)
    for _ in range(contacts if to is None else to):
        await world.sent(relay, task)
    return campaign, task


async def test_the_first_round_goes_to_the_whole_list_but_not_to_suppressed_addresses(world: World) -> None:
    campaign = await outreach(world, [{"email": "a@example.com"}, {"email": "B@example.com"}])
    await campaign.round(1, audience="clicked_not_replied")
    await world.pool.execute(
        "INSERT INTO suppressions (user_id, email, reason) VALUES ($1, 'b@example.com', 'x')", world.user_id
    )

    task = await campaign.begin(1)

    assert await reasons(world, task) == ["pending", "suppressed suppressed"]
    assert [mail["round_no"] for mail in await mails(world, task)] == [1, 1]
    assert await world.queue(task) == {"ready": 1, "suppressed": 1}


async def test_organisations_are_what_contacts_say_or_else_their_domain(world: World) -> None:
    people = [
        {"email": "a@acme.example", "organisation": " ACME Ltd "},
        {"email": "b@acme.example", "company": "acme ltd"},
        {"email": "c@Acme.Example", "organisation": ""},
        {"email": "d@gmail.com"},
        {"email": "e@yahoo.co.uk"},
        {"email": "f@gmail.com", "organization": "Acme"},
    ]
    campaign = await outreach(world, people)
    await campaign.round(1)
    await campaign.begin(1)

    rows = await world.pool.fetch("SELECT organisation FROM campaign_contacts ORDER BY contact_id")

    assert [row["organisation"] for row in rows] == ["acme ltd", "acme ltd", "acme.example", None, None, "acme"]


async def test_a_follow_up_waits_its_delay_after_each_contacts_own_mail(world: World, relay: UUID) -> None:
    campaign, first = await first_round_sent(world, relay, contacts=3, to=1)
    await world.advance_guard(timedelta(hours=5))
    await world.sent(relay, first)
    await campaign.round(2, delay=2)

    second = await campaign.begin(2)

    early, later, open_ = await mails(world, second)
    assert [mail["reason"] for mail in (early, later, open_)] == ["round_delay", "round_delay", "previous_round"]
    assert timedelta(hours=42) < early["wait"] <= timedelta(hours=43) < later["wait"] <= timedelta(days=2)
    assert timedelta(hours=47) < open_["wait"] <= timedelta(days=2), "it cannot be due before"
    assert await world.queue(second) == {"retrying": 3}


async def test_business_days_are_counted_in_the_recipients_zone(world: World, relay: UUID) -> None:
    friday_evening = datetime(2027, 3, 5, 23, 30, tzinfo=UTC)
    await show_time(world, friday_evening)
    campaign = await outreach(
        world, [{"time_zone": "Asia/Tokyo"}, {"timezone": "America/New_York"}, {"time_zone": "Nowhere/Else"}],
        holidays=[date(2027, 3, 8)],
    )  # fmt: skip
    await campaign.round(1)
    first = await campaign.begin(1)
    for _ in range(3):
        await world.sent(relay, first)
    await campaign.round(2, delay=1, delay_unit="business_days")

    due = [mail["retry_at"].replace(second=0, microsecond=0) for mail in await mails(world, await campaign.begin(2))]

    assert due == [datetime(2027, 3, 8, 23, 30, tzinfo=UTC)] + [datetime(2027, 3, 9, 23, 30, tzinfo=UTC)] * 2, (
        "in Tokyo it was Saturday 8:30, and is Tuesday 8:30"
    )


async def test_only_who_had_the_mail_before_or_may_have_it_gets_a_follow_up(world: World, relay: UUID) -> None:
    campaign, first = await first_round_sent(world, relay, contacts=4, to=1)
    permit, _ = await world.claim_one(relay, first)
    await world.record(permit, "failed", reason="unknown_user", mail_begun=True)
    permit, _ = await world.claim_one(relay, first)
    await world.mark(permit)
    await world.record(permit, "unknown", reason="no_answer", mail_begun=True, dot_sent=True)
    async with world.pool.acquire() as connection:
        await task_moves.cancel(connection, first)
        await task_moves.cancel_rest(connection, first)
    await campaign.round(2)

    second = await campaign.begin(2)

    before = {mail["contact_id"]: mail["status"] for mail in await mails(world, first)}
    assert [before[mail["contact_id"]] for mail in await mails(world, second)] == ["sent", "unknown"]
    assert await reasons(world, second) == ["pending", "pending"]


async def test_a_follow_up_stands_in_the_thread_and_goes_through_the_first_mails_service(
    world: World, relay: UUID
) -> None:
    campaign, first = await first_round_sent(world, relay, contacts=1)
    await campaign.round(2)
    second = await campaign.begin(2)
    await world.sent(relay, second)
    await campaign.round(3)
    await campaign.round(4, threaded=False)

    third = await campaign.begin(3)

    ids = [(await mails(world, task))[0]["message_id"] for task in (first, second)]
    (mail,) = await mails(world, third)
    assert mail["thread"] == " ".join(ids)
    assert mail["pinned_service_id"] == relay
    await world.sent(relay, third)
    (mail,) = await mails(world, await campaign.begin(4))
    assert (mail["thread"], mail["pinned_service_id"]) == (None, relay)


async def test_a_contact_who_is_out_of_it_gets_none_and_it_says_why(world: World, relay: UUID) -> None:
    campaign, _ = await first_round_sent(world, relay, contacts=6)
    for contact, word in enumerate(("replied", "bounced", "complained", "unsubscribed", "colleague_replied"), 1):
        await campaign.happened(contact, stop_reason=word)
    await campaign.round(2, delay=3)

    assert await reasons(world, await campaign.begin(2)) == [
        "suppressed replied", "suppressed bounced", "suppressed complained", "suppressed unsubscribed",
        "suppressed colleague_replied", "pending round_delay",
    ]  # fmt: skip


WINDOW = {"window_opens": time(9), "window_closes": time(17), "window_weekdays": [0, 1, 2, 3, 4]}
ZONES = [{"time_zone": zone} for zone in ("Asia/Tokyo", "Europe/Berlin", "America/New_York", "nonsense")]


async def test_a_mail_outside_its_recipients_window_waits_for_the_opening(world: World) -> None:
    await show_time(world, MONDAY)
    campaign = await outreach(world, ZONES, time_zone="Europe/Berlin", **WINDOW)
    await campaign.round(1)

    tokyo, berlin, new_york, nonsense = await mails(world, await campaign.begin(1))

    assert (tokyo["reason"], tokyo["retry_at"]) == ("window", datetime(2027, 3, 2, 0, tzinfo=UTC))
    assert (new_york["reason"], new_york["retry_at"]) == ("window", datetime(2027, 3, 1, 14, tzinfo=UTC))
    for mail in (berlin, nonsense):
        assert (mail["reason"], mail["retry_at"]) == (None, None)
        assert mail["open_until"] == datetime(2027, 3, 1, 16, tzinfo=UTC)


async def test_any_task_may_have_a_window(world: World) -> None:
    await show_time(world, MONDAY)
    task = await world.unprepared_task(mails=2)
    await world.pool.execute(
        "UPDATE tasks SET window_opens = '13:00', window_closes = '14:00', window_weekdays = '{0}' WHERE id = $1", task
    )
    async with world.pool.acquire() as connection:
        await task_moves.prepare(connection, task)

    assert await reasons(world, task) == ["pending window"] * 2
    assert await world.queue(task) == {"retrying": 2}, "so that it costs no permit at night"


def variant(name: str, share: float) -> dict[str, object]:
    return {"name": name, "share": share, "subject": name, "html": None, "text": name}


@pytest.mark.parametrize("shares", [(0.5, 0.5), (1 / 3, 1 / 3, 1 / 3), (0.7, 0.2, 0.1), (1.0,)])
async def test_variants_get_their_shares_to_within_one_mail(world: World, shares: tuple[float, ...]) -> None:
    campaign = await outreach(world, 47)
    await campaign.round(1, variants=[variant(str(no), share) for no, share in enumerate(shares)])

    counts = Counter(mail["variant"] for mail in await mails(world, await campaign.begin(1)))

    assert all(abs(counts[no] - 47 * share) < 1 for no, share in enumerate(shares))
    assert sum(counts.values()) == 47


async def test_the_rest_waits_for_the_winner(world: World) -> None:
    campaign = await outreach(world, 40)
    rule = {"measure": "opens", "after": "PT4H", "confidence": 0.95}
    await campaign.round(1, variants=[variant("a", 0.1), variant("b", 0.25)], winner_rule=rule)

    task = await campaign.begin(1)

    assert Counter(mail["variant"] for mail in await mails(world, task)) == {0: 4, 1: 10, None: 26}
    waiting = [mail for mail in await mails(world, task) if mail["variant"] is None]
    assert {mail["reason"] for mail in waiting} == {"variant_test"}
    assert {mail["retry_at"] for mail in waiting} == {
        await world.pool.fetchval("SELECT winner_at FROM tasks WHERE id = $1", task)
    }
    assert timedelta(hours=3, minutes=59) < waiting[0]["wait"] <= timedelta(hours=4)
    first_seqs = [mail["seq"] for mail in await mails(world, task) if mail["variant"] == 1]
    assert first_seqs != list(range(min(first_seqs), min(first_seqs) + 10)), "no block of neighbours on the list"
