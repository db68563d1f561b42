"""Pacing: warm-up, windows, and days that the clocks make shorter or longer."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.pacing import SendingWindow, WarmUp, next_midnight, quota_day

ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Asia/Beirut", "Africa/Cairo", "America/Havana",
    "America/Santiago", "America/Asuncion", "Australia/Lord_Howe", "Pacific/Chatham", "Pacific/Apia", "Asia/Kathmandu",
]  # fmt: skip
zones = st.sampled_from(ZONES).map(ZoneInfo)
instants = st.datetimes(datetime(2012, 1, 1), datetime(2037, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 30, 59]))
windows = st.builds(
    SendingWindow, st.sampled_from(ZONES), times, times, st.sets(st.integers(0, 6), min_size=1).map(sorted).map(tuple)
)
SECOND = timedelta(seconds=1)


@given(instants, zones)
def test_the_quota_day_changes_exactly_at_the_next_midnight(now: datetime, zone: ZoneInfo) -> None:
    midnight = next_midnight(now, zone)
    assert midnight > now
    assert quota_day(midnight, zone) == quota_day(now, zone) + timedelta(days=1)
    assert quota_day(midnight - SECOND / 1000, zone) == quota_day(now, zone)


@given(instants, zones)
def test_a_quota_day_has_23_to_25_hours(now: datetime, zone: ZoneInfo) -> None:
    begin = next_midnight(now, zone)
    assert timedelta(hours=23) <= next_midnight(begin, zone) - begin <= timedelta(hours=25)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/Havana", date(2026, 3, 8), 23),
        ("America/Havana", date(2026, 11, 1), 25),
        ("Asia/Beirut", date(2026, 3, 29), 23),
        ("America/Santiago", date(2026, 9, 6), 23),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
    ],
)
def test_the_day_the_clocks_change_is_shorter_or_longer(zone: str, day: date, hours: float) -> None:
    noon = datetime.combine(day, time(12), ZoneInfo(zone)).astimezone(UTC)
    begin = next_midnight(noon - timedelta(days=1), ZoneInfo(zone))
    assert next_midnight(noon, ZoneInfo(zone)) - begin == timedelta(hours=hours)


def test_where_midnight_does_not_exist_the_day_begins_when_the_clocks_have_gone_forward() -> None:
    evening = datetime(2026, 3, 28, 21, 59, tzinfo=UTC)
    begin = next_midnight(evening, ZoneInfo("Asia/Beirut"))
    assert begin == datetime(2026, 3, 28, 22, tzinfo=UTC)
    assert begin.astimezone(ZoneInfo("Asia/Beirut")).time() == time(1)


def test_where_midnight_comes_twice_the_day_begins_once() -> None:
    havana = ZoneInfo("America/Havana")
    first = next_midnight(datetime(2026, 10, 31, 20, tzinfo=UTC), havana)
    assert next_midnight(first, havana).astimezone(havana).date() == date(2026, 11, 2)


def test_where_the_clocks_go_back_over_midnight_the_next_one_still_lies_ahead() -> None:
    """In Newfoundland they went from 00:01 to 23:01 of the day before, until 2011."""
    evening_again = datetime(2010, 11, 7, 2, 45, tzinfo=UTC)
    assert next_midnight(evening_again, ZoneInfo("America/St_Johns")) == datetime(2010, 11, 7, 3, 30, tzinfo=UTC)


def test_a_date_that_a_country_skips_is_no_quota_day() -> None:
    before = datetime(2011, 12, 29, 20, tzinfo=UTC)
    begin = next_midnight(before, ZoneInfo("Pacific/Apia"))
    assert quota_day(begin, ZoneInfo("Pacific/Apia")) == date(2011, 12, 31)


@given(instants, windows)
def test_the_next_opening_is_open_and_not_in_the_past(now: datetime, window: SendingWindow) -> None:
    opening = window.next_open(now)
    assert opening is not None
    assert opening >= now
    assert window.next_open(opening) == opening


@given(instants, windows)
def test_between_now_and_the_next_opening_the_window_is_closed(now: datetime, window: SendingWindow) -> None:
    opening = window.next_open(now)
    assert opening is not None
    for share in (0.1, 0.5, 0.9):
        assert window.next_open(now + (opening - now) * share) == opening


def test_a_window_keeps_to_local_time_through_the_change_of_the_clocks() -> None:
    window = SendingWindow("Europe/Berlin", time(9), time(17))
    openings = [window.next_open(datetime(2026, 3, day, 20, tzinfo=UTC)) for day in (27, 28, 29)]
    assert [opening and opening.hour for opening in openings] == [8, 7, 7]


def test_a_window_over_midnight_belongs_to_the_day_it_opens() -> None:
    friday_night = SendingWindow("UTC", time(22), time(2), (4,))
    saturday_early = datetime(2026, 3, 7, 1, tzinfo=UTC)
    assert friday_night.next_open(saturday_early) == saturday_early
    assert friday_night.next_open(saturday_early + timedelta(hours=1)) == datetime(2026, 3, 13, 22, tzinfo=UTC)


def test_a_window_that_no_day_opens_stays_closed() -> None:
    assert SendingWindow("UTC", time(9), time(17), ()).next_open(datetime(2026, 3, 2, tzinfo=UTC)) is None


def test_a_warm_up_rises_by_a_step_a_day_to_the_full_quota() -> None:
    warm_up = WarmUp(first_day_quota=20, daily_step=15)
    quotas = [warm_up.quota(100, day) for day in range(8)]
    assert quotas == [20, 35, 50, 65, 80, 95, 100, 100]
    assert all(earlier <= later for earlier, later in pairwise(quotas))
