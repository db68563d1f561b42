"""No follow-up is due before the earliest moment that its round counts with."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.follow_up import shortest_delay

ZONES = ("UTC", "Europe/Vienna", "America/New_York", "Pacific/Auckland", "Asia/Kolkata")


def due(sent_at: datetime, delay: int, zone: str, *, business_days: bool) -> datetime:
    """When a follow-up is due without holidays, as `round_due` in the database has it."""
    wall = sent_at.astimezone(ZoneInfo(zone))
    day, missing = wall.date(), delay
    while missing:
        day += timedelta(days=1)
        missing -= not (business_days and day.weekday() > 4)
    return datetime.combine(day, wall.time(), ZoneInfo(zone))


@given(
    st.integers(0, 2 * 365 * 24 * 60).map(
        lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
    st.integers(0, 30),
    st.sampled_from(ZONES),
    st.booleans(),
)
def test_a_round_never_begins_after_the_first_of_its_mails_is_due(
    sent_at: datetime, delay: int, zone: str, business_days: bool
) -> None:
    begins_at = sent_at + shortest_delay(delay, business_days=business_days)
    assert begins_at <= due(sent_at, delay, zone, business_days=business_days)


@pytest.mark.parametrize(("delay", "days"), [(1, 1), (5, 5), (6, 8), (10, 12)])
def test_business_days_are_counted_from_a_sunday(delay: int, days: int) -> None:
    sunday = datetime.combine(date(2026, 3, 1), time(12), UTC)
    begins_at = sunday + shortest_delay(delay, business_days=True)
    assert timedelta(0) < sunday + timedelta(days=days) - begins_at < timedelta(days=1)
