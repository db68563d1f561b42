"""The service score."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.pacing import WarmUp
from scheduling.score import score
from scheduling.service import ServiceState
from tests.unit.scheduling.strategies import NOW, a_service, services


def test_the_score_weighs_quota_rest_and_success() -> None:
    service = a_service(interval=10, daily_quota=200, success_rate=0.5)
    result = score(service, NOW, 50, NOW - timedelta(seconds=5))
    assert (result.quota, result.rest, result.success) == (0.25, 0.5, 0.5)
    assert result.total == pytest.approx(0.4 * 0.25 + 0.4 * 0.5 + 0.2 * 0.5)


def test_a_service_of_which_nothing_is_known_counts_as_rested_and_nearly_perfect() -> None:
    result = score(a_service(), NOW, 100_000, None)
    assert (result.rest, result.success) == (1.0, 0.95)


def test_without_an_interval_there_is_nothing_to_rest_from() -> None:
    assert score(a_service(interval=0), NOW, 1, NOW).rest == 1.0


def test_while_it_warms_up_a_service_is_measured_by_what_its_day_allows() -> None:
    service = a_service(daily_quota=200, warm_up=WarmUp(20, 15), warm_up_day=1)
    tomorrow = service.quota_reset_at
    assert [score(service, at, 10, None).quota for at in (NOW, tomorrow)] == [10 / 35, 10 / 50]


@given(services(0), st.integers(-5, 200_000), st.timedeltas(timedelta(days=-1), timedelta(days=1)))
def test_every_part_lies_between_nothing_and_all(service: ServiceState, remaining: int, since: timedelta) -> None:
    result = score(service, NOW, remaining, NOW - since)
    assert all(0 <= part <= 1 for part in (result.quota, result.rest, result.success, result.total))


@given(services(0), st.integers(0, 1000))
def test_less_quota_is_never_better(service: ServiceState, remaining: int) -> None:
    assert score(service, NOW, remaining, None).total <= score(service, NOW, remaining + 1, None).total
