from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from evidence.journal import NS_PER_SECOND, Try
from evidence.progress import RATE_SECONDS, Rate
from evidence.rate import nominal_per_hour, steady_pace

SECOND = timedelta(seconds=1)


def tries_every(milliseconds: int, count: int) -> list[Try]:
    """Mails of one provider that begin at even distances, all taken."""
    return [Try("p", "p#1", number * milliseconds * 1_000_000, taken=True) for number in range(count)]


def test_the_pace_of_even_mails_is_their_frequency() -> None:
    pace = steady_pace(tries_every(100, 101), SECOND, 101)
    assert pace is not None
    assert (round(pace.tries_per_hour), round(pace.taken_per_hour), pace.seconds) == (36_000, 36_000, 9.0)


def test_retries_after_the_last_first_try_do_not_slow_the_pace() -> None:
    late = [Try("p", "p#1", 60 * NS_PER_SECOND, taken=True)]
    with_retry = steady_pace(tries_every(100, 101) + late, SECOND, 101)
    assert with_retry == steady_pace(tries_every(100, 101), SECOND, 101)


def test_a_refused_mail_is_a_try_but_not_taken() -> None:
    tries = tries_every(100, 101)
    tries[50] = Try("p", "p#1", tries[50].mail_at)
    pace = steady_pace(tries, SECOND, 101)
    assert pace is not None
    assert pace.taken_per_hour < pace.tries_per_hour


def test_a_run_within_one_interval_has_no_pace() -> None:
    assert steady_pace(tries_every(10, 5), SECOND, 5) is None


@given(st.integers(1, 5_000), st.integers(0, 300), st.integers(1, 400))
def test_no_pace_is_faster_than_the_mails_are_apart(milliseconds: int, count: int, mails: int) -> None:
    pace = steady_pace(tries_every(milliseconds, count), SECOND, mails)
    assert pace is None or pace.tries_per_hour * milliseconds / 3_600_000 <= 1 + milliseconds / (pace.seconds * 1000)


def test_the_nominal_rate_counts_interval_and_dialogue() -> None:
    assert nominal_per_hour(timedelta(seconds=3), timedelta(milliseconds=600), 100) == 100_000


def test_the_shown_rate_forgets_what_is_long_ago() -> None:
    rate = Rate()
    rate.per_hour(0.0, 0)
    rate.per_hour(RATE_SECONDS, 1_000)
    assert rate.per_hour(RATE_SECONDS + 5, 1_005) == 3600
