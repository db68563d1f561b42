"""The forecast against the real allocator in a simulated world: it foresees when each task ends.

Tolerance: 5 % of the time a task takes, and 5 s (two ticks, and mails that are dealt out in turns of several).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import UUID

import pytest

from scheduling.allocator_state import Demand
from scheduling.forecast import Mailing, PoolForecast
from scheduling.pacing import SendingWindow
from scheduling.service import ServiceKind, ServiceState
from tests.unit.scheduling.simulation import START, World
from tests.unit.scheduling.strategies import a_demand, a_service

DAY = timedelta(days=1)
MIDNIGHT = START + timedelta(hours=15)
PART, SECONDS = 0.05, 5


def pool(size: int = 20, interval: float = 3.0, **changes: object) -> list[ServiceState]:
    return [a_service(number, interval, quota_reset_at=MIDNIGHT, **changes) for number in range(size)]


def ends(services: Iterable[ServiceState], demands: list[Demand], seconds: float) -> dict[UUID, datetime]:
    """When the last mail of each task left; quotas are whole again at each midnight."""
    world = World.of(services, demands)
    for day in range(int(timedelta(seconds=seconds) // DAY) + 1):
        world.at(MIDNIGHT + day * DAY, lambda: begin_day(world))
    world.run(seconds)
    assert not any(demand.ready for demand in world.demands.values()), "the simulation was too short"
    return {mail.task_id: mail.ended_at for mail in sorted(world.sent, key=lambda mail: mail.ended_at)}


def begin_day(world: World) -> None:
    for id_, row in world.services.items():
        world.services[id_] = replace(row, remaining_quota=row.daily_quota, quota_reset_at=row.quota_reset_at + DAY)


def assert_foreseen(services: list[ServiceState], demands: list[Demand], seconds: float) -> None:
    forecast = PoolForecast(services, demands, START)
    for task_id, ended_at in ends(services, demands, seconds).items():
        own = next(demand for demand in demands if demand.task_id == task_id)
        foreseen = forecast.ends_at(Mailing(own))
        assert foreseen is not None
        tolerance = PART * (ended_at - START) + timedelta(seconds=SECONDS)
        assert abs(foreseen - ended_at) <= tolerance, (own.ready, foreseen - START, ended_at - START)


@pytest.mark.parametrize("mails", [1, 5, 20, 33, 500])
def test_one_task_on_mailboxes(mails: int) -> None:
    assert_foreseen(pool(), [a_demand(ready=mails)], 200)


@pytest.mark.parametrize("mails", [1, 2, 5, 9])
def test_few_mails_on_services_with_long_intervals(mails: int) -> None:
    assert_foreseen(pool(4, interval=600), [a_demand(ready=mails)], 3000)


def test_services_of_several_speeds_that_are_busy_at_first() -> None:
    services = [
        replace(
            service, sending_interval=timedelta(seconds=1 + number), next_available_at=START + timedelta(seconds=number)
        )
        for number, service in enumerate(pool(12))
    ]
    assert_foreseen(services, [a_demand(ready=400)], 300)


def test_relays_beside_mailboxes() -> None:
    relay = a_service(99, 0.05, kind=ServiceKind.RELAY, max_connections=4, quota_reset_at=MIDNIGHT)
    assert_foreseen([relay, *pool(10)], [a_demand(ready=2000)], 200)


def test_users_share_alike_whatever_number_of_tasks_they_have() -> None:
    small = [a_demand(number, ready=40, user=1) for number in range(1, 6)]
    assert_foreseen(pool(), [a_demand(0, ready=900), *small, a_demand(6, ready=100)], 300)


def test_higher_priorities_come_first() -> None:
    demands = [a_demand(0, ready=150, priority=1), a_demand(1, ready=200), a_demand(2, ready=300)]
    assert_foreseen(pool(), demands, 200)


def test_weights_share_in_proportion() -> None:
    demands = [a_demand(0, ready=400, weight=3.0), a_demand(1, ready=300), a_demand(2, ready=150, user=1, weight=2.0)]
    assert_foreseen(pool(), demands, 300)


def test_sixty_tasks_beside_a_big_one() -> None:
    assert_foreseen(pool(60), [a_demand(ready=2000), *(a_demand(number, ready=20) for number in range(1, 61))], 300)


def test_of_a_crowd_that_is_served_in_longer_turns_none_ends_later_than_foreseen() -> None:
    demands = [a_demand(ready=2000), *(a_demand(number, ready=20) for number in range(1, 101))]
    forecast = PoolForecast(pool(60), demands, START)
    for task_id, ended_at in ends(pool(60), demands, 300).items():
        own = next(demand for demand in demands if demand.task_id == task_id)
        foreseen = forecast.ends_at(Mailing(own))
        assert foreseen is not None
        assert ended_at <= foreseen + PART * (ended_at - START) + timedelta(seconds=SECONDS)


@pytest.mark.parametrize(("mails", "days"), [(150, 0), (420, 1), (600, 2)])
def test_quotas_that_last_for_days(mails: int, days: int) -> None:
    services = pool(5, interval=20, daily_quota=40, remaining_quota=25)
    assert_foreseen(services, [a_demand(ready=mails)], 54_600 + days * 86_400)


def test_a_window_that_opens_later_and_closes_before_all_is_sent() -> None:
    window = SendingWindow("UTC", time(12), time(13))
    assert_foreseen(pool(3, interval=60, window=window), [a_demand(ready=400)], 184_800)


def test_services_that_are_rested_at_first() -> None:
    rested = pool(10, rested_until=START + timedelta(seconds=120))
    assert_foreseen([*pool(20)[10:], *rested], [a_demand(ready=700)], 300)
