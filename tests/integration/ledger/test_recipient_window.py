"""A recipient's sending window and a round's delay: PostgreSQL says what plain Python with `zoneinfo` says."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

import asyncpg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

DAY = timedelta(days=1)
ZONES = [
    "UTC", "Europe/Berlin", "America/New_York", "America/Havana", "Australia/Lord_Howe", "Pacific/Chatham",
    "Asia/Kathmandu", "Africa/Casablanca", "Pacific/Kiritimati", "America/Santiago",
]  # fmt: skip
CHANGES = [
    datetime(2024, 3, 31, 1, tzinfo=UTC), datetime(2024, 10, 27, 1, tzinfo=UTC), datetime(2024, 3, 10, 5, tzinfo=UTC),
    datetime(2024, 11, 3, 5, tzinfo=UTC), datetime(2024, 4, 6, 15, tzinfo=UTC), datetime(2024, 10, 5, 15, tzinfo=UTC),
    datetime(2024, 9, 8, 4, tzinfo=UTC),
]  # fmt: skip
"""Around them some zone's clocks change."""
Ask = Callable[..., Any]


@dataclass(frozen=True)
class Window:
    zone: str
    opens: time
    closes: time
    weekdays: frozenset[int]
    holidays: frozenset[date] = frozenset()

    @property
    def row(self) -> tuple[object, ...]:
        return self.zone, self.opens, self.closes, sorted(self.weekdays), sorted(self.holidays)


moments = st.builds(
    lambda near, minutes: near + timedelta(minutes=minutes),
    st.sampled_from(CHANGES) | st.integers(0, 1000).map(lambda days: datetime(2023, 1, 1, tzinfo=UTC) + DAY * days),
    st.sampled_from([1, 15, 30]).flatmap(lambda step: st.integers(-100, 100).map(lambda count: count * step)),
)
times = st.builds(time, st.integers(0, 23), st.sampled_from([0, 0, 30]))
holidays = st.frozensets(st.dates(date(2024, 3, 1), date(2024, 11, 30)), max_size=9) | st.just(
    frozenset(date(2024, 1, 1) + DAY * n for n in range(366))
)
windows = st.builds(
    Window, st.sampled_from(ZONES), times, times, st.frozensets(st.integers(0, 6), min_size=1), holidays
)
fixture_is_read_only = settings(max_examples=250, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture
def ask(database_url: str) -> Iterator[Ask]:
    """One row of the database's answer, for a test that has no event loop of its own."""
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(database_url))
        yield lambda statement, *values: runner.run(connection.fetchrow(statement, *values))
        runner.run(connection.close())


def instant(day: date, wall: time, zone: str) -> datetime:
    """Of a time that comes twice the second; one that is skipped is moved forward by what is skipped."""
    return max(datetime.combine(day, wall.replace(fold=fold), ZoneInfo(zone)).astimezone(UTC) for fold in (0, 1))


def expected(window: Window, at: datetime) -> tuple[datetime, datetime] | None:
    """The first span that ends after `at`, and from when on in it a mail may go."""
    today = at.astimezone(ZoneInfo(window.zone)).date()
    for day in (today + DAY * offset for offset in range(-1, 399)):
        if day.weekday() not in window.weekdays or day in window.holidays:
            continue
        opens = instant(day, window.opens, window.zone)
        closes = instant(day if window.opens < window.closes else day + DAY, window.closes, window.zone)
        if opens < closes and at < closes:
            return max(at, opens), closes
    return None


def asked(ask: Ask, window: Window, at: datetime) -> tuple[datetime, datetime | None]:
    row = ask("SELECT * FROM recipient_window($1, $2, $3, $4, $5, $6)", *window.row, at)
    return row["may_go_at"], row["closes_at"]


@fixture_is_read_only
@given(windows, moments)
@example(Window("Europe/Berlin", time(2), time(3), frozenset(range(7))), datetime(2024, 3, 31, 0, 59, tzinfo=UTC))
@example(Window("Europe/Berlin", time(2), time(3), frozenset(range(7))), datetime(2024, 10, 27, 0, 30, tzinfo=UTC))
@example(Window("America/Havana", time(0), time(0), frozenset({6})), datetime(2024, 3, 10, 4, 30, tzinfo=UTC))
def test_a_mail_may_go_when_python_says_so(ask: Ask, window: Window, at: datetime) -> None:
    found = asked(ask, window, at)

    if (right := expected(window, at)) is None:
        assert found[1] is None
        assert found[0] - at > timedelta(days=390), "looked at again after the days that were searched"
    else:
        assert found == right


BERLIN = ("Europe/Berlin", frozenset(range(7)))
NAMED = {
    "open": ((time(9), time(17)), "2024-06-03T10:00+02:00", ("2024-06-03T10:00+02:00", "2024-06-03T17:00+02:00")),
    "closing is exclusive": (
        (time(9), time(17)), "2024-06-03T17:00+02:00", ("2024-06-04T09:00+02:00", "2024-06-04T17:00+02:00")),
    "night before summer time": (
        (time(9), time(17)), "2024-03-30T20:00+01:00", ("2024-03-31T09:00+02:00", "2024-03-31T17:00+02:00")),
    "opens in the hour that is skipped": (
        (time(2, 30), time(6)), "2024-03-31T01:00+01:00", ("2024-03-31T03:30+02:00", "2024-03-31T06:00+02:00")),
    "closes in the hour that is skipped": (
        (time(0), time(2, 30)), "2024-03-31T01:00+01:00", ("2024-03-31T01:00+01:00", "2024-03-31T03:30+02:00")),
    "lies in the hour that is skipped": (
        (time(2), time(3)), "2024-03-31T01:00+01:00", ("2024-04-01T02:00+02:00", "2024-04-01T03:00+02:00")),
    "opens in the hour that comes twice": (
        (time(2, 30), time(6)), "2024-10-27T02:15+02:00", ("2024-10-27T02:30+01:00", "2024-10-27T06:00+01:00")),
    "closes in the hour that comes twice": (
        (time(0), time(2, 30)), "2024-10-27T02:45+02:00", ("2024-10-27T02:45+02:00", "2024-10-27T02:30+01:00")),
    "over midnight": (
        (time(22), time(4)), "2024-10-27T01:00+02:00", ("2024-10-27T01:00+02:00", "2024-10-27T04:00+01:00")),
    "the whole day, of 25 hours": (
        (time(0), time(0)), "2024-10-27T00:00+02:00", ("2024-10-27T00:00+02:00", "2024-10-28T00:00+01:00")),
}  # fmt: skip


@pytest.mark.parametrize("name", NAMED)
def test_around_a_change_of_the_clocks(ask: Ask, name: str) -> None:
    (opens, closes), at, answer = NAMED[name]
    zone, weekdays = BERLIN
    found = asked(ask, Window(zone, opens, closes, weekdays), datetime.fromisoformat(at))
    assert found == tuple(datetime.fromisoformat(moment) for moment in answer)


def test_a_window_may_close_at_24_oclock(ask: Ask) -> None:
    at = datetime(2024, 6, 3, 19, tzinfo=UTC)
    row = ask("SELECT * FROM recipient_window('UTC', '18:00', '24:00', '{0}', '{2024-06-03}', $1)", at)
    assert (row["may_go_at"].day, row["closes_at"].day) == (10, 11), "the next Monday that is no holiday, to midnight"


def test_without_a_window_a_mail_may_go_at_once_and_for_ever(ask: Ask) -> None:
    row = ask("SELECT *, now() AS at FROM recipient_window('UTC', NULL, NULL, NULL, '{}', now())")
    assert (row["may_go_at"], row["closes_at"]) == (row["at"], None)


@fixture_is_read_only
@given(st.sampled_from(ZONES), moments, st.integers(1, 40), st.sampled_from(["days", "business_days"]), holidays)
def test_a_round_is_due_so_many_days_after_the_one_before(
    ask: Ask, zone: str, since: datetime, delay: int, unit: str, free: frozenset[date]
) -> None:
    wall = since.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    day = wall.date()
    for _ in range(delay):
        day += DAY
        while unit == "business_days" and (day.weekday() > 4 or day in free):
            day += DAY

    row = ask("SELECT round_due($1, $2, $3, $4, $5) AS due", since, delay, unit, zone, sorted(free))

    assert row["due"] == instant(day, wall.time(), zone)


def test_without_a_delay_a_round_is_due_at_once_even_in_an_hour_that_comes_twice(ask: Ask) -> None:
    at = datetime.fromisoformat("2024-10-27T02:15+02:00")
    assert ask("SELECT round_due($1, 0, 'days', 'Europe/Berlin', '{}') AS due", at)["due"] == at


def test_every_zone_of_the_database_of_zones_is_known(ask: Ask) -> None:
    rows = ask(
        """SELECT array_agg(z) FILTER (WHERE recipient_zone(z, 'none') = 'none') AS unknown, count(*)
           FROM unnest($1::text[]) z WHERE z IN (SELECT name FROM pg_timezone_names)""",
        sorted(available_timezones() - {"Factory", "localtime", "posixrules"}),
    )  # fmt: skip
    assert rows["unknown"] is None
    assert rows["count"] > 500


@pytest.mark.parametrize("stated", ["", "IST", "CEST", "Mars/Phobos", "Mars/Phobos+3", "XYZ-3", "+02:00", "Etc/GMT+20"])
def test_what_is_no_zone_counts_as_unknown(ask: Ask, stated: str) -> None:
    assert ask("SELECT recipient_zone($1, 'Asia/Tokyo') AS zone", stated)["zone"] == "Asia/Tokyo"
