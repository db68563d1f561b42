"""What came back, made ready to be drawn."""

from datetime import UTC, datetime, timedelta

from dashboard.results import MOST_STEPS, filled

DAY = timedelta(days=1)
START = datetime(2026, 3, 1, tzinfo=UTC)


def test_days_on_which_nothing_happened_stand_between_the_others() -> None:
    assert filled([START, START + 3 * DAY], DAY) == [START + place * DAY for place in range(4)]


def test_a_time_line_of_years_keeps_to_what_happened() -> None:
    starts = [START, START + MOST_STEPS * DAY]

    assert filled(starts, DAY) == starts
