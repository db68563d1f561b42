"""A workflow whose step takes long, as on a machine that was paused, comes to its end."""

import time
from uuid import uuid4

from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from runtime.deadlock import without_deadlock_watch
from runtime.resources import Resources


@workflow.defn
class Slow:
    """One step, longer than the two seconds that the SDK gives by itself."""

    @workflow.run
    async def run(self) -> str:
        """Be held up."""
        time.sleep(2.5)  # noqa: ASYNC251 - the whole thread, as a pause would do it
        return "done"


async def test_a_step_that_takes_long_is_no_fault(resources: Resources) -> None:
    queue, client = f"slow-{uuid4().hex}", resources.temporal_client
    worker = Worker(client, task_queue=queue, workflows=[Slow], workflow_runner=UnsandboxedWorkflowRunner())
    async with without_deadlock_watch(worker):
        handle = await client.start_workflow(Slow.run, id=queue, task_queue=queue)
        assert await handle.result() == "done"
    kinds = [event.event_type async for event in handle.fetch_history_events()]
    assert EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED not in kinds
