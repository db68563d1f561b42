"""A key that asks too often is told when to ask again."""

from uuid import uuid4

import pytest

from api.problems import TooManyRequestsError
from api.rate_limit import RateLimit


class Clock:
    """Time that a test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def asks(limit: RateLimit, times: int) -> None:
    key = uuid4()
    for _ in range(times):
        limit.check(key)


def test_a_burst_of_twice_the_rate_is_allowed_and_no_more() -> None:
    limit = RateLimit(5, Clock())

    asks(limit, 10)
    with pytest.raises(TooManyRequestsError) as refused:
        asks(limit, 11)
    assert refused.value.retry_after == 1


def test_a_key_may_ask_again_after_the_time_it_was_told() -> None:
    clock = Clock()
    limit, key = RateLimit(0.1, clock), uuid4()
    limit.check(key)
    with pytest.raises(TooManyRequestsError) as refused:
        limit.check(key)

    clock.now += refused.value.retry_after
    limit.check(key)


def test_one_keys_requests_are_not_held_against_another() -> None:
    limit = RateLimit(5, Clock())

    for _ in range(5):
        asks(limit, 10)


def test_a_refused_request_costs_nothing() -> None:
    clock = Clock()
    limit, key = RateLimit(1, clock), uuid4()
    limit.check(key)
    limit.check(key)
    for _ in range(5):
        with pytest.raises(TooManyRequestsError):
            limit.check(key)

    clock.now += 1
    limit.check(key)
