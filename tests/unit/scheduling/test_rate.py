"""The allocator in a simulated world: how well it uses its services, and how long a new task waits."""

from datetime import timedelta

import pytest

from scheduling.service import ServiceKind, ServiceState
from tests.unit.scheduling.simulation import START, Latency, World
from tests.unit.scheduling.strategies import a_demand, a_service, an_id


def pool(interval: float, size: int = 100, **changes: object) -> list[ServiceState]:
    later = START + timedelta(hours=10)
    return [a_service(number, interval=interval, quota_reset_at=later, **changes) for number in range(size)]


def run(services: list[ServiceState], seconds: float = 30, **options: object) -> World:
    """One task that never ends, on these services."""
    world = World.of(services, [a_demand()], **options)
    world.run(seconds)
    return world


@pytest.mark.parametrize("interval", [3.6, 3.0, 1.0, 0.5])
def test_mailboxes_are_used_to_97_percent_of_their_nominal_rate(interval: float) -> None:
    world = run(pool(interval))
    assert world.share_of_nominal(START + timedelta(seconds=interval)) >= 0.97
    assert world.shortest_gap() >= timedelta(seconds=interval)
    assert world.lapsed == 0


@pytest.mark.parametrize("milliseconds", [500, 1000])
def test_slow_grants_cost_little(milliseconds: int) -> None:
    world = run(pool(1.0), latency=Latency(grant=timedelta(milliseconds=milliseconds)))
    assert world.share_of_nominal(START + timedelta(seconds=3)) >= 0.95
    assert world.lapsed == 0


def test_relays_without_an_interval_are_used_to_95_percent() -> None:
    relays = pool(0.0, 10, kind=ServiceKind.RELAY, max_connections=4, dialogue=timedelta(milliseconds=50))
    assert run(relays, 10).share_of_nominal(START + timedelta(seconds=1)) >= 0.95


def test_the_first_mail_leaves_as_soon_as_its_grant_arrives() -> None:
    world = run(pool(3.0), 5)
    assert world.sent[0].started_at - START < timedelta(milliseconds=200)


def test_mails_leave_spread_over_the_interval() -> None:
    """No 100 ms in the second interval carries more than twice its even part."""
    world = run(pool(3.0), 10)
    second = [mail.started_at - START for mail in world.sent if 4 <= (mail.started_at - START).total_seconds() < 7]
    tenths = [sum(4 + n / 10 <= at.total_seconds() < 4.1 + n / 10 for at in second) for n in range(30)]
    assert max(tenths) <= 2 * len(second) / 30


@pytest.mark.parametrize(("interval", "seconds"), [(3.0, 12), (0.9, 10)])
def test_two_hundred_small_tasks_start_soon_beside_a_big_one(interval: float, seconds: float) -> None:
    world = World.of(pool(interval), [a_demand()])
    arrival = START + timedelta(seconds=4.2)
    small = [a_demand(number, ready=20) for number in range(1, 201)]
    world.at(arrival, lambda: world.demands.update({demand.task_id: demand for demand in small}))
    world.run(20)
    first = {mail.task_id: mail.started_at for mail in reversed(world.sent)}
    assert max(first[demand.task_id] for demand in small) - arrival <= timedelta(seconds=seconds)


def test_workers_at_half_speed_let_no_grants_lapse() -> None:
    world = run(pool(1.0), slots=5)
    assert world.lapsed <= len(world.sent) / 100


def test_a_task_that_is_done_costs_no_more_ticks() -> None:
    world = World.of(pool(3.0), [a_demand(ready=10)])
    world.run(60)
    assert len(world.sent) == 10
    assert world.lapsed == 0
    assert world.state.demands == {}
    assert [plan for plan in world.plans[5:] if plan.wake_at] == []


def test_users_of_one_pool_get_equal_shares() -> None:
    world = World.of(pool(1.0), [a_demand(number, user=number // 10) for number in range(30)])
    world.run(20)
    users = {an_id("task", number): number // 10 for number in range(30)}
    counts = [sum(users[mail.task_id] == user for mail in world.sent) for user in range(3)]
    assert max(counts) - min(counts) <= 0.02 * sum(counts)
