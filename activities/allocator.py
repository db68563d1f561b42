"""What an allocator does to the world: publishes grants and waits, reads the guard's rows and the demands."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from uuid import UUID

import asyncpg
from opentelemetry.trace import NonRecordingSpan, SpanContext, use_span
from temporalio import activity
from temporalio.client import Client
from temporalio.common import Priority
from temporalio.service import RPCError, RPCStatusCode

from contracts.allocator import AllocatorRun, Exchange, News, WakeAllocator
from contracts.identifiers import ALLOCATOR_WORKFLOW, allocator_workflow_id, task_workflow_id
from contracts.task import GRANTED
from database.group_commit import GroupCommit
from database.queries import allocator as queries
from database.queries import choice
from scheduling import pins

FIRST = Priority(priority_key=1)
"""Ahead of deliveries in the task queue: while an allocator waits for its turn there, every task waits for it."""
MOST_NAMED = 500
"""Tasks in one signal to an allocator."""
REST = 0.5
"""Seconds between two signals to an allocator: half a tick.

Temporal lets signals go before a workflow's own timers and activities. Where thirty a second of saturated servers held
the workflow, what could not have it for half a second was put off for three: a tick of one second took eleven.
"""
SIGNAL_TIMEOUT = timedelta(seconds=5)
UNTRACED = NonRecordingSpan(SpanContext(trace_id=1, span_id=1, is_remote=False))
"""An allocator serves everyone, for ever: it is no part of the trace of the task that woke it."""
REFUSALS = (RPCStatusCode.NOT_FOUND, RPCStatusCode.INVALID_ARGUMENT, RPCStatusCode.FAILED_PRECONDITION)
"""It would be answered the same again: the task has ended, or its history takes no more signals."""


class AllocatorActivities:
    """Needs the database's pool and a Temporal client: signals from an activity cost half of those from a workflow."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", client: Client, wakes: "Wakes") -> None:
        self._pool = pool
        self._client = client
        self._wakes = wakes

    @activity.defn(name="allocator.wake")
    async def wake(self, order: WakeAllocator) -> None:
        """Wake the pool's allocator, or start it. Run again, it wakes it once more, which does no harm."""
        await self._wakes.wake(order)

    @activity.defn(name="allocator.exchange")
    async def exchange(self, order: Exchange) -> News:
        """Publish, rest, then read. Run again, grants come twice and are used once, for tasks know them by id."""
        clock = asyncio.get_running_loop().time
        rests_until = clock() + order.lasts.total_seconds()
        await asyncio.gather(*(self._signal(grant.task_id, GRANTED, grant) for grant in order.grants))
        if order.waits or order.choices is not None:
            await self._write(order)
        if (rest := rests_until - clock()) < 0:
            activity.heartbeat()  # a busy server took the signals slowly: that is no worker that died
        await asyncio.sleep(max(0.0, rest))
        async with self._pool.acquire() as connection:
            reading = await queries.read(connection, order.pool_id, order.since, order.named)
        changes, pinned = pins.pack(reading.changes)
        return News(changes=changes, pinned=pinned, read_at=reading.read_at, now=reading.now)

    async def _write(self, order: Exchange) -> None:
        """Keep why tasks wait, and why the grants are what they are."""
        async with self._pool.acquire() as connection:
            await queries.write_waits(connection, order.waits)
            if order.choices is not None:
                await choice.write(connection, order.choices, order.grants)

    async def _signal(self, task_id: UUID, name: str, fact: object) -> None:
        """Tell a task. One that has ended, or takes no signals any more, is passed over: its permits lapse."""
        handle = self._client.get_workflow_handle(task_workflow_id(task_id))
        try:
            await handle.signal(name, fact, rpc_timeout=SIGNAL_TIMEOUT)
        except RPCError as error:
            if error.status not in REFUSALS:
                raise
            if error.status is not RPCStatusCode.NOT_FOUND:
                activity.logger.error("task %s takes no signal %r: %s", task_id, name, error)


class Wakes:
    """Wakes allocators for one process: tasks that call for one during a signal, or soon after it, share the next."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue
        self._pools: dict[UUID, GroupCommit[UUID, None]] = {}

    async def wake(self, order: WakeAllocator) -> None:
        """Signal the pool's allocator, which is started if it does not run. Raises `RPCError` where it cannot be."""
        if order.pool_id not in self._pools:
            self._pools[order.pool_id] = GroupCommit(partial(self._signal, order.pool_id), MOST_NAMED, REST)
        await self._pools[order.pool_id].submit(order.task_id)

    async def _signal(self, pool_id: UUID, task_ids: Sequence[UUID]) -> Sequence[None]:
        with use_span(UNTRACED):
            await self._start(pool_id, task_ids)
        return [None] * len(task_ids)

    async def _start(self, pool_id: UUID, task_ids: Sequence[UUID]) -> None:
        await self._client.start_workflow(
            ALLOCATOR_WORKFLOW,
            AllocatorRun(pool_id=pool_id),
            id=allocator_workflow_id(pool_id),
            task_queue=self._task_queue,
            priority=FIRST,
            start_signal="demands_changed",
            start_signal_args=[list(task_ids)],
            static_summary="Allocator of a pool",
            static_details="Decides which task may use which service next. Sleeps while no task waits.",
            rpc_timeout=SIGNAL_TIMEOUT,
        )
