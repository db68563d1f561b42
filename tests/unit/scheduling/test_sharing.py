"""The long-run shares, against the fair queue's own turns and in their own laws."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.allocator_state import Demand
from scheduling.fair_queue import Claimant, FairQueue
from scheduling.leads import Leads
from scheduling.sharing import left_after, mails_until_done
from tests.unit.scheduling.strategies import NOW, a_demand, an_id, demands

crowds = st.integers(1, 12).flatmap(lambda size: st.tuples(*(demands(number) for number in range(size)))).map(list)


def turns_until_done(crowd: list[Demand]) -> dict[UUID, int]:
    """For each task how many permits were given when it had its last, one by one and without ageing."""
    left = {demand.task_id: demand for demand in crowd if demand.ready}
    leads, done, given = Leads(), dict[UUID, int](), 0
    while left:
        queue = FairQueue([_claimant(demand) for demand in left.values()], leads, NOW, 1_000_000)
        for _ in range(20):
            turn = queue.serve(an_id("service", 0), 1)
            if turn is None:
                break
            given += 1
            task_id, _ = turn
            left[task_id] = replace(left[task_id], ready=left[task_id].ready - 1)
            if not left[task_id].ready:
                done[task_id] = given
                del left[task_id]
        leads = queue.leads()
    return done


def _claimant(demand: Demand) -> Claimant:
    return Claimant(
        demand.task_id, demand.user_id, demand.ready, demand.priority, demand.weight, False, NOW - timedelta(0)
    )


@settings(max_examples=60)
@given(crowds)
def test_tasks_end_when_the_fair_queue_ends_them(crowd: list[Demand]) -> None:
    """To within a turn of every task, and 3 %: tasks leave at the end of a tick of 20 permits."""
    weights = {demand.user_id: demand.weight for demand in crowd}  # one for each user: it stays while tasks end
    crowd = [replace(each, ready=min(each.ready, 300), weight=weights[each.user_id]) for each in crowd]
    turns, fluid = turns_until_done(crowd), mails_until_done(crowd)
    assert turns.keys() == fluid.keys()
    for task_id, count in turns.items():
        assert fluid[task_id] == pytest.approx(count, abs=20 + 2 * len(crowd), rel=0.03)


@given(crowds)
def test_the_last_task_ends_when_all_is_sent(crowd: list[Demand]) -> None:
    total = sum(demand.ready for demand in crowd)
    assert max(mails_until_done(crowd).values(), default=0) == pytest.approx(total)


@given(crowds, st.floats(0, 1))
def test_what_is_left_and_what_is_sent_are_the_whole(crowd: list[Demand], part: float) -> None:
    total = sum(demand.ready for demand in crowd)
    left = left_after(crowd, part * total)
    assert sum(left.values()) == pytest.approx((1 - part) * total, abs=1e-3)
    assert all(0 <= left[demand.task_id] <= demand.ready for demand in crowd if demand.ready)


@given(crowds)
def test_nothing_is_left_of_a_task_when_it_is_done(crowd: list[Demand]) -> None:
    for task_id, sent in mails_until_done(crowd).items():
        assert left_after(crowd, sent)[task_id] == pytest.approx(0, abs=1e-3)


def test_users_share_alike_and_so_do_the_tasks_of_a_user() -> None:
    crowd = [a_demand(0, 100, user=0), a_demand(1, 10, user=1), a_demand(2, 10, user=1)]
    done = mails_until_done(crowd)
    assert [done[an_id("task", number)] for number in range(3)] == [120, 40, 40]


def test_a_lower_priority_takes_nothing_away() -> None:
    high, low = a_demand(0, 100, priority=1), a_demand(1, 5, priority=0)
    assert mails_until_done([high, low]) == {high.task_id: 100, low.task_id: 105}
    assert left_after([high, low], 60) == {high.task_id: 40, low.task_id: 5}
