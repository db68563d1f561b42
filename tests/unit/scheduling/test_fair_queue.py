"""The fair queue: shares, turns, priorities and ageing."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from scheduling.fair_queue import AGEING, Claimant, FairQueue, turn_length
from scheduling.leads import Leads
from tests.unit.scheduling.strategies import NOW, an_id

PLENTY = 1_000_000
ANY = an_id("service", 0)


def claimant(task: int, user: int | None = None, need: int = PLENTY, priority: int = 0, **changes: object) -> Claimant:
    user_id = an_id("user", task if user is None else user)
    made = Claimant(an_id("task", task), user_id, need, priority, 1.0, never_served=True, unserved_since=NOW)
    return replace(made, **changes)  # type: ignore[arg-type]  # named by the test


def ticks(claimants: Sequence[Claimant], capacities: Sequence[int], breadth: int = 40) -> list[Counter[UUID]]:
    """What each task got in each tick, one second apart; a task's need shrinks as it is served."""
    leads, now, served = Leads(), NOW, []
    waiting = {each.task_id: each for each in claimants}
    for capacity in capacities:
        queue, got = FairQueue(waiting.values(), leads, now, breadth), Counter[UUID]()
        while got.total() < capacity and (turn := queue.serve(ANY, 1)):
            got[turn[0]] += turn[1]
        leads = queue.leads()
        for task_id, count in got.items():
            task = waiting.pop(task_id)
            if task.need > count:
                waiting[task_id] = replace(task, need=task.need - count, never_served=False, unserved_since=now)
        now += timedelta(seconds=1)
        served.append(got)
    return served


def by_user(claimants: Sequence[Claimant], served: Sequence[Counter[UUID]]) -> Counter[UUID]:
    users = {each.task_id: each.user_id for each in claimants}
    total: Counter[UUID] = Counter(dict.fromkeys(users.values(), 0))
    for got in served:
        for task_id, count in got.items():
            total[users[task_id]] += count
    return total


crowds = st.lists(st.integers(1, 6), min_size=1, max_size=30).map(
    lambda sizes: [claimant(10 * user + n, user) for user, size in enumerate(sizes) for n in range(size)]
)
capacity = st.lists(st.integers(1, 120), min_size=20, max_size=20)


@given(crowds, capacity)
def test_users_who_all_fit_into_a_tick_differ_by_one_permit(crowd: list[Claimant], capacities: list[int]) -> None:
    total = by_user(crowd, ticks(crowd, capacities))
    assert max(total.values()) - min(total.values()) <= turn_length(len(crowd), 40)


@settings(max_examples=20)
@given(st.integers(41, 200), st.integers(1, 300))
def test_users_who_do_not_fit_into_a_tick_differ_by_one_turn(users: int, permits: int) -> None:
    crowd = [claimant(number) for number in range(users)]
    total = by_user(crowd, ticks(crowd, [permits] * 30))
    assert max(total.values()) - min(total.values()) <= turn_length(users, 40) + -(-permits // 40)


@given(crowds, capacity)
def test_the_tasks_of_a_user_share_alike(crowd: list[Claimant], capacities: list[int]) -> None:
    total: Counter[UUID] = Counter({each.task_id: 0 for each in crowd})
    for got in ticks(crowd, capacities, breadth=1000):
        total.update(got)
    siblings = defaultdict(list)
    for each in crowd:
        siblings[each.user_id].append(total[each.task_id])
    assert all(max(counts) - min(counts) <= 1 for counts in siblings.values())


def test_many_tasks_bring_a_user_no_more_than_one() -> None:
    crowd = [claimant(0, user=0), *(claimant(number, user=1) for number in range(1, 31))]
    total = by_user(crowd, ticks(crowd, [20] * 5))
    assert set(total.values()) == {50}


def test_weights_share_in_proportion() -> None:
    crowd = [claimant(0, weight=3.0), claimant(1), claimant(2)]
    total = by_user(crowd, ticks(crowd, [10] * 10))
    assert total == {an_id("user", 0): 60, an_id("user", 1): 20, an_id("user", 2): 20}


def test_the_heaviest_waiting_task_weighs_for_its_user() -> None:
    crowd = [claimant(0, user=0, weight=3.0), claimant(1, user=0), claimant(2, user=1)]
    assert by_user(crowd, ticks(crowd, [8] * 10)) == {an_id("user", 0): 60, an_id("user", 1): 20}


def test_a_user_who_is_ahead_and_pauses_stays_ahead_until_the_others_have_caught_up() -> None:
    ahead = an_id("user", 9)
    queue = FairQueue([claimant(0), claimant(1)], Leads({0: {ahead: 5.0}}), NOW, 40)
    for _ in range(4):
        queue.serve(ANY, 1)
    assert queue.leads() == Leads({0: {ahead: 3.0}})


def test_a_small_task_is_served_in_the_tick_after_it_came_beside_a_big_one() -> None:
    crowd = [claimant(0, never_served=False), *(claimant(number, need=20) for number in range(1, 31))]
    (first,) = ticks(crowd, [32])
    assert all(first[each.task_id] for each in crowd)


def test_two_hundred_small_tasks_have_their_first_mail_within_eight_ticks_of_28() -> None:
    crowd = [claimant(0, never_served=False), *(claimant(number, need=20) for number in range(1, 201))]
    served = {task_id for got in ticks(crowd, [28] * 8) for task_id in got}
    assert len(served) == 201


def test_in_a_crowd_each_new_task_has_its_first_permit_before_any_has_ten() -> None:
    first, second = ticks([claimant(number, need=11) for number in range(400)], [111, 100])
    assert sorted(first.values()) == [1] * 32 + [2] + [11] * 7
    assert len(second) == 40
    assert not second.keys() & {task_id for task_id, count in first.items() if count == 11}


def test_in_a_crowd_a_task_that_was_served_gets_several_in_a_row() -> None:
    (got,) = ticks([claimant(number, need=50, never_served=False) for number in range(400)], [100])
    assert sorted(got.values()) == [10] * 10


def test_a_task_never_served_goes_first() -> None:
    crowd = [claimant(number, never_served=False, unserved_since=NOW - AGEING / 2) for number in range(5)]
    queue = FairQueue([*crowd, claimant(9)], Leads(), NOW, 40)
    assert queue.serve(ANY, 1) == (an_id("task", 9), 1)


def test_a_stream_of_new_tasks_does_not_hold_up_an_old_one_for_good() -> None:
    old = claimant(0, never_served=False, priority=1, unserved_since=NOW - 2 * AGEING)
    queue = FairQueue([old, *(claimant(number, priority=1) for number in range(1, 50))], Leads(), NOW, 40)
    assert queue.serve(ANY, 1) == (old.task_id, 1)


def test_a_higher_priority_goes_first() -> None:
    crowd = [claimant(0, priority=-1), claimant(1, priority=0), claimant(2, priority=1, need=6)]
    assert ticks(crowd, [6, 4]) == [{an_id("task", 2): 6}, {an_id("task", 1): 4}]


@given(st.integers(1, 30), st.integers(-1, 0))
def test_no_priority_starves_under_a_flood_of_a_higher_one(permits: int, priority: int) -> None:
    flood = [claimant(number, priority=1) for number in range(1, 5)]
    served = ticks([claimant(0, priority=priority), *flood], [permits] * 130)
    assert sum(got[an_id("task", 0)] for got in served) >= 1


def test_what_a_user_gets_in_one_priority_costs_nothing_in_another() -> None:
    crowd = [claimant(0, priority=1, need=20, user=0), *(claimant(number, user=number - 1) for number in range(1, 11))]
    served = ticks(crowd, [25] * 3)
    assert len({served[0][an_id("task", n)] + served[1][an_id("task", n)] for n in range(1, 11)}) == 1


@given(crowds, capacity)
def test_somebody_is_always_furthest_behind(crowd: list[Claimant], capacities: list[int]) -> None:
    """Leads are counted from whoever is furthest behind, so they do not grow with time."""
    queue = FairQueue(crowd, Leads(), NOW, 40)
    for most in capacities:
        queue.serve(ANY, most)
    leads = queue.leads()
    users = {each.user_id for each in crowd}
    assert all(lead > 0 for lead in (*leads.tasks.values(), *leads.users.get(0, {}).values()))
    assert set(leads.users.get(0, {})) < users


def rounds(claimants: Sequence[Claimant], services: Sequence[UUID], count: int) -> Counter[UUID]:
    """What each task got when these services come round so often, one turn each a tick; needs do not shrink."""
    leads, got, since = Leads(), Counter[UUID](), dict[UUID, datetime]()
    for tick in range(count):
        now = NOW + timedelta(seconds=tick)
        waiting = [replace(each, unserved_since=since.get(each.task_id, NOW)) for each in claimants]
        queue = FairQueue(waiting, leads, now, 40)
        for service_id in services:
            turn = queue.serve(service_id, 1)
            got[turn[0] if turn else service_id] += 1
            since |= {turn[0]: now} if turn else {}
        leads = queue.leads()
    return got


SLOW, FAST = an_id("service", 1), an_id("service", 2)


def pinned(task: int, *services: UUID) -> Claimant:
    return claimant(task, need=0, pins=dict.fromkeys(services, PLENTY))


def test_a_pinned_mail_gets_no_other_service_and_leaves_the_others_theirs() -> None:
    assert rounds([pinned(0, SLOW)], [SLOW, FAST], 10) == {an_id("task", 0): 10, FAST: 10}


@settings(max_examples=30)
@given(st.integers(1, 5), st.integers(0, 5), st.integers(1, 9))
def test_a_service_is_shared_alike_by_those_who_can_use_no_other(mine: int, others: int, turns: int) -> None:
    """Each tick brings an odd number of turns or an even one, and an unpinned task takes what is left elsewhere."""
    crowd = [*(pinned(number, SLOW) for number in range(mine)), *(pinned(9 + n, FAST) for n in range(others))]
    got = rounds([*crowd, claimant(20)], [SLOW] * turns + [FAST] * 3 * turns, 60)
    shares = [got[an_id("task", number)] for number in range(mine)]
    assert max(shares) - min(shares) <= 2
    assert min(shares) >= 60 * turns // (mine + 1) - 2


def test_who_waited_for_a_slow_service_is_not_owed_the_fast_ones() -> None:
    """A task whose pins held it back for long takes few turns before the others once it may go anywhere."""
    slow, big = pinned(0, SLOW), claimant(1)
    leads = Leads()
    for _ in range(50):
        queue = FairQueue([slow, big], leads, NOW, 40)
        for _ in range(20):
            queue.serve(FAST, 1)
        leads = queue.leads()
    free = FairQueue([replace(slow, need=PLENTY), big], leads, NOW, 40)
    got = Counter(turn[0] for _ in range(20) if (turn := free.serve(FAST, 1)))
    assert got[slow.task_id] <= 14


def test_a_new_task_shares_at_once_a_service_that_others_had_for_themselves() -> None:
    leads = Leads()
    for _ in range(50):
        queue = FairQueue([pinned(0, FAST), pinned(1, SLOW)], leads, NOW, 40)
        for _ in range(20):
            queue.serve(FAST, 1)
        queue.serve(SLOW, 1)
        leads = queue.leads()
    queue = FairQueue([pinned(0, FAST), pinned(1, SLOW), claimant(2)], leads, NOW, 40)
    got = Counter(turn[0] for _ in range(20) if (turn := queue.serve(FAST, 1)))
    assert abs(got[an_id("task", 0)] - got[an_id("task", 2)]) <= 1


def test_a_higher_priority_has_its_pinned_service_first() -> None:
    high = replace(pinned(1, SLOW), priority=1)
    assert rounds([claimant(0), high], [FAST, SLOW], 5) == {an_id("task", 0): 5, an_id("task", 1): 5}
