"""Publishing grants: a task that takes none costs the others nothing."""

from datetime import timedelta

from temporalio.testing import ActivityEnvironment

from activities.allocator import AllocatorActivities, Wakes
from contracts.allocator import Exchange
from contracts.identifiers import TASK_WORKFLOW, task_workflow_id
from contracts.task import TaskState
from runtime.resources import Resources
from scheduling.permit import Grant, PermitRun
from tests.integration.ledger.world import World

MORE_THAN_THE_SERVER_TAKES = 16_000
"""Runs in one grant: above two megabytes."""


async def test_a_task_that_refuses_its_grant_does_not_stop_the_pool(resources: Resources) -> None:
    world = World(resources.ledger_pool)
    await world.begin()
    service = await world.service()
    refusing, other = await world.task(mails=1), await world.task(mails=1)
    client = resources.temporal_client
    for task in (refusing, other):  # on a queue that nobody serves: signals are kept
        await client.start_workflow(
            TASK_WORKFLOW, TaskState(task_id=task), id=task_workflow_id(task), task_queue="nobody"
        )
    now = (await world.row("SELECT guard_now() AS now"))["now"]
    run = PermitRun(service, 1, now, timedelta(seconds=1), 1, timedelta(seconds=5))
    grants = (Grant("a", refusing, (run,) * MORE_THAN_THE_SERVER_TAKES), Grant("b", other, (run,)))
    exchange = AllocatorActivities(world.pool, client, Wakes(client, "nobody")).exchange

    news = await ActivityEnvironment().run(exchange, Exchange(pool_id=world.pool_id, grants=grants))

    assert len(news.changes.services) == 1
    history = await client.get_workflow_handle(task_workflow_id(other)).fetch_history()
    signals = [event for event in history.events if event.HasField("workflow_execution_signaled_event_attributes")]
    assert len(signals) == 1
    for task in (refusing, other):
        await client.get_workflow_handle(task_workflow_id(task)).terminate("test")
