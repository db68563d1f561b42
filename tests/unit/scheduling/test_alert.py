"""Alerts are raised once and cleared once, however their cause comes and goes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.alert import RULES, AlertKind, Sign, Standing, moves

START = datetime(2026, 1, 1, tzinfo=UTC)
STEP = timedelta(seconds=3)
WORDS = st.sampled_from(["strong", "weak", "none"])


def sign(kind: AlertKind = "workers_missing", *, strong: bool = True) -> Sign:
    return Sign(kind, kind, kind, "what", "to do", strong=strong)


def lived(kind: AlertKind, words: list[str]) -> list[tuple[str, datetime]]:
    """What people are told while the cause is seen so, every three seconds."""
    told: list[tuple[str, datetime]] = []
    standing: list[Standing] = []
    for number, word in enumerate(words):
        now = START + number * STEP
        signs = [] if word == "none" else [sign(kind, strong=word == "strong")]
        decided = moves(signs, standing, now)
        told += [("raised", now) for _ in decided.raised] + [("cleared", now) for _ in decided.cleared]
        for alert in standing:
            if any(alert is raised for raised, _ in decided.raised):
                standing = [Standing(1, kind, kind, alert.first_seen_at, now)]
            elif alert in decided.gone or alert in decided.back:
                gone_at = now if alert in decided.gone else None
                standing = [Standing(1, kind, kind, alert.first_seen_at, alert.raised_at, gone_at)]
            elif alert in decided.cleared or alert in decided.forgotten:
                standing = []
        standing += [Standing(1, kind, kind, now) for _ in decided.begin]
    return told


@given(st.sampled_from(sorted(RULES)), st.lists(WORDS, max_size=200))
def test_an_alert_is_raised_and_cleared_in_turn(kind: AlertKind, words: list[str]) -> None:
    told = [event for event, _ in lived(kind, words)]
    assert all(event != after for event, after in pairwise(told))
    assert told[:1] in ([], ["raised"])


@given(st.sampled_from(sorted(RULES)), st.lists(WORDS, max_size=200))
def test_it_is_cleared_only_after_a_whole_calm(kind: AlertKind, words: list[str]) -> None:
    for event, at in lived(kind, words):
        if event == "cleared":
            number = (at - START) // STEP
            quiet = RULES[kind].calm // STEP
            assert words[number - quiet : number + 1] == ["none"] * (quiet + 1)


def test_what_flickers_is_one_alert() -> None:
    told = lived("workers_missing", ["strong", "strong", "strong", "none", "strong"] * 10 + ["none"] * 10)
    assert [event for event, _ in told] == ["raised", "cleared"]


def test_a_sign_that_does_not_last_is_told_to_nobody() -> None:
    assert lived("workers_missing", ["strong", "none"] * 20) == []


def test_a_weak_sign_raises_nothing_and_keeps_what_is_raised() -> None:
    assert lived("error_rate", ["weak"] * 100) == []
    words = ["strong"] * 20 + ["weak"] * 100
    assert [event for event, _ in lived("error_rate", words)] == ["raised"]


@pytest.mark.parametrize("kind", ["workers_missing", "temporal_down"])
def test_what_stops_everything_is_told_within_seconds(kind: AlertKind) -> None:
    ((_, at),) = lived(kind, ["strong"] * 10)
    assert at - START <= timedelta(seconds=6)
