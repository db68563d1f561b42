"""A follow-up from end to end in the ledger: what comes back stops it at the last moment, and what goes out answers."""

import email
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import default
from uuid import UUID

import pytest

from activities.letter import Letters
from contracts.event import EventKind, NewEvent
from database.queries import event
from database.queries.ledger import Claim, ClaimedMail
from database.queries.reservation import Reservation
from tests.integration.ledger.outreach import Outreach, mails, outreach, reasons
from tests.integration.ledger.world import NO_LINKS, RETURN_PATHS, World

PEOPLE = [{"name": name, "organisation": name[0]} for name in ("Ada", "Abe", "Cid")]


@pytest.fixture
async def relay(world: World) -> UUID:
    return await world.service(interval=0, kind="relay")


async def two_rounds(world: World, relay: UUID) -> tuple[Outreach, UUID, UUID]:
    """Everyone had the first mail; the second, in its thread and without a subject, is ready."""
    campaign = await outreach(world, PEOPLE, colleagues_stop=True)
    await campaign.round(1, subject="Offer to {{ name }}")
    first = await campaign.begin(1)
    for _ in PEOPLE:
        await world.sent(relay, first)
    await campaign.round(2, subject="")
    return campaign, first, await campaign.begin(2)


async def came_back(world: World, task: UUID, kind: EventKind, **detail: str) -> None:
    """Something for the task's first mail, as whoever receives it records it."""
    what = NewEvent(task_id=task, seq=1, kind=kind, key=f"{kind} 1", occurred_at=None, detail={**detail})
    async with world.pool.acquire() as connection, connection.transaction():
        assert await event.record(connection, [what]) == 1


AWAY = {"awayUntil": datetime(2099, 1, 1, tzinfo=UTC).isoformat()}
WHAT_COMES: list[tuple[EventKind, dict[str, str], list[str]]] = [
    ("reply", {}, ["suppressed replied", "suppressed colleague_replied", "claimed"]),
    ("hard_bounce", {}, ["suppressed bounced", "claimed", "pending"]),
    ("complaint", {}, ["suppressed complained", "claimed", "pending"]),
    ("unsubscribe", {}, ["suppressed unsubscribed", "claimed", "pending"]),
    ("auto_reply", AWAY, ["pending out_of_office", "claimed", "pending"]),
]


@pytest.mark.parametrize(("kind", "detail", "becomes"), WHAT_COMES, ids=[kind for kind, _, _ in WHAT_COMES])
async def test_what_arrives_while_the_follow_up_is_being_granted_stops_it(
    world: World, relay: UUID, kind: EventKind, detail: dict[str, str], becomes: list[str]
) -> None:
    _, first, second = await two_rounds(world, relay)
    permit = world.permit(relay)
    assert await reasons(world, second) == ["pending"] * 3, "granted: the permit is on its way"

    await came_back(world, first, kind, **detail)
    (verdict,) = await world.claim(Claim(permit, second))

    assert verdict.mail is not None
    assert await reasons(world, second) == becomes


async def written(world: World, task: UUID, mail: ClaimedMail) -> EmailMessage:
    letters = Letters(world.pool, NO_LINKS, RETURN_PATHS)
    sender = Reservation(UUID(int=1), 1, "relay", "h", 25, "none", None, None, "ann@example.org", "Ann")
    letter = letters.write(task, await letters.compiled(task), mail, sender)
    message = email.message_from_bytes(letter.message, policy=default)
    assert isinstance(message, EmailMessage)
    return message


async def test_a_follow_up_answers_the_first_mail_under_its_subject(world: World, relay: UUID) -> None:
    campaign, first, second = await two_rounds(world, relay)
    await campaign.round(3, subject="")
    sent = {mail["email"]: mail["message_id"] for mail in await mails(world, first)}
    permit, verdict = await world.claim_one(relay, second)
    assert verdict.mail is not None

    message = await written(world, second, verdict.mail)

    assert message["Subject"] == "Re: Offer to Ada"
    assert message["In-Reply-To"] == message["References"] == sent[verdict.mail.email]
    await world.mark(permit)
    await world.record(permit, "sent", mail_begun=True, dot_sent=True)
    await world.advance_guard(timedelta(hours=1))
    third = await campaign.begin(3)
    _, verdict = await world.claim_one(relay, third)
    assert verdict.mail is not None
    message = await written(world, third, verdict.mail)
    assert message["Subject"] == "Re: Offer to Ada"
    assert message["References"].split()[0] == sent[verdict.mail.email]
    assert message["In-Reply-To"] == message["References"].split()[1]
