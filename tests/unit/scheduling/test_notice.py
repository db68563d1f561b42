"""What waiting tasks are told."""

from dataclasses import replace
from datetime import time, timedelta

from scheduling.allocator import TICK, plan
from scheduling.allocator_state import AllocatorState, Changes, absorb
from scheduling.pacing import SendingWindow
from scheduling.service import ServiceState
from scheduling.wait import Wait, WaitNotice, WaitReason
from tests.unit.scheduling.strategies import NOW, a_demand, a_service, a_state, an_id

TOMORROW = NOW + timedelta(hours=15)
IN_A_MINUTE = NOW + timedelta(minutes=1)


def waits(*services: ServiceState) -> tuple[Wait, ...]:
    """What one task is told that could use any number of permits of these services."""
    (notice,) = plan(a_state(list(services), [a_demand()]), NOW).waits
    return notice.waits


def test_an_empty_pool_and_a_paused_one_have_no_service() -> None:
    paused = a_service(paused=True)
    assert waits() == (Wait(WaitReason.NO_SERVICE, None),)
    assert waits(paused) == (Wait(WaitReason.NO_SERVICE, None, (paused.id,), (paused.name,), 1),)


def test_services_that_pace_themselves_are_a_rate_limit_that_ends_at_any_moment() -> None:
    assert waits(a_service(1), a_service(2)) == (Wait(WaitReason.RATE_LIMIT, None),)


def test_a_turn_far_ahead_is_told() -> None:
    assert waits(a_service(interval=60, dialogue=timedelta(0))) == (Wait(WaitReason.RATE_LIMIT, IN_A_MINUTE),)


def test_an_empty_quota_names_its_services_and_the_first_midnight() -> None:
    late = a_service(2, remaining_quota=0, quota_reset_at=TOMORROW + timedelta(hours=1))
    first, *rest = waits(a_service(1, remaining_quota=0), late)
    assert (first.reason, first.retry_at, rest) == (WaitReason.NO_QUOTA, TOMORROW, [])
    assert set(first.service_names) == {"service 1", "service 2"}


def test_a_service_without_any_quota_promises_nothing() -> None:
    (wait,) = waits(a_service(daily_quota=0, remaining_quota=0))
    assert (wait.reason, wait.retry_at) == (WaitReason.NO_QUOTA, None)


def test_a_closed_window_is_told_with_its_opening() -> None:
    (wait,) = waits(a_service(window=SendingWindow("UTC", time(14), time(17))))
    assert (wait.reason, wait.retry_at) == (WaitReason.WINDOW, NOW.replace(hour=14))


def test_a_rested_service_is_named_though_the_others_go_on() -> None:
    rested = a_service(2, rested_until=IN_A_MINUTE)
    assert waits(a_service(1), rested) == (
        Wait(WaitReason.RATE_LIMIT, None),
        Wait(WaitReason.SERVICE_RESTED, IN_A_MINUTE, (rested.id,), ("service 2",), 1),
    )


def test_every_reason_is_told_with_the_services_it_concerns() -> None:
    empty = [a_service(number, remaining_quota=0) for number in (2, 3)]
    closed = a_service(4, window=SendingWindow("UTC", time(14), time(17)))
    main, *besides = waits(a_service(1), *empty, closed)
    assert main == Wait(WaitReason.RATE_LIMIT, None)
    assert [(wait.reason, wait.retry_at, wait.service_count) for wait in besides] == [
        (WaitReason.WINDOW, NOW.replace(hour=14), 1),
        (WaitReason.NO_QUOTA, TOMORROW, 2),
    ]


def test_what_holds_a_service_now_is_told_rather_than_what_will() -> None:
    """Its quota is used up; at midnight its window will be closed until the morning."""
    (wait,) = waits(a_service(remaining_quota=0, window=SendingWindow("UTC", time(8), time(17))))
    assert (wait.reason, wait.retry_at) == (WaitReason.NO_QUOTA, NOW.replace(day=3, hour=8))


def test_tasks_that_share_the_services_are_told_that_each_has_its_turn() -> None:
    state = a_state([a_service()], [a_demand(1), a_demand(2)])
    (notice,) = plan(state, NOW).waits
    assert (notice.waits, len(notice.task_ids)) == ((Wait(WaitReason.TURN, None),), 2)


def test_of_many_services_a_few_more_or_less_are_no_news() -> None:
    rows = [a_service(number, remaining_quota=0 if number < 50 else 1000) for number in range(100)]
    state = a_state(rows, [a_demand()])
    assert told(state, Changes((replace(rows[60], remaining_quota=0),))) == ()
    assert len(told(state, Changes(tuple(replace(row, remaining_quota=0) for row in rows[50:60])))) == 1


def test_where_all_services_are_rested_that_is_the_only_reason() -> None:
    (wait,) = waits(a_service(1, rested_until=IN_A_MINUTE), a_service(2, rested_until=TOMORROW))
    assert (wait.reason, wait.retry_at, wait.service_count) == (WaitReason.SERVICE_RESTED, IN_A_MINUTE, 2)


def test_only_the_first_ten_services_are_named() -> None:
    (wait,) = waits(*(a_service(number, remaining_quota=0) for number in range(300)))
    assert (len(wait.service_ids), len(wait.service_names), wait.service_count) == (10, 10, 300)


def told(state: AllocatorState, changes: Changes) -> tuple[WaitNotice, ...]:
    """What is published in the tick after a change."""
    later = NOW + TICK
    return plan(absorb(plan(state, NOW).state, changes, later), later).waits


EMPTY = a_service(remaining_quota=0)


def test_a_moment_that_moves_a_little_is_no_news() -> None:
    row = replace(EMPTY, quota_reset_at=TOMORROW + timedelta(seconds=4))
    assert told(a_state([EMPTY], [a_demand()]), Changes((row,))) == ()


def test_a_moment_that_moves_a_lot_is_news() -> None:
    row = replace(EMPTY, quota_reset_at=TOMORROW + timedelta(seconds=6))
    (notice,) = told(a_state([EMPTY], [a_demand()]), Changes((row,)))
    assert notice.waits[0].retry_at == row.quota_reset_at


def test_another_reason_is_news_to_every_waiting_task() -> None:
    state = a_state([EMPTY], [a_demand(1), a_demand(2)])
    (notice,) = told(state, Changes((replace(EMPTY, rested_until=TOMORROW + timedelta(days=1)),)))
    assert set(notice.task_ids) == {an_id("task", 1), an_id("task", 2)}


def test_a_task_that_came_later_is_told_alone() -> None:
    (notice,) = told(a_state([EMPTY], [a_demand(1)]), Changes(demands=(a_demand(2),)))
    assert notice.task_ids == (an_id("task", 2),)


def test_a_task_that_waits_no_more_is_told_so() -> None:
    (notice,) = told(a_state([EMPTY], [a_demand(1)]), Changes(demands=(a_demand(1, ready=0),)))
    assert notice == WaitNotice((an_id("task", 1),), ())
