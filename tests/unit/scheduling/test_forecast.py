"""The forecast: no end, what limits, and what would be needed."""

from dataclasses import replace
from datetime import datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.forecast import Forecast, Limit, Mailing, PoolForecast
from scheduling.pacing import SendingWindow
from scheduling.service import ServiceState
from tests.unit.scheduling.strategies import NOW, a_demand, a_service, demands, services

HOUR = timedelta(hours=1)
MIDNIGHT = NOW + 15 * HOUR


def pool(size: int = 10, interval: float = 3.5, **changes: object) -> list[ServiceState]:
    """Ten services that send every 3.6 seconds: 10,000 an hour together."""
    return [a_service(number, interval, quota_reset_at=MIDNIGHT, **changes) for number in range(size)]


def forecast(rows: list[ServiceState], mails: int = 10_000, by: datetime | None = None, **changes: object) -> Forecast:
    """Of a task that is alone in its pool."""
    own = replace(Mailing(a_demand(0, mails)), **changes)  # type: ignore[arg-type]  # named by the test
    return PoolForecast(rows, [own.demand], NOW).forecast(own, by)


def near(one: datetime | None, other: datetime) -> bool:
    return one is not None and abs(one - other) <= timedelta(seconds=10)


def reasons(found: Forecast) -> list[str]:
    return [limit.reason for limit in found.limited_by]


def test_the_end_follows_from_the_intervals_and_they_limit_it() -> None:
    found = forecast(pool())
    assert near(found.ends_at, NOW + HOUR)
    assert (found.mails, found.no_end, reasons(found)) == (10_000, None, ["rate_limit"])


def test_jitter_counts_half_of_its_most() -> None:
    assert near(forecast(pool(jitter=0.4)).ends_at, NOW + HOUR * (4.3 / 3.6))


def test_a_quota_limits_and_without_it_the_intervals_would_do() -> None:
    found = forecast(pool(daily_quota=500, remaining_quota=500), mails=12_500)
    assert near(found.ends_at, MIDNIGHT + timedelta(days=1) + timedelta(seconds=250 * 3.6))
    assert reasons(found)[0] == "no_quota"
    assert near(found.limited_by[0].ends_at_without, NOW + 1.25 * HOUR)


def test_a_window_limits() -> None:
    found = forecast(pool(window=SendingWindow("UTC", time(9, 30), time(17))))
    assert near(found.ends_at, NOW + 1.5 * HOUR)
    assert Limit("window", found.limited_by[-1].ends_at_without) in found.limited_by


def test_rested_services_limit() -> None:
    found = forecast(pool(rested_until=NOW + 2 * HOUR))
    assert near(found.ends_at, NOW + 3 * HOUR)
    assert near({limit.reason: limit.ends_at_without for limit in found.limited_by}["service_rested"], NOW + HOUR)


def test_other_tasks_limit_as_far_as_they_go_first() -> None:
    own, other = a_demand(0, 5_000), a_demand(1, 5_000)
    found = PoolForecast(pool(), [own, other], NOW).forecast(Mailing(own))
    assert near(found.ends_at, NOW + HOUR)
    assert near({limit.reason: limit.ends_at_without for limit in found.limited_by}["other_tasks"], NOW + HOUR / 2)
    first = replace(own, priority=1)
    assert "other_tasks" not in reasons(PoolForecast(pool(), [first, other], NOW).forecast(Mailing(first)))


def test_a_retry_that_comes_late_is_the_end() -> None:
    found = forecast(pool(), mails=10, retry_at=NOW + 6 * HOUR)
    assert (found.ends_at, reasons(found)) == (NOW + 6 * HOUR, ["retry"])


def test_a_task_that_begins_later_finds_what_the_others_left() -> None:
    other = a_demand(1, 15_000)
    own = Mailing(a_demand(0, 1_000), starts_at=NOW + HOUR)
    assert near(PoolForecast(pool(), [other], NOW).ends_at(own), NOW + 1.2 * HOUR)
    assert near(PoolForecast(pool(), [], NOW).ends_at(own), NOW + 1.1 * HOUR)


def test_a_paused_task_has_no_end() -> None:
    found = forecast(pool(), by=NOW + HOUR, paused=True)
    assert (found.ends_at, found.no_end, found.limited_by) == (None, "paused", ())
    assert found.needed
    assert (found.needed.met, found.needed.missing_mails, found.needed.more_services) == (False, 10_000, None)


def test_a_pool_whose_services_are_all_paused_has_no_end() -> None:
    found = forecast(pool(paused=True), by=NOW + HOUR)
    assert (found.ends_at, found.no_end, found.limited_by) == (None, "no_service", ())
    assert found.needed
    assert (found.needed.met, found.needed.missing_mails, found.needed.more_services) == (False, 10_000, None)


def test_an_end_beyond_the_horizon_is_none_but_what_holds_it_up_is_named() -> None:
    found = forecast(pool(1, daily_quota=10, remaining_quota=10), mails=5_000)
    assert (found.ends_at, found.no_end, reasons(found)) == (None, "too_long", ["no_quota"])


def test_a_task_whose_last_mails_are_under_way_ends_now() -> None:
    assert forecast(pool(), mails=0).ends_at == NOW


def test_what_is_met_needs_nothing() -> None:
    needed = forecast(pool(), by=NOW + 2 * HOUR).needed
    assert needed
    assert (needed.met, needed.missing_mails, needed.mails_per_hour, needed.more_services) == (True, 0, 5_000, None)


def test_half_the_time_needs_twice_the_services() -> None:
    needed = forecast(pool(), by=NOW + HOUR / 2).needed
    assert needed
    assert (needed.met, needed.missing_mails, needed.mails_per_hour) == (False, 5_000, 20_000)
    assert (needed.more_services, needed.daily_quota) == (10, None)


def test_where_the_quota_is_the_matter_a_higher_one_would_do() -> None:
    found = forecast(pool(daily_quota=500, remaining_quota=500), by=NOW + 2 * HOUR)
    assert found.needed
    assert (found.needed.missing_mails, found.needed.more_services) == (5_000, 10)
    assert 1_000 <= (found.needed.daily_quota or 0) <= 1_020


def test_nothing_that_is_added_brings_a_late_retry_forward() -> None:
    needed = forecast(pool(), mails=10, by=NOW + HOUR, retry_at=NOW + 6 * HOUR).needed
    assert needed
    assert (needed.met, needed.missing_mails, needed.more_services, needed.daily_quota) == (False, 1, None, None)


@settings(max_examples=60)
@given(st.data(), st.floats(60, 30 * 86_400))
def test_the_quota_that_is_needed_is_enough(data: st.DataObject, seconds: float) -> None:
    rows = [data.draw(services(number)) for number in range(data.draw(st.integers(1, 5)))]
    tasks = [data.draw(demands(number)) for number in range(data.draw(st.integers(1, 4)))]
    own, by = Mailing(tasks[0]), NOW + timedelta(seconds=seconds)
    needed = PoolForecast(rows, tasks, NOW).forecast(own, by).needed
    assert needed
    if needed.daily_quota:
        raised = [_with_quota(row, needed.daily_quota) for row in rows]
        end = PoolForecast(raised, tasks, NOW).ends_at(own)
        assert end is not None
        assert end <= by + max(row.spacing for row in rows)


def _with_quota(row: ServiceState, quota: int) -> ServiceState:
    """The same service if it might send so many a day: a warm-up is over then."""
    whole = row.warm_up.quota(row.daily_quota, row.warm_up_day) if row.warm_up else row.daily_quota
    daily = max(quota, row.daily_quota)
    return replace(row, daily_quota=daily, warm_up=None, remaining_quota=row.remaining_quota + daily - whole)


@settings(max_examples=60)
@given(st.data())
def test_without_a_limit_a_task_ends_sooner_and_the_largest_gain_is_named_first(data: st.DataObject) -> None:
    rows = [data.draw(services(number)) for number in range(data.draw(st.integers(0, 5)))]
    tasks = [data.draw(demands(number)) for number in range(data.draw(st.integers(1, 4)))]
    found = PoolForecast(rows, tasks, NOW).forecast(Mailing(tasks[0]))
    without = [limit.ends_at_without for limit in found.limited_by]
    assert without == sorted(without)
    assert found.ends_at is None or all(NOW <= end < found.ends_at for end in without)
    assert (found.ends_at is None) == (found.no_end is not None)
