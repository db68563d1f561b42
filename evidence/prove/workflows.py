"""Workflows that are ended or turned back behind Tempost's back, and Temporal's data gone altogether."""

import asyncio
import signal
from pathlib import Path
from typing import Any
from uuid import uuid4

from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import ResetWorkflowExecutionRequest
from temporalio.client import Client, WorkflowHandle
from temporalio.service import RPCError, RPCStatusCode

from contracts.identifiers import allocator_workflow_id, campaign_workflow_id, task_workflow_id
from evidence.prove.fault import POLL_SECONDS, Fault, Scene
from evidence.prove.rig import Rig
from stack.temporal import NAMESPACE
from stack.testing import SUGGESTION

EVENTS = 60
"""Events of a history after which Temporal suggests a new one: a few ticks of an allocator."""
RENEWED_WITHIN = 30.0


async def _terminate(scene: Scene, workflow_id: str) -> None:
    client = await scene.temporal()
    try:
        await client.get_workflow_handle(workflow_id).terminate("a person pressed the button")
    except RPCError as error:  # the button pressed again, before anybody has started it anew
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


async def _end_allocator(scene: Scene) -> None:
    await _terminate(scene, allocator_workflow_id(scene.task.pool_id))


async def _end_task(scene: Scene) -> None:
    for task_id in await scene.task_ids():
        await _terminate(scene, task_workflow_id(task_id))


async def _end_campaign(scene: Scene) -> None:
    await _terminate(scene, campaign_workflow_id(scene.campaign.id))


async def _reset_task(scene: Scene) -> None:
    """Turn back the task and those rounds that have begun."""
    for task_id in await scene.task_ids():
        await _reset(scene, task_workflow_id(task_id))


async def _reset_campaign(scene: Scene) -> None:
    """Turn it back to before a round was begun, or a later moment; its rounds go on meanwhile."""
    await _reset(scene, campaign_workflow_id(scene.campaign.id))


async def _reset(scene: Scene, workflow_id: str) -> None:
    """Turn a workflow back to one of its earlier decisions: what it received since then is as never received."""
    client = await scene.temporal()
    async with asyncio.timeout(RENEWED_WITHIN):
        while not (decisions := await _decisions(handle := await _newest_run(client, workflow_id))):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(POLL_SECONDS)  # a history that has only begun holds none; another process writes it
    await client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=NAMESPACE,
            workflow_execution=WorkflowExecution(workflow_id=handle.id, run_id=handle.run_id or ""),
            reason="a person pressed the button",
            workflow_task_finish_event_id=scene.rng.choice(decisions),
            request_id=str(uuid4()),
        )
    )


async def _newest_run(client: Client, workflow_id: str) -> "WorkflowHandle[Any, Any]":
    run_id = (await client.get_workflow_handle(workflow_id).describe()).run_id
    return client.get_workflow_handle(workflow_id, run_id=run_id)


async def _decisions(handle: "WorkflowHandle[Any, Any]") -> list[int]:
    """Number the events after which a workflow can begin again."""
    return [
        event.event_id
        async for event in handle.fetch_history_events()
        if event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    ]


async def _renew(scene: Scene) -> None:
    """Wait until the task's workflow begins a new history under full load."""
    handle = (await scene.temporal()).get_workflow_handle(task_workflow_id(scene.task.id))
    before = (await handle.describe()).run_id
    async with asyncio.timeout(RENEWED_WITHIN):
        while (await handle.describe()).run_id == before:  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(POLL_SECONDS)


async def _lose_history(scene: Scene) -> None:
    """Take Temporal's database away and have it begin with an empty one."""
    supervisor = scene.site.stack.supervisor
    supervisor.strike("temporal", signal.SIGSTOP)  # so that it is not up again before its files are gone
    await asyncio.to_thread(_remove_databases, scene.site.where.folder / "temporal")
    supervisor.strike("temporal", signal.SIGKILL)


def _remove_databases(folder: Path) -> None:
    for path in folder.glob("*.db*"):
        path.unlink()


FAULTS = (
    Fault(name="allocator-terminated", strike=_end_allocator),
    Fault(name="task-terminated", strike=_end_task),
    Fault(name="task-reset", strike=_reset_task),
    Fault(name="campaign-terminated", strike=_end_campaign),
    Fault(name="campaign-reset", strike=_reset_campaign),
    Fault(name="temporal-data-lost", strike=_lose_history, alone=True),
    Fault(
        name="continue-as-new",
        strike=_renew,
        moments=("first",),
        rig=Rig(name="histories", temporal_settings={SUGGESTION: EVENTS}),
    ),
)
