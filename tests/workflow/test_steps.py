"""Short steps: taken inside the workflow task, and as ordinary activities where that fails."""

from uuid import uuid4

from temporalio import activity, workflow
from temporalio.client import WorkflowHistory
from temporalio.exceptions import ApplicationError
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from runtime.resources import Resources
from tests.workflow.flow import activities_in
from workflows.steps import at_once


class Door:
    """Closed for so many tries."""

    def __init__(self, closed_for: int) -> None:
        self.tries = 0
        self._closed_for = closed_for

    @activity.defn(name="door.open")
    async def open(self, name: str) -> str:
        """Say who came in."""
        self.tries += 1
        if self.tries <= self._closed_for:
            raise ApplicationError("closed")
        return f"{name} is in"


@workflow.defn
class Visit:
    """Takes one short step."""

    @workflow.run
    async def run(self, name: str) -> str:
        """Go through the door."""
        return await at_once(Door.open, name)


async def visit(resources: Resources, door: Door) -> WorkflowHistory:
    """Have Anna visit; what happened."""
    queue, client = f"visit-{uuid4().hex}", resources.temporal_client
    async with Worker(
        client, task_queue=queue, workflows=[Visit], activities=[door.open],
        workflow_runner=UnsandboxedWorkflowRunner(), build_id="test",
    ):  # fmt: skip
        handle = await client.start_workflow(Visit.run, "Anna", id=queue, task_queue=queue)
        assert await handle.result() == "Anna is in"
    return await handle.fetch_history()


async def test_a_step_that_succeeds_adds_no_activity_to_the_history(resources: Resources) -> None:
    door = Door(closed_for=0)
    assert activities_in(await visit(resources, door)) == []
    assert door.tries == 1


async def test_a_step_that_fails_is_followed_by_one_activity_that_is_tried_until_it_succeeds(
    resources: Resources,
) -> None:
    door = Door(closed_for=2)
    assert activities_in(await visit(resources, door)) == ["door.open"]
    assert door.tries == 3
