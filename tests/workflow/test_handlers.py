"""Handlers of signals and updates end before their workflow does, or the tests fail."""

import asyncio
from uuid import uuid4

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHandle
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from runtime.registry import WORKFLOWS
from runtime.resources import Resources


@workflow.defn
class Leaver:
    """Ends at the first word, whoever is still talking."""

    @workflow.init
    def __init__(self) -> None:
        self._spoken = False

    @workflow.run
    async def run(self) -> None:
        """Wait for a word."""
        await workflow.wait_condition(lambda: self._spoken)

    @workflow.signal
    async def said(self) -> None:
        """Talk on and on."""
        self._spoken = True
        await asyncio.Event().wait()

    @workflow.update
    async def say(self) -> None:
        """The same."""
        await self.said()


async def reason(handle: "WorkflowHandle[Leaver, None]") -> str:
    """Wait until a step of the workflow has failed; the class of what it failed by."""
    while True:
        for event in (await handle.fetch_history()).events:
            if event.HasField("workflow_task_failed_event_attributes"):
                return event.workflow_task_failed_event_attributes.failure.application_failure_info.type
        await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("kind", "warning"),
    [("signal", "UnfinishedSignalHandlersWarning"), ("update", "UnfinishedUpdateHandlersWarning")],
)
async def test_one_that_is_not_finished_fails_the_workflows_step(resources: Resources, kind: str, warning: str) -> None:
    queue, client = f"leaver-{uuid4().hex}", resources.temporal_client
    runner = UnsandboxedWorkflowRunner()
    async with Worker(client, task_queue=queue, workflows=[Leaver], workflow_runner=runner, build_id="test"):
        handle = await client.start_workflow(Leaver.run, id=queue, task_queue=queue)
        call = handle.signal(Leaver.said) if kind == "signal" else handle.execute_update(Leaver.say)
        calling = asyncio.create_task(call)
        assert await reason(handle) == warning
        await handle.terminate()
        calling.cancel()
        await asyncio.gather(calling, return_exceptions=True)


@pytest.mark.parametrize("subject", WORKFLOWS)
def test_ours_note_a_fact_and_return(subject: type) -> None:
    definition = workflow._Definition.must_from_class(subject)
    handlers = [signal.fn for signal in definition.signals.values()] + [each.fn for each in definition.updates.values()]
    assert not any(map(asyncio.iscoroutinefunction, handlers)), "what takes time is left to the loop in `run`"
