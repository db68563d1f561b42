"""A task's status as server-sent events: told when it changes, until the task ends."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from api.schemas.task import RealtimeStatus
from contracts.task import FINAL_STATUSES
from database.connect import transaction
from database.errors import OUTAGES
from runtime.resources import Resources

log = logging.getLogger(__name__)

ReadStatus = Callable[[AsyncConnection], Awaitable[RealtimeStatus]]

EVERY = 1.0
"""Seconds between two looks."""
SILENCE = 15
"""Looks without a change after which a comment is sent, so that nobody between takes the connection for dead."""


async def task_events(
    resources: Resources, read: ReadStatus, task_id: UUID, stopping: asyncio.Event
) -> AsyncIterator[str]:
    """Yield an event for each change, the first at once; the last tells of the end. Ends early with the process."""
    last: RealtimeStatus | None = None
    quiet = 0
    while not stopping.is_set():
        status = await _look(resources, read, task_id)
        quiet += 1
        if status is not None and status != last:
            last, quiet = status, 0
            yield f"event: status\ndata: {status.model_dump_json(by_alias=True)}\n\n"
        elif quiet % SILENCE == 0:
            yield ": nothing new\n\n"
        if status is not None and status.status in FINAL_STATUSES and not status.progress.pending:
            return
        with suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), EVERY)


async def _look(resources: Resources, read: ReadStatus, task_id: UUID) -> RealtimeStatus | None:
    """Read the status; None while the database is away, which ends no stream."""
    try:
        async with transaction(resources.engine) as connection:
            return await read(connection)
    except (*OUTAGES, DBAPIError) as error:
        log.warning("events of task %s: %s", task_id, type(error).__name__)
        return None
