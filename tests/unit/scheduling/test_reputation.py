"""Verdicts on bounces and complaints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.reputation import Counts, Limits, State, judge

LIMITS = Limits(bounce_rate=0.05, complaint_warn_rate=0.001, complaint_rate=0.003, least_sent=100)
ORDER = ["good", "warned", "paused"]


@pytest.mark.parametrize(
    ("sent", "bounced", "complained", "state"),
    [
        (1000, 0, 0, "good"),
        (1000, 24, 0, "good"),
        (1000, 25, 0, "warned"),
        (1000, 50, 0, "paused"),
        (99, 19, 0, "good"),
        (30, 20, 0, "paused"),
        (0, 0, 0, "good"),
        (2000, 0, 1, "good"),
        (1000, 0, 1, "warned"),
        (1000, 0, 3, "paused"),
        (100, 0, 1, "warned"),
        (99, 0, 9, "good"),
    ],
)
def test_the_bounds_are_those_of_receivers(sent: int, bounced: int, complained: int, state: str) -> None:
    assert judge(Counts(sent, bounced, complained), LIMITS).state == state


def test_a_rule_that_is_switched_off_says_nothing() -> None:
    off = Limits(bounce_rate=1, complaint_warn_rate=1, complaint_rate=1, least_sent=1)
    assert judge(Counts(100, 100, 100), off).state == "good"


def test_a_warning_does_not_come_and_go_with_each_mail_at_its_bound() -> None:
    said: list[State] = []
    state: State = "good"
    for sent in range(1000, 1200):
        state = judge(Counts(sent, round(sent * 0.025), 0), LIMITS, state).state
        said.append(state)
    assert said == ["warned"] * 200
    assert judge(Counts(1000, 19, 0), LIMITS, "warned").state == "good"


@given(st.integers(0, 10_000), st.integers(0, 500), st.integers(0, 50), st.integers(0, 50), st.integers(0, 5))
def test_more_trouble_is_never_judged_better(sent: int, bounced: int, complained: int, more: int, still: int) -> None:
    before = judge(Counts(sent, bounced, complained), LIMITS)
    after = judge(Counts(sent, bounced + more, complained + still), LIMITS)
    assert ORDER.index(after.state) >= ORDER.index(before.state)
    assert (after.cause is None) == (after.state == "good")
