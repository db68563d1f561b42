"""What an allocator reads of services and tasks."""

from datetime import time, timedelta

import pytest

from database.queries import allocator
from scheduling.allocator_state import Changes
from scheduling.pacing import SendingWindow, WarmUp
from tests.integration.ledger.world import World


async def read(world: World) -> Changes:
    async with world.pool.acquire() as connection:
        return (await allocator.read(connection, world.pool_id, None)).changes


async def test_a_service_is_read_with_its_jitter_window_and_warm_up(world: World) -> None:
    plain, paced = await world.service(zone="Asia/Kolkata"), await world.service(zone="Asia/Kolkata")
    await world.pool.execute(
        """UPDATE email_service_schedule SET jitter = 0.25, window_opens = '09:00', window_closes = '17:30',
               window_weekdays = '{0,4}', first_day_quota = 20, daily_step = 15, quota_day = '2026-03-05',
               warm_up_from = '2026-03-02' WHERE service_id = $1""",
        paced,
    )

    services = {service.id: service for service in (await read(world)).services}

    assert (services[plain].jitter, services[plain].window, services[plain].warm_up) == (0.0, None, None)
    assert services[paced].jitter == 0.25
    assert services[paced].window == SendingWindow("Asia/Kolkata", time(9), time(17, 30), (0, 4))
    assert (services[paced].warm_up, services[paced].warm_up_day) == (WarmUp(20, 15), 3)


async def test_a_task_is_read_with_its_weight_and_the_mails_that_are_pinned(world: World) -> None:
    service, plain, task = await world.service(), await world.task(), await world.task(mails=5)
    await world.pool.execute("UPDATE tasks SET weight = 2.5, pin_fallback = 'wait' WHERE id = $1", task)
    await world.pool.execute(
        "UPDATE subtasks SET pinned_service_id = $2 WHERE task_id = $1 AND seq <= 3", task, service
    )
    await world.sent(service, task)

    demands = {demand.task_id: demand for demand in (await read(world)).demands}

    assert (demands[plain].pins, demands[plain].pins_fall_back, demands[plain].weight) == ({}, True, 1.0)
    assert (demands[task].pins, demands[task].pins_fall_back, demands[task].weight) == ({service: 2}, False, 2.5)
    assert demands[task].ready == 4


@pytest.mark.unchecked_ledger("quotas are used up without a mail")
async def test_planner_and_guard_agree_on_which_services_can_be_used(world: World) -> None:
    changes = ("status = 'paused'", "rested_until = guard_now() + interval '1 h'", "used_quota = daily_quota",
        "used_quota = daily_quota, quota_reset_at = guard_now() - interval '1 s'", "rested_until = guard_now()",
        "daily_quota = 0", "window_opens = '00:00', window_closes = '00:00', window_weekdays = '{}'",
        "window_opens = '00:00', window_closes = '00:00', window_weekdays = '{0,1,2,3,4,5,6}'",
    )  # fmt: skip
    for change in changes:
        service = await world.service()
        midnight = "quota_reset_at = guard_now() + interval '5 h', " if "reset" not in change else ""
        await world.pool.execute(
            f"UPDATE email_service_schedule SET {midnight}{change} WHERE service_id = $1",
            service,
        )
    said = await world.pool.fetch(
        "SELECT service_id, service_usable(e, n) AS usable, n AS now FROM email_service_schedule e, guard_now() n"
    )

    rows = {row.id: row for row in (await read(world)).services}

    assert {row["usable"] for row in said} == {True, False}
    assert [rows[row["service_id"]].usable(row["now"]) for row in said] == [row["usable"] for row in said]


async def test_the_day_of_a_warm_up_goes_on_with_the_guards(world: World) -> None:
    service, task = await world.service(), await world.task()
    await world.pool.execute(
        """UPDATE email_service_schedule SET first_day_quota = 2, daily_step = 1,
               warm_up_from = (guard_now() AT TIME ZONE 'UTC')::date WHERE service_id = $1""",
        service,
    )
    await world.sent(service, task)
    (before,) = (await read(world)).services
    await world.advance_guard(timedelta(days=1))
    await world.sent(service, task)
    (after,) = (await read(world)).services

    assert [(row.warm_up_day, row.remaining_quota) for row in (before, after)] == [(0, 1), (1, 2)]
    assert before.day_quota(before.quota_reset_at) == after.day_quota(after.quota_reset_at - timedelta(seconds=1)) == 3
