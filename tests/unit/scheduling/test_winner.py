"""The winner among variants: significant, or the first one."""

from statistics import NormalDist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.winner import Tally, chance, decide

tallies = st.integers(0, 2000).flatmap(lambda mails: st.builds(Tally, st.just(mails), st.integers(0, mails)))


def test_the_p_value_is_that_of_the_textbook() -> None:
    # 200 against 250 of 1000: common rate 0.225, z = 0.05 / sqrt(0.225 * 0.775 * 0.002) = 2.677.
    assert chance(Tally(1000, 250), Tally(1000, 200)) == pytest.approx(0.00742, abs=5e-5)


@pytest.mark.parametrize(
    ("found", "place", "significant"),
    [
        ([Tally(1000, 200), Tally(1000, 250)], 1, True),
        ([Tally(100, 20), Tally(100, 25)], 0, False),
        ([Tally(1000, 250), Tally(1000, 200)], 0, True),
        ([Tally(1000, 100), Tally(1000, 300), Tally(1000, 310)], 0, False),
        ([Tally(1000, 100), Tally(500, 120), Tally(2000, 900)], 2, True),
        ([Tally(100, 0), Tally(100, 5)], 0, False),
        ([Tally(37, 27), Tally(37, 37)], 1, True),
        ([Tally(0, 0), Tally(0, 0)], 0, False),
        ([Tally(50, 50), Tally(50, 50)], 0, False),
        ([Tally(10, 3)], 0, False),
    ],
    ids=["better", "perhaps better", "the first is better", "no better than the second best", "sizes differ",
        "too few to tell", "just enough to tell", "nothing sent", "all hit", "alone"],
)  # fmt: skip
def test_the_best_wins_if_it_is_significantly_better(found: list[Tally], place: int, *, significant: bool) -> None:
    decision = decide(found, 0.95)
    assert (decision.place, decision.significant) == (place, significant)


@given(st.lists(tallies, min_size=2, max_size=8), st.floats(0.5, 0.999))
def test_a_winner_has_the_best_rate_and_without_one_it_is_the_first(found: list[Tally], confidence: float) -> None:
    decision = decide(found, confidence)

    assert 0 <= decision.p_value <= 1
    if decision.significant:
        assert found[decision.place].rate == max(tally.rate for tally in found)
    else:
        assert decision.place == 0


@given(tallies, tallies)
def test_the_test_is_that_of_chi_square_for_two_by_two(one: Tally, other: Tally) -> None:
    p_value = chance(one, other)
    assert p_value == chance(other, one)
    if p_value < 1:
        a, b, c, d = one.hits, one.mails - one.hits, other.hits, other.mails - other.hits
        chi_square = (a + b + c + d) * (a * d - b * c) ** 2 / ((a + b) * (c + d) * (a + c) * (b + d))
        assert p_value == pytest.approx(2 * (1 - NormalDist().cdf(chi_square**0.5)), abs=1e-9)
