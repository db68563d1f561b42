from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from evidence.bench.calendar import Move, first_after_midnight, next_midnight, simulated
from evidence.journal import NS_PER_SECOND, Try

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def mail(at: datetime) -> Try:
    """A mail at this moment."""
    moment = round(at.timestamp()) * NS_PER_SECOND
    return Try("p", "c", moment, dot_at=moment, taken=True)


def test_the_next_midnight_is_that_of_the_zone_where_it_comes_first() -> None:
    zones = ("Europe/Vienna", "America/New_York", "Pacific/Auckland")
    assert next_midnight(zones, NOON) == (datetime(2026, 11, 24, 23, tzinfo=UTC), "Europe/Vienna")


@given(st.integers(0, 20_000 * 86_400).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)))
def test_the_next_midnight_is_within_a_day_and_an_hour(now: datetime) -> None:
    midnight, _ = next_midnight(["Europe/Vienna"], now)
    assert timedelta(0) < midnight - now <= timedelta(hours=25)


def test_a_mail_stands_at_the_guards_time_by_the_last_move_before_it() -> None:
    moves = [Move(round(NOON.timestamp()) * NS_PER_SECOND, timedelta(days=1))]
    before, after = simulated([mail(NOON - timedelta(seconds=1)), mail(NOON)], moves)
    assert before == mail(NOON - timedelta(seconds=1))
    assert after == mail(NOON + timedelta(days=1))


def test_each_day_but_the_first_begins_at_the_services_own_midnight() -> None:
    midnight = datetime(2026, 11, 24, 23, tzinfo=UTC)
    tries = [mail(NOON), mail(midnight + timedelta(seconds=3)), mail(midnight + timedelta(seconds=9))]
    assert first_after_midnight(tries, {"p": "Europe/Vienna"}) == {("p", date(2026, 11, 25)): 3.0}
