"""The Temporal client of a process, and what it asks of workflows."""

from datetime import timedelta
from uuid import UUID

from temporalio.client import Client
from temporalio.common import SearchAttributePair, TypedSearchAttributes, WorkflowIDConflictPolicy
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.service import GrpcCompression

from contracts import identifiers
from contracts.task import ChangePriority, Priority, Survey, TaskState
from runtime.settings import TemporalSettings
from workflows.task import TaskWorkflow

RPC_TIMEOUT = timedelta(seconds=5)


async def connect(settings: TemporalSettings) -> Client:
    """A client that connects at its first call, so that a process starts while Temporal is down.

    Payloads are pydantic (3 to 20 times faster than the default converter); no compression, which costs more than it
    saves inside one network.
    """
    return await Client.connect(
        settings.address,
        namespace=settings.namespace,
        data_converter=pydantic_data_converter,
        lazy=True,
        grpc_compression=GrpcCompression.NONE,
    )


class TaskOrders:
    """Starts task workflows and passes people's orders on. Each order may be given twice."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def start(self, survey: Survey) -> None:
        """Start `task-{id}`; one that runs is left alone. Raises `RPCError` where Temporal is down."""
        await self._client.start_workflow(
            TaskWorkflow.run,
            TaskState(task_id=survey.task_id),
            id=identifiers.task_workflow_id(survey.task_id),
            task_queue=identifiers.TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=f"Task: {survey.name}",
            static_details="Sends one template to one contact list. Its mails stand in the ledger, by number only here.",
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(identifiers.USER, str(survey.user_id)),
                    SearchAttributePair(identifiers.POOL, str(survey.pool_id)),
                    SearchAttributePair(identifiers.TASK_STATUS, survey.status),
                    SearchAttributePair(identifiers.PRIORITY, survey.priority),
                ]
            ),
            rpc_timeout=RPC_TIMEOUT,
        )

    async def pause(self, task_id: UUID) -> None:
        """No new mail goes out; those under way end."""
        await self._handle(task_id).execute_update(TaskWorkflow.pause, rpc_timeout=RPC_TIMEOUT)

    async def resume(self, task_id: UUID) -> None:
        """Go on after a pause."""
        await self._handle(task_id).execute_update(TaskWorkflow.resume, rpc_timeout=RPC_TIMEOUT)

    async def cancel(self, task_id: UUID) -> None:
        """Send nothing more and close."""
        await self._handle(task_id).execute_update(TaskWorkflow.cancel, rpc_timeout=RPC_TIMEOUT)

    async def change_priority(self, task_id: UUID, priority: Priority) -> None:
        """Serve it before, among or after the others."""
        order = ChangePriority(priority=priority)
        await self._handle(task_id).execute_update(TaskWorkflow.change_priority, order, rpc_timeout=RPC_TIMEOUT)

    async def ledger_changed(self, task_id: UUID) -> None:
        """Tell it that its mails changed under it, so that it surveys the ledger now."""
        await self._handle(task_id).signal(TaskWorkflow.ledger_changed, rpc_timeout=RPC_TIMEOUT)

    def _handle(self, task_id: UUID):  # type: ignore[no-untyped-def]  # the SDK's own generic
        return self._client.get_workflow_handle_for(TaskWorkflow.run, identifiers.task_workflow_id(task_id))
