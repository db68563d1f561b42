"""What a task's workflow does to the ledger. Every activity returns a survey: the workflow counts nothing itself."""

from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.allocator import Wakes
from activities.heartbeat import heartbeating
from contracts.allocator import WakeAllocator
from contracts.task import ChangeTaskPriority, Survey
from database.connect import PoolConnection
from database.queries import task_moves
from database.queries.survey import TaskGoneError, survey

SMALL = 1_000
"""A list of fewer contacts is prepared in the workflow task: tens of milliseconds."""

Move = Callable[[PoolConnection, UUID], Awaitable[None]]
Told = Callable[[UUID], Awaitable[None]]
"""Lets a workflow look at the ledger; one that cannot be reached looks by itself before long."""


class TaskActivities:
    """Needs the database's pool, and ways to wake allocators and to tell campaigns that a round of theirs has ended."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", wakes: Wakes, tell_campaign: Told) -> None:
        self._pool = pool
        self._wakes = wakes
        self._tell_campaign = tell_campaign

    @activity.defn(name="task.survey")
    async def survey(self, task_id: UUID) -> Survey:
        """Read where the task stands. Changes nothing."""
        async with self._pool.acquire() as connection:
            return await _survey(connection, task_id)

    @activity.defn(name="task.begin")
    async def begin(self, task_id: UUID) -> Survey:
        """Prepare a new task that is small, and wake its pool's allocator; of another, tell where it stands.

        Run again, it finds it prepared, and wakes once more.
        """
        async with self._pool.acquire() as connection:
            if await task_moves.small(connection, task_id, SMALL):
                await task_moves.prepare(connection, task_id)
            found = await _survey(connection, task_id)
        if found.ready:
            await self._wakes.wake(WakeAllocator(pool_id=found.pool_id, task_id=task_id))
        return found

    @activity.defn(name="task.prepare")
    async def prepare(self, task_id: UUID) -> Survey:
        """Write the task's subtasks and let it send. Run again, it finds them written.

        One statement of up to a minute, longer on a busy machine. Taken for dead, its worker would be followed by one
        that waits for the same lock.
        """
        async with heartbeating():
            return await self._after(task_moves.prepare, task_id)

    @activity.defn(name="task.pause")
    async def pause(self, task_id: UUID) -> Survey:
        """Stop new mails. Run again, or after the task has ended, it changes nothing."""
        return await self._after(task_moves.pause, task_id)

    @activity.defn(name="task.resume")
    async def resume(self, task_id: UUID) -> Survey:
        """Let a paused task go on. Run again, it changes nothing."""
        return await self._after(task_moves.resume, task_id)

    @activity.defn(name="task.cancel")
    async def cancel(self, task_id: UUID) -> Survey:
        """End every mail that waits, in steps. Run again, it goes on where it was."""
        async with self._pool.acquire() as connection:
            await task_moves.cancel(connection, task_id)
            while await task_moves.cancel_rest(connection, task_id):
                activity.heartbeat()
            return await _survey(connection, task_id)

    @activity.defn(name="task.change_priority")
    async def change_priority(self, order: ChangeTaskPriority) -> Survey:
        """Serve the task before, among or after the others. Run again, it changes nothing."""
        async with self._pool.acquire() as connection:
            await task_moves.change_priority(connection, order.task_id, order.priority)
            return await _survey(connection, order.task_id)

    @activity.defn(name="task.release_retries")
    async def release_retries(self, task_id: UUID) -> Survey:
        """Make due retries ready. Run again, it finds none."""
        return await self._after(task_moves.release_retries, task_id)

    @activity.defn(name="task.close")
    async def close(self, task_id: UUID) -> Survey:
        """End the task if no mail of it is open, and tell its campaign; the survey says whether it did.

        Run again, it changes nothing, and tells the campaign once more.
        """
        found = await self._after(task_moves.close, task_id)
        if found.ended and found.campaign_id is not None:
            await self._tell_campaign(found.campaign_id)
        return found

    async def _after(self, move: Move, task_id: UUID) -> Survey:
        """Make one move, and say where the task stands after it."""
        async with self._pool.acquire() as connection:
            await move(connection, task_id)
            return await _survey(connection, task_id)


async def _survey(connection: PoolConnection, task_id: UUID) -> Survey:
    try:
        return await survey(connection, task_id)
    except TaskGoneError as error:
        raise ApplicationError(str(error), type="TaskGone", non_retryable=True) from error
