"""How news is merged into the allocator's state."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from scheduling.allocator import TICK, plan
from scheduling.allocator_state import RECENTLY, AllocatorState, Changes, absorb, without_rows
from scheduling.service import ServiceKind
from tests.unit.scheduling.strategies import (
    NOW,
    Step,
    a_demand,
    a_service,
    a_state,
    an_id,
    demands,
    histories,
    services,
)

LATER = NOW + TICK


@st.composite
def changes(draw: st.DrawFn) -> Changes:
    numbers = st.sets(st.integers(0, 6), max_size=4).map(sorted)
    return Changes(
        services=tuple(draw(services(number)) for number in draw(numbers)),
        demands=tuple(draw(demands(number)) for number in draw(numbers)),
        removed_services=tuple(an_id("service", number) for number in draw(numbers)),
        removed_tasks=tuple(an_id("task", number) for number in draw(numbers)),
        complete=draw(st.booleans()),
    )


@given(histories(ticks=2), changes())
def test_what_is_seen_twice_does_no_harm(history: list[Step], news: Changes) -> None:
    now = history[-1].now + TICK
    once = absorb(history[-1].plan.state, news, now)
    assert absorb(once, news, now) == once


@given(histories(ticks=2), changes())
def test_what_has_left_is_forgotten_with_its_permits(history: list[Step], news: Changes) -> None:
    state = absorb(history[-1].plan.state, news, history[-1].now)
    assert not state.services.keys() & set(news.removed_services)
    assert not state.demands.keys() & set(news.removed_tasks)
    assert all(out.run.service_id in state.services for out in state.outstanding)
    assert not {out.task_id for out in state.outstanding} & set(news.removed_tasks)


@given(histories(ticks=2), changes(), st.integers(0, 2**32))
def test_the_order_of_rows_does_not_matter_to_the_plan(history: list[Step], news: Changes, seed: int) -> None:
    mixed = replace(
        news,
        services=tuple(Random(seed).sample(news.services, len(news.services))),
        demands=tuple(Random(seed).sample(news.demands, len(news.demands))),
    )
    before, now = history[-1].plan.state, history[-1].now + TICK
    assert plan(absorb(before, mixed, now), now).grants == plan(absorb(before, news, now), now).grants


def granted_run() -> AllocatorState:
    """Four permits of a relay are out, half a second apart."""
    relay = a_service(interval=0.5, kind=ServiceKind.RELAY, max_connections=4)
    return plan(a_state([relay], [a_demand(ready=4)]), NOW).state


def test_permits_up_to_the_one_the_guard_saw_last_are_not_out_any_more() -> None:
    state = granted_run()
    run = state.outstanding[0].run
    row = replace(state.services[run.service_id], last_permit_no=run.first_no + 1)
    left = absorb(state, Changes((row,)), LATER).outstanding
    assert [(out.run.first_no, out.run.count) for out in left] == [(run.first_no + 2, 2)]


def test_permits_are_out_until_they_expire() -> None:
    state = granted_run()
    counts = [
        sum(out.run.count for out in absorb(state, Changes(), NOW + timedelta(seconds=seconds)).outstanding)
        for seconds in (4.9, 5, 5.5, 6, 6.5)
    ]
    assert counts == [4, 3, 2, 1, 0]


def test_a_task_without_ready_mail_is_no_demand_but_its_permits_are_still_out() -> None:
    state = absorb(granted_run(), Changes(demands=(a_demand(ready=0),)), NOW)
    assert (state.demands, len(state.outstanding)) == ({}, 1)


def test_a_complete_reading_replaces_everything() -> None:
    state = absorb(granted_run(), Changes((a_service(1),), (a_demand(1),), complete=True), NOW)
    assert (set(state.services), set(state.demands)) == ({an_id("service", 1)}, {an_id("task", 1)})
    assert state.outstanding == ()


def test_an_older_serving_in_the_ledger_does_not_undo_a_newer_one() -> None:
    state = granted_run()
    read = absorb(state, Changes(demands=(a_demand(ready=4, last_served_at=NOW - TICK),)), NOW)
    assert read.demands[an_id("task", 0)].last_served_at == NOW


def test_what_ended_lately_is_counted_from_the_rise_of_the_counters() -> None:
    state = a_state([a_service(finished=70)], [])
    state = absorb(state, Changes((a_service(finished=75),)), NOW)
    state = absorb(state, Changes((a_service(finished=76),)), LATER)
    assert sum(note.count for note in state.finished) == 6
    assert absorb(state, Changes(), LATER + RECENTLY).finished == ()


@given(histories(ticks=3))
def test_rows_that_were_left_behind_are_read_anew_without_a_trace(history: list[Step]) -> None:
    state, now = history[-1].plan.state, history[-1].now + TICK
    tasks = [*state.demands.values(), *(a_demand(number, ready=0) for number in range(7))]
    named = {demand.task_id: demand for demand in reversed(tasks)}
    whole = Changes(tuple(state.services.values()), tuple(named.values()), complete=True)
    assert plan(absorb(without_rows(state), whole, now), now) == plan(absorb(state, whole, now), now)
