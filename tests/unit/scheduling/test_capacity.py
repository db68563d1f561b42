"""Capacity: what services can send by when, against plain counting and in its own laws."""

from dataclasses import replace
from datetime import datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.capacity import HORIZON, Capacity
from scheduling.pacing import SendingWindow, WarmUp
from scheduling.service import ServiceState
from scheduling.wait import WaitReason
from tests.unit.scheduling.strategies import NOW, a_service, services

DAY = timedelta(days=1)
MIDNIGHT = NOW + timedelta(hours=15)


@st.composite
def pools(draw: st.DrawFn) -> list[ServiceState]:
    """Up to five services of any kind, some of them in their warm-up."""
    rows = [draw(services(number)) for number in range(draw(st.integers(1, 5)))]
    warm_ups = st.none() | st.builds(WarmUp, st.integers(0, 20), st.integers(0, 5))
    return [replace(row, warm_up=draw(warm_ups), warm_up_day=draw(st.integers(0, 9))) for row in rows]


moments = st.floats(0, 40 * 86_400).map(lambda seconds: NOW + timedelta(seconds=seconds))
mails = st.floats(0.5, 100_000)


def counted(service: ServiceState, until: datetime) -> int:
    """Mails one by one: the plain way."""
    at, left, resets_at, count = max(NOW, service.next_available_at), service.remaining_quota, service.quota_reset_at, 0
    while at < until:
        while at >= resets_at:
            left, resets_at = service.daily_quota, resets_at + DAY
        opens = service.window.next_open(at) if service.window else at
        if opens is None:
            return count
        if opens > at:
            at = opens
        elif not left:
            at = resets_at
        else:
            count, left, at = count + 1, left - 1, at + service.spacing
    return count


@pytest.mark.parametrize("window", [None, SendingWindow("Europe/Berlin", time(9), time(17, 30), (0, 1, 2, 3, 4))])
@pytest.mark.parametrize(("interval", "quota"), [(30, 10_000), (7, 500), (1800, 5), (600, 100), (5000, 100)])
def test_a_service_sends_what_plain_counting_gives(window: SendingWindow | None, interval: float, quota: int) -> None:
    service = a_service(interval=interval, daily_quota=quota, remaining_quota=quota // 2, window=window)
    service = replace(service, quota_reset_at=MIDNIGHT, next_available_at=NOW + timedelta(seconds=1))
    for hours in (0.5, 3, 14, 16, 40, 100, 250, 500):
        until = NOW + timedelta(hours=hours)
        plain = counted(service, until)
        assert Capacity.of([service], NOW).by(until) == pytest.approx(plain, abs=1.5, rel=0.02)


@given(st.integers(1, 8), st.sampled_from([30, 600, 3600, 5000]), st.integers(1, 86_399), st.floats(0, 30 * 86_400))
def test_midnights_cost_no_mails(size: int, interval: int, midnight: int, seconds: float) -> None:
    """Where no quota ends a day, any number of them shifts a mail by half an interval at most."""
    reset_at = NOW + timedelta(seconds=midnight)
    pool = [
        a_service(number, interval, dialogue=timedelta(0), quota_reset_at=reset_at, next_available_at=NOW)
        for number in range(size)
    ]
    before = int(seconds * size / interval)
    reached = Capacity.of(pool, NOW).reached(before + 1)
    assert reached is not None
    assert abs((reached - NOW).total_seconds() - before * interval / size) <= interval / 2 + 0.001


@given(pools(), moments, moments)
def test_later_there_is_never_less(pool: list[ServiceState], one: datetime, other: datetime) -> None:
    capacity = Capacity.of(pool, NOW)
    assert capacity.by(min(one, other)) <= capacity.by(max(one, other)) + 1e-6


@settings(max_examples=60)
@given(pools(), mails, mails)
def test_more_mails_never_take_less_time(pool: list[ServiceState], one: float, other: float) -> None:
    capacity = Capacity.of(pool, NOW)
    sooner, later = capacity.reached(min(one, other)), capacity.reached(max(one, other))
    assert later is None or (sooner is not None and sooner <= later)


@settings(max_examples=60)
@given(pools(), mails)
def test_what_is_reached_at_a_moment_can_be_sent_by_then(pool: list[ServiceState], count: float) -> None:
    capacity = Capacity.of(pool, NOW)
    at = capacity.reached(count)
    if at is None:
        assert capacity.by(NOW + HORIZON) < count + 1 + len(pool)
    else:
        assert capacity.by(at + timedelta(seconds=0.001)) >= count - 0.51 - len(pool) / 2


@settings(max_examples=60)
@given(pools(), mails, st.sampled_from([WaitReason.WINDOW, WaitReason.SERVICE_RESTED]))
def test_without_a_limit_nothing_comes_later(pool: list[ServiceState], count: float, limit: WaitReason) -> None:
    """But for the place of a service among the others, which the limit decides too, today and on the day of the end."""
    limited, free = Capacity.of(pool, NOW).reached(count), Capacity.of(pool, NOW, limit).reached(count)
    slowest = max((service.spacing for service in pool), default=timedelta())
    assert limited is None or (free is not None and free <= limited + 2 * slowest)


@settings(max_examples=40)
@given(pools(), moments, st.integers(0, 1000))
def test_a_higher_quota_never_sends_less(pool: list[ServiceState], moment: datetime, quota: int) -> None:
    capacity = Capacity.of(pool, NOW)
    assert capacity.by(moment) <= capacity.with_quota(quota).by(moment) + 1e-6


def test_a_service_in_its_warm_up_sends_a_step_more_each_day() -> None:
    service = a_service(daily_quota=50, remaining_quota=10, warm_up=WarmUp(10, 15), quota_reset_at=MIDNIGHT)
    capacity = Capacity.of([service], NOW)
    assert [round(capacity.by(MIDNIGHT + day * DAY)) for day in range(6)] == [10, 35, 75, 125, 175, 225]


def test_a_row_that_tells_of_an_earlier_day_has_its_whole_quota_again() -> None:
    service = a_service(daily_quota=50, remaining_quota=0, quota_reset_at=NOW - timedelta(hours=9))
    capacity = Capacity.of([service], NOW)
    assert round(capacity.by(MIDNIGHT)) == 50
    assert round(capacity.by(MIDNIGHT + DAY)) == 100


def test_a_paused_service_sends_nothing() -> None:
    assert Capacity.of([a_service(paused=True)], NOW).reached(1) is None


def test_services_that_are_free_together_begin_one_after_the_other() -> None:
    capacity = Capacity.of([a_service(number, interval=600, dialogue=timedelta(0)) for number in range(4)], NOW)
    assert [capacity.reached(count) for count in (1, 2, 3, 4, 5)] == [
        NOW + timedelta(seconds=seconds) for seconds in (0, 150, 300, 450, 600)
    ]


@settings(max_examples=30)
@given(pools(), st.integers(9, 60))
def test_far_days_are_like_those_a_week_before(pool: list[ServiceState], day: int) -> None:
    """As soon as every service is warm and free."""
    pool = [replace(row, warm_up=None, rested_until=None, next_available_at=NOW) for row in pool]
    capacity = Capacity.of(pool, NOW)
    weeks = [capacity.by(NOW + (day + 7 * week) * DAY) for week in range(3)]
    assert weeks[2] - weeks[1] == pytest.approx(weeks[1] - weeks[0], rel=0.02, abs=3 * len(pool))
