"""What a process asks of the workflows of tasks, and of those that serve them: allocators and imports."""

from collections.abc import Awaitable
from typing import Any
from uuid import UUID

from temporalio.client import Client, WorkflowHandle
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError, RPCStatusCode

from activities.allocator import Wakes
from contracts import identifiers
from contracts.allocator import WakeAllocator
from contracts.contact_import import MergeImport
from contracts.task import ChangePriority, Priority, Survey, TaskState
from database.queries.contact_merge import UnfinishedImport
from runtime.orders import RPC_TIMEOUT, START_TIMEOUT, Orders
from workflows.allocator import ServiceAllocatorWorkflow
from workflows.contact_import import ContactImportWorkflow
from workflows.steering import attributes
from workflows.task import TaskWorkflow


class TaskOrders(Orders):
    """Starts tasks and imports, passes people's orders on, and wakes allocators."""

    def __init__(self, client: Client, task_queue: str) -> None:
        super().__init__(client, task_queue)
        self.wakes = Wakes(client, task_queue)
        """The one of this process: activities wake allocators through it too."""

    async def start(self, survey: Survey) -> bool:
        """Start `task-{id}` unless it runs; whether it did not."""
        return await self._start(
            TaskWorkflow.run,
            TaskState(task_id=survey.task_id, begin=_may_begin(survey)),
            id=identifiers.task_workflow_id(survey.task_id),
            static_summary=f"Task: {survey.name}",
            static_details="Sends a template to a contact list. Its mails stand in the ledger; here they are numbers.",
            search_attributes=attributes(survey),
            rpc_timeout=START_TIMEOUT,
        )

    async def start_import(self, unfinished: UnfinishedImport) -> bool:
        """Start `contact-import-{id}` unless it runs; whether it did not."""
        return await self._start(
            ContactImportWorkflow.run,
            MergeImport(import_id=unfinished.id),
            id=identifiers.contact_import_workflow_id(unfinished.id),
            static_summary=f"Import: {unfinished.file_name}",
            search_attributes=TypedSearchAttributes([SearchAttributePair(identifiers.USER, str(unfinished.user_id))]),
            rpc_timeout=RPC_TIMEOUT,
        )

    async def change_priority(self, task_id: UUID, priority: Priority) -> None:
        """Serve it before, among or after the others."""
        order = ChangePriority(priority=priority)
        await self._handle(task_id).execute_update(TaskWorkflow.change_priority, order, rpc_timeout=RPC_TIMEOUT)

    async def ledger_changed(self, task_id: UUID) -> None:
        """Tell it that its mails changed under it, so that it surveys the ledger now."""
        await self._handle(task_id).signal(TaskWorkflow.ledger_changed, rpc_timeout=RPC_TIMEOUT)

    async def survey_anew(self, task_id: UUID) -> None:
        """Tell it the same where it runs: settings come to it with its survey."""
        await _if_it_runs(self.ledger_changed(task_id))

    async def services_changed(self, pool_id: UUID) -> None:
        """Tell the pool's allocator, if it runs, that a person changed its services."""
        handle = self._client.get_workflow_handle(identifiers.allocator_workflow_id(pool_id))
        await _if_it_runs(handle.signal(ServiceAllocatorWorkflow.services_changed, rpc_timeout=RPC_TIMEOUT))

    async def wake_allocator(self, pool_id: UUID, task_id: UUID) -> None:
        """Tell the pool's allocator that a task has mails ready; start it if it does not run."""
        await self.wakes.wake(WakeAllocator(pool_id=pool_id, task_id=task_id))

    def _handle(self, subject_id: UUID) -> WorkflowHandle[Any, Any]:
        return self._client.get_workflow_handle(identifiers.task_workflow_id(subject_id))


async def _if_it_runs(signal: Awaitable[None]) -> None:
    try:
        await signal
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise


def _may_begin(survey: Survey) -> bool:
    """Whether a task waits for nothing: neither for its start nor for a person."""
    return survey.status == "sending" and not survey.prepared and survey.start_at is None
