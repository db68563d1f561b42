"""Pinned mails: through their own service, or another's where that is allowed and nothing else is left."""

from collections import Counter, defaultdict
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.allocator import TICK, Plan, plan
from scheduling.allocator_state import AllocatorState, Changes, Demand, absorb
from scheduling.pins import pack, unpack
from scheduling.service import ServiceState
from scheduling.wait import Wait, WaitReason
from tests.unit.scheduling.strategies import NOW, Step, a_demand, a_service, a_state, an_id, demands, histories

OWN, OTHER = an_id("service", 1), an_id("service", 2)
TOMORROW = NOW + timedelta(days=1)
UNUSABLE: dict[str, dict[str, object]] = {
    "paused": {"paused": True},
    "rested": {"rested_until": TOMORROW},
    "empty": {"remaining_quota": 0},
    "without quota": {"daily_quota": 0, "remaining_quota": 0},
}


def by_service(decision: Plan, task_id: UUID) -> Counter[UUID]:
    """How many permits of which service the task got."""
    got: Counter[UUID] = Counter()
    for grant in decision.grants:
        for run in grant.runs:
            got[run.service_id] += run.count if grant.task_id == task_id else 0
    return +got


def usable(state: AllocatorState, service_id: UUID, step: Step) -> bool:
    return service_id in state.services and state.services[service_id].usable(step.now)


def elsewhere(demand: Demand, permits: Counter[UUID], step: Step) -> int:
    """Permits that no mail pinned to their own service could use."""
    return sum(max(0, count - demand.pins.get(service_id, 0)) for service_id, count in permits.items())


@given(histories())
def test_no_pinned_mail_gets_another_service_unless_its_own_cannot_be_used_and_any_will_do(history: list[Step]) -> None:
    for step in history:
        state = absorb(step.before, Changes(), step.now)
        out: defaultdict[UUID, Counter[UUID]] = defaultdict(Counter)
        for each in state.outstanding:
            if usable(state, each.run.service_id, step):
                out[each.task_id][each.run.service_id] += each.run.count
        for task_id, demand in state.demands.items():
            bound = {
                service_id: count
                for service_id, count in demand.pins.items()
                if not demand.pins_fall_back or usable(state, service_id, step)
            }
            free = demand.ready - sum(bound.values())
            before = elsewhere(demand, out[task_id], step)
            after = elsewhere(demand, out[task_id] + by_service(step.plan, task_id), step)
            assert after <= max(before, free)


@given(histories())
def test_no_permit_is_given_that_no_mail_could_use(history: list[Step]) -> None:
    for step in history:
        for grant in step.plan.grants:
            assert 0 < grant.count <= step.before.demands[grant.task_id].ready


@given(st.lists(st.integers(0, 20), unique=True).flatmap(lambda numbers: st.tuples(*map(demands, numbers))))
def test_pins_travel_without_loss(read: tuple[Demand, ...]) -> None:
    changes = Changes(demands=read)
    bare, pinned = pack(changes)
    assert not any(demand.pins for demand in bare.demands)
    assert unpack(bare, pinned) == changes


def unusable(why: str) -> ServiceState:
    return a_service(1, **UNUSABLE[why])  # type: ignore[arg-type]  # chosen by the test


def decide(own: ServiceState | None, other: ServiceState, *, falls_back: bool = True) -> tuple[Plan, Counter[UUID]]:
    """One task with 3 mails, 2 of them pinned, and what it got."""
    task = a_demand(0, ready=3, pins={OWN: 2}, pins_fall_back=falls_back)
    decision = plan(a_state([each for each in (own, other) if each], [task]), NOW)
    return decision, by_service(decision, task.task_id)


def test_pinned_mails_go_through_their_service_and_the_rest_through_any() -> None:
    _, got = decide(a_service(1, interval=0.5), a_service(2, interval=0.5))
    assert got[OWN] >= 2
    assert got.total() == 3


def test_an_interval_is_no_reason_to_take_another_service() -> None:
    _, got = decide(a_service(1, next_available_at=NOW + timedelta(hours=1)), a_service(2, interval=0.1))
    assert got == {OTHER: 1}


@pytest.mark.parametrize("why", UNUSABLE)
def test_where_its_service_cannot_be_used_a_mail_falls_back_to_any(why: str) -> None:
    _, got = decide(unusable(why), a_service(2, interval=0.1))
    assert got == {OTHER: 3}


@pytest.mark.parametrize("why", UNUSABLE)
def test_a_mail_that_shall_wait_for_its_service_waits(why: str) -> None:
    _, got = decide(unusable(why), a_service(2, interval=0.1), falls_back=False)
    assert got == {OTHER: 1}


def test_a_service_that_has_left_is_one_that_cannot_be_used() -> None:
    assert decide(None, a_service(2, interval=0.1))[1] == {OTHER: 3}
    assert decide(None, a_service(2, interval=0.1), falls_back=False)[1] == {OTHER: 1}


@pytest.mark.parametrize(
    ("why", "reason", "retry_at"),
    [
        ("paused", WaitReason.NO_SERVICE, None),
        ("rested", WaitReason.SERVICE_RESTED, TOMORROW),
        ("empty", WaitReason.NO_QUOTA, NOW + timedelta(hours=15)),
    ],
)
def test_mails_that_wait_for_their_service_are_told_its_reason(why: str, reason: str, retry_at: object) -> None:
    decision, _ = decide(unusable(why), a_service(2, interval=0.1), falls_back=False)
    (notice,) = decision.waits
    assert notice.waits == (Wait(WaitReason(reason), retry_at, (OWN,), ("service 1",), 1),)  # type: ignore[arg-type]


def test_each_task_is_told_of_the_services_it_may_use() -> None:
    rested = a_service(1, rested_until=TOMORROW)
    tasks = [a_demand(0), a_demand(1, pins={OWN: 5}, ready=5, pins_fall_back=False)]
    notices = plan(a_state([rested, a_service(2)], tasks), NOW).waits
    told = {task_id: [wait.reason for wait in notice.waits] for notice in notices for task_id in notice.task_ids}
    assert told == {
        an_id("task", 0): [WaitReason.TURN, WaitReason.SERVICE_RESTED],
        an_id("task", 1): [WaitReason.SERVICE_RESTED],
    }


def test_the_allocator_sleeps_while_pinned_mails_wait_for_their_service_alone() -> None:
    rested = a_service(1, rested_until=TOMORROW)
    task = a_demand(1, pins={OWN: 5}, ready=5, pins_fall_back=False)
    assert plan(a_state([rested, a_service(2)], [task]), NOW).wake_at == TOMORROW - TICK


def test_when_a_service_fails_the_mails_it_had_permits_for_move_on_at_once() -> None:
    state = a_state([a_service(1), a_service(2, next_available_at=NOW + TICK)], [a_demand(0, ready=1)])
    first = plan(state, NOW)
    failed = absorb(first.state, Changes((a_service(1, rested_until=TOMORROW), a_service(2))), NOW + TICK)
    assert by_service(plan(failed, NOW + TICK), an_id("task", 0)) == {OTHER: 1}
