"""What a process asks of the workflows that people steer."""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.task import Told
from contracts.task import Steering
from workflows.steering import UPDATES

RPC_TIMEOUT = timedelta(seconds=5)
START_TIMEOUT = timedelta(seconds=20)
"""Of a task: when a thousand people submit at once, the last waits for the others and not for reconcile."""


class Orders:
    """Orders to tasks, or to campaigns. Each may be given twice; where Temporal is down it raises `RPCError`."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def steer(self, subject_id: UUID, order: Steering) -> None:
        """Let nothing new go out, go on, or end; the workflow has noted it when this returns."""
        await self._handle(subject_id).execute_update(UPDATES[order], rpc_timeout=RPC_TIMEOUT)

    async def runs(self, subject_id: UUID) -> bool:
        """Whether its workflow has begun and not ended."""
        try:
            described = await self._handle(subject_id).describe(rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return described.status is WorkflowExecutionStatus.RUNNING

    async def _start(self, run: Any, order: object, **options: Any) -> bool:
        """Start a workflow; whether it did not run.

        Callers give its own `run` and input, untyped: the SDK has too many overloads.
        """
        try:
            await self._client.start_workflow(run, order, task_queue=self._task_queue, **options)
        except WorkflowAlreadyStartedError:
            return False
        return True

    def _handle(self, subject_id: UUID) -> WorkflowHandle[Any, Any]:
        raise NotImplementedError


def gently(tell: Told) -> Told:
    """Tell a workflow unless it has ended or cannot be reached: then it looks at the ledger before long."""

    async def told(subject_id: UUID) -> None:
        with suppress(RPCError):
            await tell(subject_id)

    return told
