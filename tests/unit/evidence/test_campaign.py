"""What the demo of a campaign expects, by hand for some classes; its recipients' answers as they are read."""

from datetime import UTC, date, datetime
from email import message_from_bytes, policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evidence.campaign import variant
from evidence.campaign.answer import WRITERS, Received, write
from evidence.campaign.expected import Lot, course, facts
from evidence.campaign.habit import HABITS, Act
from evidence.campaign.recipient import Recipient, recipients
from mail.inbound.reader import read
from scheduling.winner import Tally, decide

RECEIVED = Received(
    message_id="abc@sender.example",
    subject="Grüße",
    sender="service@sender.example",
    return_path="bounces+token@sender.example",
    recipient="person.3@example.org",
    head=b"From: service@sender.example\r\nMessage-ID: <abc@sender.example>\r\nTo: person.3@example.org\r\n\r\n",
)
NOW, BACK_ON = datetime(2026, 12, 1, 10, tzinfo=UTC), date(2026, 12, 14)
NAMES = {habit.name: habit for habit in HABITS}


def lived(name: str) -> list[str]:
    return course(Recipient(HABITS.index(NAMES[name]), NAMES[name]))


def test_who_does_nothing_gets_every_mail() -> None:
    assert lived("silent") == ["round 1: sent", "round 2: sent", "round 3: sent"]


def test_who_clicks_gets_the_follow_up_but_not_the_last_mail() -> None:
    assert lived("clicks the first") == [
        "round 1: sent", "round 1: opened", "round 1: clicked", "round 2: sent", "round 3: not sent, audience",
    ]  # fmt: skip


def test_who_answers_gets_no_more_mail_and_no_follow_up_follows_a_mail_that_was_not_sent() -> None:
    assert lived("answers the first")[-1] == "round 2: not sent, replied"
    assert lived("wants no mail") == ["round 1: not sent, suppressed"]
    assert lived("unknown address") == ["round 1: failed"]


def test_a_colleague_s_answer_stops_the_other_after_the_same_round() -> None:
    people = [one for one in recipients(2 * len(HABITS)) if one.habit.name == "answers for the colleague"]

    assert len({one.organisation for one in people}) == 1
    assert [course(one)[-1] for one in people] == ["round 2: not sent, replied", "round 2: not sent, colleague_replied"]
    assert course(people[1], Lot(rounds=frozenset())) == ["round 1: not sent, colleague_replied"], "who waits meanwhile"


def test_who_likes_one_variant_does_nothing_with_the_other() -> None:
    fan = Recipient(0, NAMES["answers a question"])

    assert course(fan, Lot("question"))[-1] == "round 2: not sent, replied"
    assert course(fan, Lot("offer"))[-1] == "round 3: sent"


def test_nobody_outside_the_segment_is_written_to() -> None:
    assert lived("of another trade") == ["round 1: not sent, not_in_segment"]
    assert lived("of another trade, and wants no mail") == ["round 1: not sent, suppressed"]


@given(st.integers(0, 400), st.integers(0, 400), st.data())
def test_the_best_variant_is_the_one_that_the_product_takes(mails: int, others: int, data: st.DataObject) -> None:
    hits, theirs = data.draw(st.integers(0, mails)), data.draw(st.integers(0, others))
    decision = decide([Tally(mails, hits), Tally(others, theirs)], float(variant.CONFIDENCE))

    assert (
        variant.best({"offer": (mails, hits), "question": (others, theirs)}) == list(variant.SUBJECTS)[decision.place]
    )


def test_a_variant_that_misses_its_share_by_one_mail_is_seen() -> None:
    lots = dict.fromkeys(map(str, range(31)), "offer") | dict.fromkeys(map(str, range(31, 104)), "question")

    assert variant.wrong_shares(lots, 104, "question") == 0
    assert variant.wrong_shares({**lots, "31": "offer"}, 104, "question") == 2


def test_every_class_has_as_many_recipients_as_every_other() -> None:
    found = facts(recipients(4 * len(HABITS)), {})

    assert len(found) == len(HABITS)
    assert {sum(number for fact, number in each.items() if is_first_fate(fact)) for each in found.values()} == {4}


def is_first_fate(fact: str) -> bool:
    return fact in ("round 1: sent", "round 1: failed") or fact.startswith("round 1: not sent")


@pytest.mark.parametrize("number", range(4))
@pytest.mark.parametrize(
    ("act", "kind"),
    [
        ("reply", "reply"), ("reply_from_elsewhere", "reply"), ("away", "auto_reply"), ("auto_reply", "auto_reply"),
        ("hard_bounce", "hard_bounce"), ("soft_bounce", "soft_bounce"), ("complain", "complaint"),
    ],
)  # fmt: skip
def test_an_answer_is_read_as_what_it_was_written_as(act: Act, kind: str, number: int) -> None:
    answer = write(act, RECEIVED, number, NOW, BACK_ON)

    reading = read(answer.message, NOW)

    assert (reading.kind, reading.away_until is not None) == (kind, act == "away")
    assert not message_from_bytes(answer.message, policy=policy.default).defects


def test_every_answer_of_a_habit_can_be_written() -> None:
    acts = {act for habit in HABITS for done in habit.acts.values() for act in done}

    assert set(WRITERS) <= acts
