"""What comes back by itself: after a lost allocator, lost starts, a scheduled moment."""

from datetime import timedelta
from uuid import uuid4

import pytest

from contracts.identifiers import allocator_workflow_id, task_workflow_id
from contracts.task import GRANTED
from runtime.reconcile import forget, start_missing
from scheduling.permit import Grant, PermitRun
from tests.workflow.flow import Flow


async def test_a_terminated_allocator_is_started_again_and_the_task_goes_on(flow: Flow) -> None:
    await flow.service(interval=1)
    task = await flow.world.task(mails=8)
    await flow.start(task)
    await flow.until(task, lambda survey: survey.sent >= 2)

    client = flow.resources.temporal_client
    await client.get_workflow_handle(allocator_workflow_id(flow.world.pool_id)).terminate("test")
    await start_missing(flow.resources)

    assert (await flow.totals(task)).sent == len(flow.taken()) == 8


@pytest.mark.unchecked_ledger("the choices are of services and tasks that were never made")
async def test_reconcile_forgets_old_choices_and_no_others(flow: Flow) -> None:
    await flow.world.pool.execute(
        """INSERT INTO choices (service_id, first_no, count, task_id, decided_at, score, quota, rest, success)
           SELECT $1, days, 1, $1, guard_now() - make_interval(days => days), 1, 1, 1, 1
           FROM generate_series(5, 20) days""",
        uuid4(),
    )

    await forget(flow.resources)

    assert [row["first_no"] for row in await flow.world.pool.fetch("SELECT * FROM choices")] == [5, 6]


async def test_a_terminated_task_is_started_again_from_the_ledger(flow: Flow) -> None:
    await flow.service(interval=1)
    task = await flow.world.task(mails=8)
    await flow.start(task)
    await flow.until(task, lambda survey: survey.sent >= 2)

    await flow.resources.temporal_client.get_workflow_handle(task_workflow_id(task)).terminate("test")
    await start_missing(flow.resources)

    assert (await flow.totals(task)).sent == len(flow.taken()) == 8


async def test_a_task_whose_start_was_lost_is_started_by_reconcile(flow: Flow) -> None:
    await flow.service()
    task = await flow.world.task(mails=2)

    await start_missing(flow.resources)

    assert (await flow.totals(task)).sent == 2


async def test_a_task_that_is_to_start_later_waits_for_its_moment(flow: Flow) -> None:
    await flow.service()
    task = await flow.world.unprepared_task(mails=1, start_in=timedelta(seconds=3))
    await flow.start(task)

    found = await flow.survey(task)
    assert found.start_at is not None
    assert found.status == "scheduled" or found.as_of >= found.start_at
    assert (await flow.totals(task)).sent == 1
    started = await flow.world.row("SELECT start_at <= prepared_at AS in_time FROM tasks")
    assert started["in_time"]


async def test_a_scheduled_task_can_be_cancelled_before_its_start(flow: Flow) -> None:
    task = await flow.world.unprepared_task(mails=1, start_in=timedelta(days=3))
    await flow.start(task)

    await flow.resources.orders.steer(task, "cancel")

    totals = await flow.totals(task)
    assert (totals.status, totals.total) == ("cancelled", 0)


async def test_a_grant_that_comes_twice_is_used_once(flow: Flow) -> None:
    service = await flow.service(interval=0)
    task = await flow.world.task(mails=5)
    await flow.world.pool.execute("UPDATE user_task_queues SET pool_id = pool_id")
    await flow.start(task)
    now = (await flow.survey(task)).as_of
    run = PermitRun(service, 10**17, now, timedelta(milliseconds=50), 2, timedelta(seconds=5))
    handle = flow.resources.temporal_client.get_workflow_handle(task_workflow_id(task))

    for _ in range(2):
        await handle.signal(GRANTED, Grant(str(uuid4()), task, (run,)))

    assert (await flow.totals(task)).sent == len(flow.taken()) == 5


async def test_a_service_that_comes_late_is_used_without_a_restart(flow: Flow) -> None:
    task = await flow.world.task(mails=2)
    await flow.start(task)

    async def waits_for_a_service() -> bool:
        row = await flow.world.row("SELECT waits FROM user_task_queues")
        return [wait["reason"] for wait in row["waits"]] == ["no_service"]

    await flow.until_true(waits_for_a_service)
    await flow.service()
    await flow.resources.orders.services_changed(flow.world.pool_id)

    assert (await flow.totals(task)).sent == 2
