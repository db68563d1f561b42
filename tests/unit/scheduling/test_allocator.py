"""Properties of a plan, over short histories of many kinds of pools."""

import copy
import itertools
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import datetime, time, timedelta
from uuid import UUID

from hypothesis import example, given
from pydantic import TypeAdapter

from scheduling.allocator import HORIZON, TASKS_PER_TICK, TICK, plan
from scheduling.allocator_state import AllocatorState, Changes, absorb
from scheduling.availability import available, spread
from scheduling.fair_queue import turn_length
from scheduling.pacing import SendingWindow, WarmUp
from scheduling.permit import Permit, PermitRun
from scheduling.pins import claimants
from scheduling.service import ServiceKind
from scheduling.wait import WaitReason
from tests.unit.scheduling.strategies import NOW, Step, a_demand, a_service, a_state, an_id, histories, states

STATE = TypeAdapter(AllocatorState)


def granted(step: Step) -> list[Permit]:
    return [permit for grant in step.plan.grants for run in grant.runs for permit in run.permits()]


def held(step: Step) -> list[PermitRun]:
    """What is out before the plan, as far as it still lives."""
    return [out.run for out in absorb(step.before, Changes(), step.now).outstanding]


def by_service(permits: list[Permit]) -> dict[UUID, list[Permit]]:
    groups = defaultdict(list)
    for permit in sorted(permits, key=lambda permit: permit.not_before):
        groups[permit.service_id].append(permit)
    return groups


@given(histories())
def test_no_plan_spends_more_than_a_service_has_left(history: list[Step]) -> None:
    for step in history:
        out = Counter(dict.fromkeys(step.before.services, 0))
        for run in held(step):
            out[run.service_id] += run.count
        for service_id, permits in by_service(granted(step)).items():
            row = step.before.services[service_id]
            today = [permit for permit in permits if permit.not_before < row.quota_reset_at]
            if today:
                assert len(today) + out[service_id] <= row.remaining_quota
            if tomorrow := permits[len(today) :]:
                assert len(tomorrow) + out[service_id] <= row.day_quota(tomorrow[0].not_before)


@given(histories())
def test_permits_of_a_service_lie_a_spacing_apart(history: list[Step]) -> None:
    for step in history:
        last: dict[UUID, datetime] = {}
        for run in held(step):
            last[run.service_id] = max(last.get(run.service_id, run.last_at), run.last_at)
        for service_id, permits in by_service(granted(step)).items():
            moments = [permit.not_before for permit in permits]
            moments[:0] = [last[service_id]] if service_id in last else []
            spacing = step.before.services[service_id].spacing
            assert all(later - earlier >= spacing for earlier, later in itertools.pairwise(moments))


@given(histories())
def test_no_permit_comes_before_its_service_is_free(history: list[Step]) -> None:
    for step in history:
        for permit in granted(step):
            row = step.before.services[permit.service_id]
            assert not row.paused
            assert permit.not_before >= max(step.now, row.next_available_at, row.rested_until or step.now)
            assert row.window is None or row.window.next_open(permit.not_before) == permit.not_before


@given(histories())
def test_no_permit_is_given_beyond_the_horizon(history: list[Step]) -> None:
    assert all(permit.not_before <= step.now + HORIZON for step in history for permit in granted(step))


@given(histories())
def test_a_service_that_was_rested_is_tried_with_one_mail_at_a_time(history: list[Step]) -> None:
    for step in history:
        out = Counter(out.run.service_id for out in step.plan.state.outstanding for _ in range(out.run.count))
        probing = [row.id for row in step.before.services.values() if row.probing]
        given_now = {permit.service_id for permit in granted(step)}
        assert all(out[service_id] == 1 for service_id in probing if service_id in given_now)


@given(states(most_demands=1))
@example(a_state([a_service(rested_until=NOW + HORIZON / 4)], [a_demand(ready=1)]))
def test_no_service_stays_idle_while_mail_is_waiting_that_may_use_it(state: AllocatorState) -> None:
    decision = plan(state, NOW)
    usable = {row.id for row in state.services.values() if row.usable(NOW)}
    new = set(decision.state.outstanding) - set(state.outstanding)
    live = [out for out in decision.state.outstanding if out in new or out.run.service_id in usable]
    waiting = claimants(decision.state, live, usable, NOW)
    runs = [out.run for out in decision.state.outstanding]
    services = available(decision.state.services.values(), runs, NOW, 0)
    spread(services, decision.state.phases, NOW + HORIZON)
    idle = {each.service.id for each in services if each.block(NOW + HORIZON)}
    for task in waiting:
        assert not idle if task.need else not idle & set(task.pins)


@given(histories())
def test_numbers_of_a_service_rise_for_ever(history: list[Step]) -> None:
    last: dict[UUID, int] = {}
    for step in history:
        for service_id, permits in by_service(granted(step)).items():
            numbers = [last.get(service_id, 0), *(permit.no for permit in permits)]
            assert all(earlier < later for earlier, later in itertools.pairwise(numbers))
            last[service_id] = numbers[-1]


@given(histories())
def test_an_allocator_that_lost_its_state_uses_no_number_again(history: list[Step]) -> None:
    used = {permit.id for step in history for permit in granted(step)}
    last = history[-1]
    later = last.now + TICK
    fresh = plan(a_state(list(last.before.services.values()), list(last.before.demands.values()), later), later)
    assert not used & {permit.id for grant in fresh.grants for run in grant.runs for permit in run.permits()}


@given(histories())
def test_no_grant_has_the_id_of_another(history: list[Step]) -> None:
    ids = [grant.id for step in history for grant in step.plan.grants]
    assert len(ids) == len(set(ids))


@given(histories())
def test_a_plan_is_the_same_each_time_and_leaves_its_input_alone(history: list[Step]) -> None:
    for step in history:
        before = copy.deepcopy(step.before)
        assert plan(step.before, step.now) == step.plan
        assert step.before == before


@given(histories())
def test_the_state_survives_json(history: list[Step]) -> None:
    for step in history:
        state = step.plan.state
        carried = STATE.validate_json(STATE.dump_json(state))
        assert carried == state
        later = step.now + TICK
        assert plan(carried, later) == plan(state, later)


@given(histories())
def test_waiting_tasks_and_no_others_are_told_why(history: list[Step]) -> None:
    told: dict[UUID, bool] = {}
    for step in history:
        for notice in step.plan.waits:
            told |= {task_id: bool(notice.waits) for task_id in notice.task_ids}
        assert {task_id for task_id, waits in told.items() if waits} == set(step.plan.state.unserved_since)


@given(histories())
def test_an_allocator_sleeps_a_tick_at_least_and_for_ever_without_demand(history: list[Step]) -> None:
    for step in history:
        assert step.plan.wake_at is None or step.plan.wake_at >= step.now + TICK
        assert step.plan.state.demands or step.plan.wake_at is None


def test_at_most_forty_tasks_are_granted_in_a_tick() -> None:
    state = a_state([a_service(number, interval=0.5) for number in range(100)], [a_demand(n) for n in range(100)])
    assert len(plan(state, NOW).grants) == TASKS_PER_TICK


def test_the_tasks_that_are_served_in_a_tick_share_all_of_it() -> None:
    services = [a_service(number, interval=0.9) for number in range(100)]
    counts = [grant.count for grant in plan(a_state(services, [a_demand(n) for n in range(100)]), NOW).grants]
    assert max(counts) - min(counts) <= turn_length(100, TASKS_PER_TICK)
    assert sum(counts) > 190


def test_services_that_are_all_free_start_spread_over_their_interval() -> None:
    services = [a_service(number, interval=2.9) for number in range(100)]
    decision = plan(a_state(services, [a_demand()]), NOW)
    moments = sorted(run.first_at for grant in decision.grants for run in grant.runs)
    gaps = {later - earlier for earlier, later in itertools.pairwise(moments)}
    assert moments[0] == NOW
    assert gaps == {timedelta(seconds=0.03)}


def test_a_phase_is_kept_until_it_is_used() -> None:
    services = [a_service(number, interval=3.9) for number in range(100)]
    first = plan(a_state(services, [a_demand()]), NOW)
    second = plan(first.state, NOW + TICK)
    moments = sorted(run.first_at for each in (first, second) for grant in each.grants for run in grant.runs)
    assert moments == [NOW + timedelta(seconds=0.04 * number) for number in range(76)]


def test_a_phase_is_forgotten_once_it_is_used_or_nobody_waits() -> None:
    services = [a_service(number) for number in range(100)]
    busy, quiet = (plan(a_state(services, [a_demand(ready=ready)]), NOW) for ready in (1_000, 1))
    used = {run.service_id for grant in busy.grants for run in grant.runs}
    assert busy.state.phases.keys() == {service.id for service in services} - used
    assert quiet.state.phases == {}


def test_a_mail_for_idle_services_goes_at_once_through_the_best() -> None:
    services = [a_service(1, success_rate=0.9), a_service(2, success_rate=1.0), a_service(3, success_rate=0.5)]
    (grant,) = plan(a_state(services, [a_demand(ready=1)]), NOW).grants
    assert (grant.runs[0].service_id, grant.runs[0].first_at) == (services[1].id, NOW)


def test_a_fast_relay_is_granted_in_one_run() -> None:
    relay = a_service(interval=0.01, kind=ServiceKind.RELAY, max_connections=20)
    (grant,) = plan(a_state([relay], [a_demand()]), NOW).grants
    assert [run.count for run in grant.runs] == [201]


def test_slow_workers_get_no_more_permits_than_they_can_use() -> None:
    now, state = NOW, a_state([a_service(number, interval=1.0) for number in range(100)], [a_demand()])
    for _ in range(8):
        state = plan(state, now).state
        now += TICK
    assert sum(out.run.count for out in state.outstanding) <= 200


def test_a_wait_is_told_once() -> None:
    state = a_state([a_service()], [a_demand()])
    first = plan(state, NOW)
    second = plan(first.state, NOW + TICK)
    assert (len(first.waits), second.waits) == (1, ())


def test_the_allocator_wakes_a_tick_before_the_quota_comes_back() -> None:
    empty = a_service(remaining_quota=0)
    decision = plan(a_state([empty], [a_demand()]), NOW)
    assert decision.wake_at == empty.quota_reset_at - TICK
    assert [wait.reason for wait in decision.waits[0].waits] == [WaitReason.NO_QUOTA]


def test_after_midnight_a_service_that_warms_up_gets_what_its_new_day_allows() -> None:
    """The row still shows yesterday: the guard resets it with the next claim."""
    row = a_service(interval=0.1, dialogue=timedelta(0), warm_up=WarmUp(2, 3), quota_reset_at=NOW - TICK)
    (grant,) = plan(a_state([replace(row, remaining_quota=0)], [a_demand()]), NOW).grants
    assert grant.count == 5


def test_jitter_lengthens_the_expected_distance_by_half_its_share() -> None:
    mailbox = a_service(interval=10, jitter=0.5, dialogue=timedelta(seconds=1))
    relay = replace(mailbox, kind=ServiceKind.RELAY)
    assert [row.spacing.total_seconds() for row in (mailbox, relay)] == [13.5, 12.5]


def test_permits_that_lapsed_are_granted_again() -> None:
    first = plan(a_state([a_service(interval=60)], [a_demand(ready=1)]), NOW)
    later = NOW + timedelta(seconds=6)
    assert [grant.count for grant in plan(first.state, later).grants] == [1]


def test_the_allocator_looks_again_soon_while_permits_are_used() -> None:
    decision = plan(a_state([a_service(interval=60)], [a_demand(ready=1)]), NOW)
    assert decision.wake_at == NOW + TICK


def test_no_permit_is_given_beyond_the_closing_of_a_window() -> None:
    closes_soon = SendingWindow("UTC", time(8), time(9, 0, 1))
    relay = a_service(interval=0.03, kind=ServiceKind.RELAY, dialogue=timedelta(0), window=closes_soon)
    (grant,) = plan(a_state([relay], [a_demand()]), NOW).grants
    assert max(run.last_at for run in grant.runs) == NOW + timedelta(seconds=0.99)


def test_numbers_go_on_from_the_guard_where_the_clock_fell_back() -> None:
    """The stack's clock can be moved by days, and the state be lost."""
    service = a_service(last_permit_no=9_000_000_000_000_000)
    (grant,) = plan(a_state([service], [a_demand(ready=1)]), NOW).grants
    assert grant.runs[0].first_no == service.last_permit_no + 1


def test_shares_by_weight_hold_from_tick_to_tick() -> None:
    now, state, given = NOW, a_state([a_service(interval=0.9)], [a_demand(0, weight=3.0), a_demand(1)]), Counter[UUID]()
    for _ in range(40):
        decision = plan(state, now)
        for grant in decision.grants:
            given[grant.task_id] += grant.count
        state, now = decision.state, now + TICK
    assert abs(given[an_id("task", 0)] - 3 * given[an_id("task", 1)]) <= 3


def test_the_lowest_priority_does_not_starve_from_tick_to_tick() -> None:
    low, high = a_demand(0, priority=-1), a_demand(1, priority=1)
    now, state, served = NOW, a_state([a_service(interval=0.9)], [low, high]), 0
    for _ in range(130):
        decision = plan(state, now)
        served += sum(grant.count for grant in decision.grants if grant.task_id == low.task_id)
        state, now = decision.state, now + TICK
    assert served >= 1
