"""What a workflow did once it would do again: its history replays, and time it waits for can be skipped."""

from datetime import timedelta

from temporalio.testing import TimeSkipper
from temporalio.worker import Replayer

from contracts.identifiers import allocator_workflow_id, task_workflow_id
from runtime.registry import WORKFLOWS
from runtime.temporal import TaskOrders
from tests.workflow.flow import Flow


async def test_the_histories_of_a_task_and_its_allocator_replay(flow: Flow) -> None:
    for _ in range(3):
        await flow.service()
    task = await flow.world.task(mails=9)
    await flow.start(task)
    await flow.until(task, lambda survey: survey.sent >= 3)
    await flow.resources.orders.pause(task)
    await flow.resources.orders.resume(task)
    await flow.totals(task)

    client = flow.resources.temporal_client
    replayer = Replayer(workflows=WORKFLOWS, data_converter=client.data_converter)
    for workflow_id in (task_workflow_id(task), allocator_workflow_id(flow.world.pool_id)):
        await replayer.replay_workflow(await client.get_workflow_handle(workflow_id).fetch_history())


async def test_a_task_scheduled_in_ten_days_starts_when_they_have_passed(flow: Flow) -> None:
    await flow.service()
    task = await flow.world.unprepared_task(mails=1, start_in=timedelta(days=10))
    skipping = TimeSkipper(flow.resources.temporal_client).client
    orders = TaskOrders(skipping, flow.resources.settings.temporal.task_queue)

    await orders.start(await flow.survey(task))

    totals = await flow.totals(task)
    assert (totals.status, totals.sent) == ("completed", 1)
