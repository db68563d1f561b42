"""The Temporal client of a process, and what it asks of workflows."""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowHandle
from temporalio.common import SearchAttributePair, TypedSearchAttributes
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.service import GrpcCompression, RPCError, RPCStatusCode

from activities.allocator import Wakes
from contracts import identifiers
from contracts.allocator import WakeAllocator
from contracts.contact_import import MergeImport
from contracts.task import ChangePriority, Priority, Survey, TaskState
from database.queries.contact_merge import UnfinishedImport
from runtime.settings import TemporalSettings
from runtime.traces import Traces
from workflows.allocator import ServiceAllocatorWorkflow
from workflows.contact_import import ContactImportWorkflow
from workflows.task import TaskWorkflow

log = logging.getLogger(__name__)

RPC_TIMEOUT = timedelta(seconds=5)
START_TIMEOUT = timedelta(seconds=20)
"""Of a task: when a thousand people submit at once, the last waits for the others and not for reconcile."""
AGAIN = 2.0
"""Seconds between two tries to reach a server that is down."""


async def connect(settings: TemporalSettings, traces: Traces | None = None, *, lazy: bool) -> Client:
    """Make a client. A lazy one connects at its first call, so a process can start while Temporal is down.

    Payloads are pydantic (3 to 20 times faster than the default converter); no compression, which costs more than it
    saves inside one network.
    """
    return await Client.connect(
        settings.address,
        namespace=settings.namespace,
        data_converter=pydantic_data_converter,
        lazy=lazy,
        grpc_compression=GrpcCompression.NONE,
        interceptors=traces.interceptors if traces is not None else [],
    )


@cache
def forward_core_logs() -> None:
    """Make what the SDK's core says log lines like all others; else it writes lines of its own shape."""
    forwarding = LogForwardingConfig(logging.getLogger("temporalio.core"), append_target_to_name=False)
    wanted = LoggingConfig(TelemetryFilter(core_level="WARN", other_level="ERROR"), forwarding)
    Runtime.set_default(Runtime(telemetry=TelemetryConfig(logging=wanted)), error_if_already_set=False)


async def connect_worker(settings: TemporalSettings, traces: Traces, stop: asyncio.Event) -> Client:
    """Make the client a worker needs: connected, however long Temporal is away; a lazy one once `stop` is set."""
    while not stop.is_set():
        try:
            return await connect(settings, traces, lazy=False)
        except (RuntimeError, RPCError) as error:  # the SDK's connection failures are plain RuntimeErrors
            log.warning("Temporal at %s is not reachable, trying again: %s", settings.address, error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), AGAIN)
    return await connect(settings, traces, lazy=True)


class TaskOrders:
    """Starts workflows and passes people's orders on. Each order may be given twice."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue
        self.wakes = Wakes(client, task_queue)
        """The one of this process: activities wake allocators through it too."""

    async def start(self, survey: Survey) -> bool:
        """Start `task-{id}` unless it runs; whether it did not. Raises `RPCError` where Temporal is down."""
        campaign = [SearchAttributePair(identifiers.CAMPAIGN, str(survey.campaign_id))] if survey.campaign_id else []
        return await start_unless_running(
            self._client,
            TaskWorkflow.run,
            TaskState(task_id=survey.task_id, begin=_may_begin(survey)),
            id=identifiers.task_workflow_id(survey.task_id),
            static_summary=f"Task: {survey.name}",
            static_details="Sends a template to a contact list. Its mails stand in the ledger; here they are numbers.",
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(identifiers.USER, str(survey.user_id)),
                    SearchAttributePair(identifiers.POOL, str(survey.pool_id)),
                    SearchAttributePair(identifiers.TASK_STATUS, survey.status),
                    SearchAttributePair(identifiers.PRIORITY, survey.priority),
                    *campaign,
                ]
            ),
            task_queue=self._task_queue,
            rpc_timeout=START_TIMEOUT,
        )

    async def runs(self, task_id: UUID) -> bool:
        """Whether the task's workflow runs."""
        return await runs(self._handle(task_id))

    async def start_import(self, unfinished: UnfinishedImport) -> bool:
        """Start `contact-import-{id}` unless it runs; whether it did not."""
        return await start_unless_running(
            self._client,
            ContactImportWorkflow.run,
            MergeImport(import_id=unfinished.id),
            id=identifiers.contact_import_workflow_id(unfinished.id),
            static_summary=f"Import: {unfinished.file_name}",
            search_attributes=TypedSearchAttributes([SearchAttributePair(identifiers.USER, str(unfinished.user_id))]),
            task_queue=self._task_queue,
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

    async def services_changed(self, pool_id: UUID) -> None:
        """Tell the pool's allocator, if it runs, that a person changed its services."""
        handle = self._client.get_workflow_handle(identifiers.allocator_workflow_id(pool_id))
        try:
            await handle.signal(ServiceAllocatorWorkflow.services_changed, rpc_timeout=RPC_TIMEOUT)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    async def wake_allocator(self, pool_id: UUID, task_id: UUID) -> None:
        """Tell the pool's allocator that a task has mails ready; start it if it does not run."""
        await self.wakes.wake(WakeAllocator(pool_id=pool_id, task_id=task_id))

    async def ledger_changed(self, task_id: UUID) -> None:
        """Tell it that its mails changed under it, so that it surveys the ledger now."""
        await self._handle(task_id).signal(TaskWorkflow.ledger_changed, rpc_timeout=RPC_TIMEOUT)

    async def survey_anew(self, task_id: UUID) -> None:
        """Tell it the same where it runs: settings come to it with its survey."""
        try:
            await self.ledger_changed(task_id)
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise

    def _handle(self, task_id: UUID) -> WorkflowHandle[Any, Any]:
        return self._client.get_workflow_handle(identifiers.task_workflow_id(task_id))


async def start_unless_running(client: Client, run: Any, order: object, **options: Any) -> bool:
    """Start a workflow; whether it did not run. Callers name its own `run` and input, the SDK's overloads are many."""
    try:
        await client.start_workflow(run, order, **options)
    except WorkflowAlreadyStartedError:
        return False
    return True


async def runs(handle: WorkflowHandle[Any, Any]) -> bool:
    """Whether there is such a workflow and it has not ended."""
    try:
        described = await handle.describe(rpc_timeout=RPC_TIMEOUT)
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return False
    return described.status is WorkflowExecutionStatus.RUNNING


def _may_begin(survey: Survey) -> bool:
    """Whether a task waits for nothing: neither for its start nor for a person."""
    return survey.status == "sending" and not survey.prepared and survey.start_at is None
