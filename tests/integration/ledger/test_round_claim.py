"""The claim asks again: what happened since a mail became ready counts until the moment it is taken."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest

from database.queries.ledger import Claim
from tests.integration.ledger.outreach import Outreach, mails, outreach, reasons, release
from tests.integration.ledger.world import World

MONDAY = datetime(2027, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
async def relay(world: World) -> UUID:
    return await world.service(interval=0, kind="relay")


async def show_time(world: World, moment: datetime) -> None:
    await world.pool.execute("UPDATE guard_clock SET ahead = $1 - clock_timestamp()", moment)


async def used(world: World, service: UUID) -> int:
    count: int = (await world.schedule(service))["used_quota"]
    return count


async def ready_follow_up(world: World, relay: UUID, contacts: int = 2, **columns: Any) -> tuple[Outreach, UUID]:
    """A second round whose mails are all ready."""
    campaign = await outreach(world, contacts)
    await campaign.round(1)
    first = await campaign.begin(1)
    for _ in range(contacts):
        await world.sent(relay, first)
    await campaign.round(2, **columns)
    second = await campaign.begin(2)
    assert await reasons(world, second) == ["pending"] * contacts
    return campaign, second


STOPPED = [
    ("not_replied", {"stop_reason": "replied"}, "suppressed replied"),
    ("all", {"stop_reason": "unsubscribed"}, "suppressed unsubscribed"),
    ("not_replied", {"stop_reason": "colleague_replied"}, "suppressed colleague_replied"),
    ("not_opened", {"opened_at": MONDAY}, "suppressed audience"),
    ("not_clicked", {"clicked_at": MONDAY}, "suppressed audience"),
    ("not_replied", {"not_before": datetime(2099, 1, 1, tzinfo=UTC)}, "pending out_of_office"),
]


@pytest.mark.parametrize(("audience", "what", "becomes"), STOPPED)
async def test_what_happened_while_the_follow_up_was_being_granted_counts(
    world: World, relay: UUID, audience: str, what: dict[str, Any], becomes: str
) -> None:
    campaign, second = await ready_follow_up(world, relay, audience=audience)
    permit, before = world.permit(relay), await used(world, relay)

    await campaign.happened(1, **what)
    (verdict,) = await world.claim(Claim(permit, second))

    assert verdict.mail is not None
    assert verdict.mail.seq == 2, "the permit takes the next mail"
    assert await reasons(world, second) == [becomes, "claimed"]
    assert await used(world, relay) == before + 1, "what is not sent costs no quota"
    assert (await world.queue(second))["claimed"] == 1


async def test_when_nobody_is_left_a_permit_finds_nothing_and_costs_nothing(world: World, relay: UUID) -> None:
    campaign, second = await ready_follow_up(world, relay)
    before = await used(world, relay)
    for contact in (1, 2):
        await campaign.happened(contact, stop_reason="replied")

    _, verdict = await world.claim_one(relay, second)

    assert verdict.word == "empty"
    assert await used(world, relay) == before
    assert await world.queue(second) == {"suppressed": 2}


async def test_a_reply_after_the_claim_comes_too_late(world: World, relay: UUID) -> None:
    campaign, second = await ready_follow_up(world, relay, contacts=1)
    permit, _ = await world.claim_one(relay, second)

    await campaign.happened(1, stop_reason="replied")

    assert await world.mark(permit), "the dialogue has begun: the mail is on its way"
    assert await world.record(permit, "sent", mail_begun=True, dot_sent=True) == "sent"


async def test_a_colleagues_reply_stops_first_mails_that_are_not_out(world: World, relay: UUID) -> None:
    campaign = await outreach(world, 1)
    await campaign.round(1, audience="all")
    first = await campaign.begin(1)
    await campaign.happened(1, stop_reason="colleague_replied")

    assert (await world.claim_one(relay, first))[1].word == "empty"
    assert await reasons(world, first) == ["suppressed colleague_replied"]


async def test_when_the_window_has_closed_all_its_mails_wait_for_the_next(world: World, relay: UUID) -> None:
    await show_time(world, MONDAY)
    campaign = await outreach(
        world, [{"time_zone": "UTC"}] * 4 + [{"time_zone": "America/New_York"}],
        window_opens=time(5), window_closes=time(13), window_weekdays=[0, 1],
    )  # fmt: skip
    await campaign.round(1)
    task = await campaign.begin(1)
    assert (await world.claim_one(relay, task))[1].word == "claimed"
    before = await used(world, relay)

    await world.advance_guard(timedelta(hours=1, minutes=1))
    _, verdict = await world.claim_one(relay, task)

    assert verdict.mail is not None
    assert verdict.mail.seq == 5, "in New York it is open"
    assert await reasons(world, task) == ["claimed", *["pending window"] * 3, "claimed"]
    assert await used(world, relay) == before + 1
    await release(world, task)
    assert {mail["retry_at"] for mail in await mails(world, task) if mail["reason"] == "window"} == {
        datetime(2027, 3, 2, 5, tzinfo=UTC)
    }


async def test_a_claimed_mail_knows_its_variant_its_thread_and_the_variant_that_began_it(
    world: World, relay: UUID
) -> None:
    campaign = await outreach(world, 1)
    contents = [{"name": n, "share": s, "subject": n, "html": None, "text": n} for n, s in (("a", 0.01), ("b", 0.99))]
    await campaign.round(1, variants=contents)
    first = await campaign.begin(1)
    permit, verdict = await world.claim_one(relay, first)
    assert verdict.mail is not None
    assert (verdict.mail.variant, verdict.mail.thread, verdict.mail.thread_variant) == (1, None, None)
    await world.mark(permit)
    await world.record(permit, "sent", mail_begun=True, dot_sent=True)
    await campaign.round(2)

    _, answer = await world.claim_one(relay, await campaign.begin(2))

    assert answer.mail is not None
    assert (answer.mail.variant, answer.mail.thread) == (None, verdict.mail.message_id)
    assert answer.mail.thread_variant == 1
