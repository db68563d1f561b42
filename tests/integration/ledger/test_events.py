"""Events: each is written once, with all that follows from it, in whatever order they come."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from contracts.event import EventKind, NewEvent
from database.queries import event
from tests.integration.ledger.campaign import Correspondence
from tests.integration.ledger.test_lock_order import until_blocked
from tests.integration.ledger.world import World

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
STOPS: list[tuple[EventKind, str]] = [
    ("reply", "replied"), ("hard_bounce", "bounced"), ("complaint", "complained"), ("unsubscribe", "unsubscribed"),
]  # fmt: skip
PERSONAL: list[tuple[EventKind, str]] = [("open", "opened_at"), ("click", "clicked_at"), ("reply", "replied_at")]
FIRST_TIMES: list[tuple[EventKind, bool, str]] = [
    ("open", False, "opened_at"), ("open", True, "machine_opened_at"),
    ("click", False, "clicked_at"), ("click", True, "machine_clicked_at"),
    ("reply", False, "replied_at"), ("auto_reply", False, "auto_replied_at"),
    ("hard_bounce", False, "bounced_at"), ("complaint", False, "complained_at"),
    ("unsubscribe", False, "unsubscribed_at"),
]  # fmt: skip


@pytest.fixture
async def mails(world: World) -> Correspondence:
    """A task of three mails, of which nothing was heard yet."""
    return Correspondence(world, await world.task(mails=3))


async def test_of_each_kind_the_first_time_stands_with_the_mail_whatever_comes_first(mails: Correspondence) -> None:
    for kind, machine, _ in FIRST_TIMES:
        for at in (NOON, NOON - HOUR, NOON + HOUR):
            assert await mails.tell(kind, at, machine=machine) == 1

    assert await mails.engagement() == {column: NOON - HOUR for _, _, column in FIRST_TIMES}


async def test_the_same_told_twice_is_one_event(mails: Correspondence) -> None:
    bounce = mails.event("soft_bounce", NOON, detail={"code": 452})

    assert await mails.record(bounce, bounce) == 1
    assert await mails.record(bounce, mails.event("soft_bounce", NOON)) == 1
    assert await mails.engagement() == {"soft_bounces": 2}
    row = await mails.world.row("SELECT * FROM events WHERE key = $1", bounce.key)
    assert (row["kind"], row["occurred_at"], row["detail"]) == ("soft_bounce", NOON, {"code": 452})
    assert row["user_id"] == mails.world.user_id


async def test_the_same_told_by_two_at_once_is_counted_once(mails: Correspondence, world: World) -> None:
    bounce = mails.event("soft_bounce", NOON)

    async with world.pool.acquire() as connection, connection.transaction():
        assert await event.record(connection, [bounce]) == 1
        second = asyncio.create_task(mails.record(bounce))
        await until_blocked(world)

    assert await second == 0
    assert await mails.engagement() == {"soft_bounces": 1}


async def test_events_of_mails_that_are_not_there_are_left_out(mails: Correspondence) -> None:
    assert await mails.record(mails.event("open", NOON, seq=99), mails.event("open", NOON)) == 1
    assert await mails.record() == 0


async def test_what_is_said_to_happen_later_or_at_no_time_happens_now(mails: Correspondence, world: World) -> None:
    await world.advance_guard(timedelta(days=30))
    await mails.record(mails.event("open"), mails.event("click", datetime.now(UTC) + timedelta(days=900)))

    row = await world.row(
        """SELECT opened_at, clicked_at, guard_now() - interval '1 minute' AS before, guard_now() AS after
           FROM engagements"""
    )
    assert row["before"] < row["opened_at"] == row["clicked_at"] < row["after"]


@pytest.mark.parametrize(("kind", "reason"), [stop for stop in STOPS if stop[0] != "reply"])
async def test_who_cannot_or_does_not_want_to_be_written_to_is_suppressed(
    mails: Correspondence, kind: EventKind, reason: str
) -> None:
    await mails.record(mails.event(kind, NOON, seq=2), mails.event("complaint", NOON + HOUR, seq=2))

    assert await mails.suppressions() == {2: reason}


async def test_nothing_else_suppresses(mails: Correspondence) -> None:
    kinds: list[EventKind] = ["open", "click", "reply", "auto_reply", "soft_bounce"]
    assert await mails.record(*[mails.event(kind, NOON) for kind in kinds]) == 5

    assert await mails.suppressions() == {}


async def test_a_mail_that_was_granted_is_not_sent_once_its_recipient_has_unsubscribed(
    mails: Correspondence, world: World
) -> None:
    service, other_task = await world.service(interval=0), await world.task(mails=1)
    await world.pool.execute("UPDATE subtasks SET email = upper((SELECT min(email) FROM subtasks WHERE task_id = $1))"
                             " WHERE task_id = $2", mails.task_id, other_task)  # fmt: skip
    first = await world.row("SELECT seq FROM subtasks WHERE task_id = $1 ORDER BY email LIMIT 1", mails.task_id)
    await mails.tell("unsubscribe", seq=first["seq"])

    _, verdict = await world.claim_one(service, other_task)

    assert verdict.word == "empty"
    assert await world.queue(other_task) == {"suppressed": 1}


@pytest.mark.parametrize(("kind", "column"), PERSONAL)
async def test_a_contact_of_a_campaign_has_the_first_time_of_what_a_person_did(
    mails: Correspondence, kind: EventKind, column: str
) -> None:
    await mails.in_campaign()

    await mails.record(mails.event(kind, NOON), mails.event(kind, NOON - HOUR))
    await mails.tell(kind, NOON + HOUR)

    contact = await mails.contact()
    assert {name: contact[name] for _, name in PERSONAL if contact[name]} == {column: NOON - HOUR}


async def test_machines_neither_open_nor_click_for_a_contact(mails: Correspondence) -> None:
    await mails.in_campaign()

    await mails.record(mails.event("open", NOON, machine=True), mails.event("click", NOON, machine=True))

    contact = await mails.contact()
    assert contact["opened_at"] is contact["clicked_at"] is None


@pytest.mark.parametrize(("kind", "reason"), STOPS)
async def test_a_contact_is_stopped_by_the_first_reason(mails: Correspondence, kind: EventKind, reason: str) -> None:
    await mails.in_campaign()

    await mails.tell(kind, NOON)
    stopped = (await mails.contact())["stopped_at"]
    await mails.record(*[mails.event(other, NOON - HOUR) for other, _ in STOPS])

    contact = await mails.contact()
    assert (contact["stop_reason"], contact["stopped_at"]) == (reason, stopped)
    assert (await mails.contact(seq=2))["stop_reason"] is None


async def test_of_reasons_that_are_told_at_once_the_earliest_counts(mails: Correspondence) -> None:
    await mails.in_campaign()

    await mails.record(mails.event("complaint", NOON), mails.event("reply", NOON - HOUR))

    assert (await mails.contact())["stop_reason"] == "replied"


@pytest.mark.parametrize("stop", [True, False])
async def test_a_reply_stops_the_colleagues_if_the_campaign_wants_so(mails: Correspondence, stop: bool) -> None:
    await mails.in_campaign("acme", "acme", None, colleagues_stop=stop)

    await mails.tell("reply", NOON)

    reasons = [(await mails.contact(seq))["stop_reason"] for seq in (1, 2, 3)]
    assert reasons == ["replied", "colleague_replied" if stop else None, None]
    assert (await mails.contact(2))["replied_at"] is None


async def test_a_colleague_who_is_stopped_keeps_the_own_reason(mails: Correspondence) -> None:
    await mails.in_campaign("acme", "acme", "acme", colleagues_stop=True)

    await mails.record(mails.event("reply", NOON), mails.event("hard_bounce", NOON + HOUR, seq=2))

    assert [(await mails.contact(seq))["stop_reason"] for seq in (1, 2, 3)] == [
        "replied", "bounced", "colleague_replied",
    ]  # fmt: skip


async def test_an_absence_moves_the_contact_to_its_end_and_a_shorter_one_not_back(mails: Correspondence) -> None:
    await mails.in_campaign()
    monday = NOON + 20 * HOUR

    for until in (monday, monday - HOUR):
        await mails.tell("auto_reply", NOON, detail={"awayUntil": until.isoformat()})
    await mails.tell("auto_reply", NOON)

    contact = await mails.contact()
    assert (contact["not_before"], contact["stop_reason"]) == (monday, None)


async def test_writers_with_the_same_contacts_in_another_order_do_not_block_each_other_for_ever(
    mails: Correspondence,
) -> None:
    await mails.in_campaign("acme", "acme", "acme", colleagues_stop=True)

    def batch(name: str, seqs: tuple[int, ...]) -> list[NewEvent]:
        kinds: tuple[EventKind, ...] = ("unsubscribe", "reply", "open")
        return [mails.event(kind, NOON, seq=seq, key=f"{name} {kind} {seq}") for seq in seqs for kind in kinds]

    batches = [batch(f"{n}", (1, 2, 3) if n % 2 else (3, 1, 2)) for n in range(8)]
    try:
        assert sum(await asyncio.gather(*[mails.record(*events) for events in batches])) == 72
    except asyncpg.DeadlockDetectedError as error:
        pytest.fail(str(error))
