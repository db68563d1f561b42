"""What a workflow did a moment ago it would do again: every turn its run can take replays, and time can be skipped.

With `--record` the histories are kept for later versions of the code (`history.py`).
"""

import asyncio
from datetime import timedelta

import pytest
from temporalio.testing import TimeSkipper

import activities.task
from contracts.identifiers import allocator_workflow_id, task_workflow_id
from runtime.task_orders import TaskOrders
from tests.workflow.conftest import Replays
from tests.workflow.flow import PATIENCE, PAUSE, Flow, activities_in


async def test_a_small_task(flow: Flow, replays: Replays) -> None:
    await flow.service()
    task = await flow.world.unprepared_task(mails=1)
    await flow.start(task)
    await flow.totals(task)

    await replays("task-small", task_workflow_id(task))


async def test_a_task_that_takes_orders_and_its_allocator(flow: Flow, replays: Replays) -> None:
    for _ in range(3):
        await flow.service(quota=1)
    task = await flow.world.task(mails=9)
    await flow.start(task)
    await flow.until(task, lambda survey: survey.sent == 3)
    orders = flow.resources.orders
    await orders.steer(task, "pause")
    await orders.change_priority(task, 1)
    await orders.ledger_changed(task)
    await orders.steer(task, "resume")
    await flow.allow()
    await flow.totals(task)

    await replays("task-with-orders", task_workflow_id(task))
    await replays("allocator", allocator_workflow_id(flow.world.pool_id))


async def test_a_task_whose_mails_are_put_off(flow: Flow, replays: Replays) -> None:
    await flow.service(rules=({"stage": "rcpt", "code": 451, "text": "4.7.1 greylisted", "times": 1},))
    task = await flow.world.task(mails=2)
    await flow.start(task)
    await flow.totals(task)

    await replays("task-with-retries", task_workflow_id(task))


async def test_a_task_that_is_cancelled_before_its_start(flow: Flow, replays: Replays) -> None:
    task = await flow.world.unprepared_task(mails=1, start_in=timedelta(days=3))
    await flow.start(task)
    await flow.resources.orders.steer(task, "cancel")
    await flow.totals(task)

    await replays("task-cancelled", task_workflow_id(task))


async def test_a_task_with_a_long_list(flow: Flow, replays: Replays, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(activities.task, "SMALL", 1)
    await flow.service()
    task = await flow.world.unprepared_task(mails=2)
    await flow.start(task)
    await flow.totals(task)

    await replays("task-with-a-long-list", task_workflow_id(task))


async def test_a_task_that_meets_a_locked_ledger(flow: Flow, replays: Replays) -> None:
    await flow.service()
    async with flow.unreconciled(), flow.world.pool.acquire() as connection, connection.transaction():
        task = await flow.world.task(mails=1)
        survey = await flow.survey(task)
        await connection.execute("LOCK TABLE user_task_queues IN ACCESS EXCLUSIVE MODE")
        await flow.resources.orders.start(survey)

        async def is_patient() -> bool:
            return "task.survey" in activities_in(await flow.handle(task).fetch_history())

        await flow.until_true(is_patient)
    await flow.totals(task)

    await replays("task-before-a-locked-ledger", task_workflow_id(task))


class TestWithShortHistories:
    """The server suggests a new history after some 60 events."""

    @pytest.fixture
    def temporal_address(self, impatient_temporal_address: str) -> str:
        return impatient_temporal_address

    async def test_task_and_allocator_go_on_over_many_histories_and_double_nothing(
        self, flow: Flow, replays: Replays
    ) -> None:
        for _ in range(10):
            await flow.service(interval=0.5)
        task = await flow.world.task(mails=120)

        await flow.start(task)
        await flow.until(task, lambda survey: survey.sent >= 1)
        # How many turns the mails alone give an allocator depends on the machine; each of these is one more.
        async with asyncio.timeout(PATIENCE):
            while await continued(flow, allocator_workflow_id(flow.world.pool_id)) is None:
                await flow.resources.orders.services_changed(flow.world.pool_id)
                await asyncio.sleep(PAUSE)

        assert (await flow.totals(task)).sent == 120
        taken = flow.taken()
        assert len(taken) == len(set(taken)) == 120
        for subject, workflow_id in (
            ("task", task_workflow_id(task)),
            ("allocator", allocator_workflow_id(flow.world.pool_id)),
        ):
            runs = await continued(flow, workflow_id)
            assert runs is not None
            await replays(f"{subject}-that-continues", workflow_id, runs[0])
            await replays(f"{subject}-continued", workflow_id, runs[1])


async def continued(flow: Flow, workflow_id: str) -> tuple[str, str] | None:
    """The first run of a workflow and the one after it, where it has continued as new."""
    client = flow.resources.temporal_client
    newest = await client.get_workflow_handle(workflow_id).describe()
    first = newest.raw_description.workflow_execution_info.first_run_id
    if newest.run_id == first:
        return None
    history = await client.get_workflow_handle(workflow_id, run_id=first).fetch_history()
    return first, history.events[-1].workflow_execution_continued_as_new_event_attributes.new_execution_run_id


async def test_a_task_scheduled_in_two_days_starts_when_they_have_passed(flow: Flow) -> None:
    await flow.service()
    skipping = TimeSkipper(flow.resources.temporal_client).client
    orders = TaskOrders(skipping, flow.resources.settings.temporal.task_queue)

    async with flow.unreconciled():
        task = await flow.world.unprepared_task(mails=1, start_in=timedelta(days=2))
        await orders.start(await flow.survey(task))

    totals = await flow.totals(task)
    assert (totals.status, totals.sent) == ("completed", 1)
