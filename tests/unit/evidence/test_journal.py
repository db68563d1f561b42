"""What is judged of a run, from journals written by hand."""

import json
from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evidence import journal
from evidence.journal import Try

SECOND = 1_000_000_000
MS = 1_000_000
MIDNIGHT_UTC = 1_795_392_000 * SECOND
"""2026-11-23, 00:00."""


def line(event: str = "mail", provider: str = "p1", **values: Any) -> str:
    facts: dict[str, Any] = {"event": event, "provider": provider, "connection": f"{provider}#1", "at": 1, **values}
    return json.dumps(facts) + "\n"


def mail(mail_at: int, dot_at: int, *, code: int | None = 250, message_id: str = "1@x", **values: Any) -> str:
    facts: dict[str, Any] = {
        "sender": "a@x",
        "recipients": ["b@y"],
        "size": 1,
        "subject": "",
        "message_id": message_id,
        **values,
    }
    return line(mail_at=mail_at, dot_at=dot_at, code=code, answered_at=code and dot_at + MS, **facts)


def tries(*lines: str) -> tuple[Try, ...]:
    return journal.read(lines).tries


@pytest.mark.parametrize(("code", "taken"), [(250, True), (None, True), (451, False), (550, False)])
def test_a_mail_is_taken_when_answered_well_or_not_at_all(code: int | None, taken: bool) -> None:
    assert [found.taken for found in tries(mail(1, 2, code=code))] == [taken]


def test_a_drop_after_the_dot_is_one_taken_mail() -> None:
    known: dict[str, Any] = {"sender": "a@x", "recipients": ["b@y"], "message_id": "1@x", "mail_at": 1, "dot_at": 2}
    found = journal.read([mail(1, 2, code=None), line("dropped", stage="dot_after", **known)])
    assert journal.taken_by_message_id(found.tries) == {"1@x": 1}
    assert found.dropped == {"dot_after": 1}


def test_what_ended_before_a_dot_is_counted_but_not_taken() -> None:
    known: dict[str, Any] = {"sender": "a@x", "recipients": []}
    found = journal.read(
        [
            line("refused", stage="rcpt", code=451, mail_at=1, recipient="b@y", **known),
            line("refused", stage="rcpt", code=451, mail_at=5, recipient="b@y", **known),
            line("refused", stage="banner", code=421),
            line("login_failed", username="user"),
            line("lost", mail_at=9, **known),
        ]
    )
    assert found.refused == {("rcpt", 451): 2, ("banner", 421): 1}
    assert found.failed_logins == {"p1": 1}
    troubles = {"refused rcpt": 2, "refused banner": 1, "login_failed": 1, "lost": 1}
    assert found.troubles == {("p1", word): count for word, count in troubles.items()}
    assert [one.mail_at for one in found.tries] == [1, 5, 9]
    assert list(journal.taken(found.tries)) == []


def test_a_second_taken_dot_is_a_double_and_a_refused_one_is_not() -> None:
    found = tries(
        mail(1, 2, code=451),
        mail(3, 4),
        mail(5, 6, message_id="2@x", recipients=["C@y"]),
        mail(7, 8, message_id="2@x", recipients=["c@y"], code=None, provider="p2"),
    )
    assert journal.doubled(journal.taken_by_message_id(found)) == {"2@x": 2}
    assert journal.doubled(journal.taken_by_recipient(found)) == {"c@y": 2}
    assert journal.recipients(found) == {"b@y", "c@y"}


def test_a_gap_is_from_any_final_dot_to_the_next_mail() -> None:
    found = tries(
        mail(0, SECOND, code=451),
        mail(4 * SECOND, 5 * SECOND),
        mail(7 * SECOND + 990 * MS, 9 * SECOND),
        mail(0, SECOND, provider="p2"),
    )
    errors = journal.smallest_gap_errors(found, {"p1": timedelta(seconds=3), "p2": timedelta(seconds=3)})
    assert errors == {"p1": pytest.approx(-10)}


def test_a_mail_refused_before_its_dot_began_all_the_same() -> None:
    early = line("refused", stage="rcpt", code=451, mail_at=2 * SECOND, sender="a@x", recipients=[])
    errors = journal.smallest_gap_errors(tries(mail(0, SECOND), early), {"p1": timedelta(seconds=3)})
    assert errors == {"p1": pytest.approx(-2000)}


def test_mails_under_way_at_once_have_a_negative_gap() -> None:
    errors = journal.smallest_gap_errors(tries(mail(0, 10 * MS), mail(4 * MS, 12 * MS)), {"p1": timedelta()})
    assert errors == {"p1": pytest.approx(-6)}


def test_days_end_at_the_providers_own_midnight() -> None:
    found = tries(
        *(mail(MIDNIGHT_UTC + hour * 3600 * SECOND, MIDNIGHT_UTC + hour * 3600 * SECOND) for hour in (1, 4, 6))
    )
    assert journal.taken_by_day(found) == {"p1": {date(2026, 11, 23): 3}}
    days = journal.taken_by_day(found, {"p1": "America/New_York"})
    assert days == {"p1": {date(2026, 11, 22): 2, date(2026, 11, 23): 1}}
    assert journal.over_quota(found, {"p1": 1}, {"p1": "America/New_York"}) == 1
    assert journal.over_quota(found, {"p1": 1}) == 2
    assert journal.over_quota(found, {}) == 0


def test_the_seconds_with_most_mails_are_found_wherever_they_begin() -> None:
    found = tries(*(mail(at * 100 * MS, at * 100 * MS + MS) for at in (0, 6, 7, 8, 14, 15, 16, 40)))
    assert journal.most_starts_in_a_second(found) == {"p1": 5}


def test_the_median_dialogue_is_from_mail_to_answer() -> None:
    found = tries(mail(0, 9 * MS), mail(0, 19 * MS, provider="p2"), mail(0, 49 * MS, code=None, provider="p3"))
    assert journal.median_dialogue(found) == timedelta(milliseconds=15)
    assert journal.median_dialogue([]) is None


def test_a_line_still_being_written_is_left_out() -> None:
    assert len(tries(mail(1, 2), mail(3, 4)[:-9])) == 1


@pytest.mark.parametrize("broken", ["no json\n", '{"no": "event"}\n', "[]\n"])
def test_what_is_no_journal_is_an_error_with_its_line(broken: str) -> None:
    with pytest.raises(ValueError, match="line 2"):
        tries(mail(1, 2), broken)


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["p1", "p2"]), st.integers(0, 99), st.integers(0, 20), st.sampled_from([250, 451, None])
        ),
        unique_by=lambda one: one[:2],
    )
)
def test_figures_agree_with_a_plain_count_whatever_the_order(mails: list[tuple[str, int, int, int | None]]) -> None:
    lines = [
        mail(at * MS, (at + took) * MS, code=code, provider=provider, message_id=f"{at % 7}@x")
        for provider, at, took, code in mails
    ]
    found = tries(*lines)
    assert found == tuple(sorted(tries(*reversed(lines)), key=found.index))
    taken = [one for one in mails if one[3] != 451]
    assert journal.taken_by_message_id(found) == Counter(f"{at % 7}@x" for _, at, _, _ in taken)
    assert sum(days.total() for days in journal.taken_by_day(found).values()) == len(taken)
    for name, error in journal.smallest_gap_errors(found, {"p1": timedelta(), "p2": timedelta()}).items():
        own = [(at, at + took) for provider, at, took, _ in mails if provider == name]
        expected = min(
            start - max(end for other, end in own if other < start) for start, _ in own if start != min(own)[0]
        )
        assert error == pytest.approx(expected)
