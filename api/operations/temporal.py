"""What the API tells workflows, after the rows are written. Temporal may be down: then reconcile repairs the rest."""

import asyncio
import logging
from collections.abc import Awaitable
from uuid import UUID

from temporalio.client import WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.service import RPCError

from runtime.resources import Resources

log = logging.getLogger(__name__)

PATIENCE = 2.0
"""Seconds an answer waits for Temporal; the row is written by then."""
NOT_REACHED = (
    RPCError, RuntimeError, TimeoutError, WorkflowUpdateFailedError, WorkflowUpdateRPCTimeoutOrCancelledError,
)  # fmt: skip
"""RuntimeError: how the SDK says that a lazy client cannot connect."""


_under_way: set[asyncio.Task[None]] = set()
"""Orders that take longer than anybody waits."""


async def tell(order: Awaitable[object], what: str) -> None:
    """Pass an order on to Temporal; if it cannot be reached, reconcile does it within a minute.

    One that is slow goes on after the answer: under load, a task should not wait a minute for what takes three seconds.
    """
    telling = asyncio.create_task(_told(order, what))
    _under_way.add(telling)
    telling.add_done_callback(_under_way.discard)
    await asyncio.wait({telling}, timeout=PATIENCE)


async def _told(order: Awaitable[object], what: str) -> None:
    try:
        await order
    except NOT_REACHED as error:
        log.warning("%s: left to reconcile: %s", what, error)


async def tell_allocators(resources: Resources, *pool_ids: UUID) -> None:
    """Let allocators look at the services of these pools afresh; what waits may be able to go now."""
    for pool_id in sorted(set(pool_ids)):
        await tell(resources.orders.services_changed(pool_id), f"tell the allocator of pool {pool_id}")
