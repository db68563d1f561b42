"""Permits that nobody used cost nothing: whose first ones lapsed is not behind for it."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from random import Random
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.allocator import TASKS_PER_TICK, TICK, Plan, plan
from scheduling.allocator_state import AllocatorState, Changes, Demand, absorb
from scheduling.fair_queue import turn_length
from scheduling.leads import Charge, Leads, given_back
from scheduling.permit import Grant
from tests.unit.scheduling.strategies import NOW, a_demand, a_service, an_id

SERVICES = 40


@dataclass
class Crowd:
    """Tasks that share relays whose workers use each grant before the next tick, or are late and use none of it."""

    demands: dict[UUID, Demand]
    late: Callable[[Grant], bool]
    """Asked for tasks of which no mail was claimed yet."""
    state: AllocatorState = field(default_factory=AllocatorState)
    used: Counter[UUID] = field(default_factory=Counter)
    """Permits, by user."""
    lapsed: Counter[UUID] = field(default_factory=Counter)

    def ticks(self, count: int) -> Iterator[tuple[AllocatorState, Plan]]:
        """What was known before each plan, and the plan."""
        now = NOW
        services = {row.id: row for row in (a_service(n, 0.9) for n in range(SERVICES))}
        for _ in range(count):
            read = Changes(tuple(services.values()), tuple(self.demands.values()), complete=True)
            before = absorb(self.state, read, now)
            decision = plan(before, now)
            yield before, decision
            self.state = decision.state
            for grant in decision.grants:
                demand = self.demands[grant.task_id]
                if not demand.begun and self.late(grant):
                    self.lapsed[demand.user_id] += grant.count
                    continue
                self.used[demand.user_id] += grant.count
                self.demands[grant.task_id] = replace(demand, ready=demand.ready - grant.count, begun=True)
                for run in grant.runs:
                    row = services[run.service_id]
                    free_at = max(row.next_available_at, run.last_at + row.spacing)
                    services[row.id] = replace(row, last_permit_no=run.last_no, next_available_at=free_at)
            now += TICK


def crowd(tasks: int, ready: int, late: Callable[[Grant], bool], users: int | None = None) -> Crowd:
    demands = [a_demand(n, ready, user=None if users is None else min(n, users - 1)) for n in range(tasks)]
    return Crowd({demand.task_id: demand for demand in demands}, late)


def a_turn(tasks: int) -> int:
    """The longest turn, and what the tasks that are served in a tick share of its rest."""
    return turn_length(tasks, TASKS_PER_TICK) + -(-3 * SERVICES // TASKS_PER_TICK)


def passed_over(before: AllocatorState, decision: Plan) -> set[UUID]:
    """Those who wait for their first mail without any permit, and get none though somebody's second turn comes."""
    granted = {grant.task_id for grant in decision.grants}
    held = {out.task_id for out in before.outstanding}
    if not any(before.demands[task_id].begun for task_id in granted):
        return set()
    return {id_ for id_, demand in before.demands.items() if not demand.begun} - held - granted


def test_a_task_whose_first_permit_lapsed_twice_goes_before_everybodys_turn_of_ten() -> None:
    unlucky, tries = an_id("task", 0), 0

    def late(grant: Grant) -> bool:
        nonlocal tries
        tries += grant.task_id == unlucky
        return grant.task_id == unlucky and tries <= 2

    world = crowd(600, 10, late)
    for before, decision in world.ticks(30):
        assert not passed_over(before, decision)
    assert world.lapsed[an_id("user", 0)] == 2
    assert world.used[an_id("user", 0)]


@settings(max_examples=15)
@given(st.integers(1, 400), st.integers(1, 30), st.integers(0, 2**32), st.floats(0, 0.9))
def test_no_task_without_a_first_mail_is_passed_over_in_a_crowd(
    tasks: int, ready: int, seed: int, lateness: float
) -> None:
    random = Random(seed)
    for before, decision in crowd(tasks, ready, lambda _: random.random() < lateness).ticks(30):
        assert not passed_over(before, decision)


@settings(max_examples=15)
@given(st.integers(2, 300), st.integers(0, 2**32), st.floats(0, 0.9))
def test_users_who_always_wait_differ_by_a_turn_and_by_what_lapsed(users: int, seed: int, lateness: float) -> None:
    random = Random(seed)
    world = crowd(users, 1_000_000, lambda _: random.random() < lateness)
    for _ in world.ticks(30):
        had = [world.used[an_id("user", n)] + world.lapsed[an_id("user", n)] for n in range(users)]
        assert max(world.used.values(), default=0) - min(had) <= a_turn(users)


@settings(max_examples=15)
@given(st.integers(2, 100), st.integers(2, 200), st.integers(0, 2**32), st.floats(0, 0.9))
def test_a_user_with_many_tasks_gains_nothing_by_permits_that_lapse(
    others: int, theirs: int, seed: int, lateness: float
) -> None:
    random, heavy = Random(seed), an_id("user", others)
    world = crowd(others + theirs, 1_000_000, lambda _: False, users=others + 1)
    world.late = lambda grant: world.demands[grant.task_id].user_id == heavy and random.random() < lateness
    for _ in world.ticks(30):
        least = min(world.used[an_id("user", number)] for number in range(others))
        assert world.used[heavy] - least <= a_turn(others + theirs)


def test_what_was_charged_is_kept_only_for_permits_that_are_out_for_tasks_that_have_not_begun() -> None:
    random = Random(1)
    for _, decision in crowd(300, 10, lambda _: random.random() < 0.5).ticks(30):
        out = {each.task_id for each in decision.state.outstanding}
        assert decision.state.charges.keys() <= out


def test_nobody_comes_before_those_furthest_behind_by_what_is_given_back() -> None:
    task, user = an_id("task", 0), an_id("user", 0)
    leads = Leads({0: {user: 3.0}, 1: {user: 2.0}}, {task: -1.0})
    assert given_back(leads, [(task, Charge(user, 4.0, {0: 5.0}))]) == Leads(
        {0: {user: 0.0}, 1: {user: 2.0}}, {task: -1.0}
    )


def test_a_user_keeps_the_lead_of_permits_that_were_used() -> None:
    user = an_id("user", 0)
    lapsed = Charge(user, 1.0, {0: 1.0}).plus(Charge(user, 1.0, {0: 0.5, 1: 0.5}))
    left = given_back(Leads({0: {user: 3.0}, 1: {user: 2.0}}), [(an_id("task", 0), lapsed)])
    assert left == Leads({0: {user: 1.5}, 1: {user: 1.5}})
