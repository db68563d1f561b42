"""Orders to a task: the row first, then its workflow.

The workflow may not be there yet, and Temporal may be down: then the row stands, and reconcile repairs the rest.
"""

from uuid import UUID

from sqlalchemy import RowMapping

from api.operations.api_key import KeyHolder
from api.operations.pool import find_pool
from api.operations.task import check_precedence, find_task, missing_task
from api.operations.temporal import tell, tell_allocators
from api.problems import ConflictError
from api.schemas.task import TaskChange, TaskOut
from contracts.task import FINAL_STATUSES, TASK_MOVES, Survey
from database.connect import transaction
from database.queries import task
from runtime.resources import Resources


async def start(resources: Resources, caller: KeyHolder, task_id: UUID) -> None:
    """Start the workflow of a task that was written. Safe to repeat."""
    async with transaction(resources.engine) as connection:
        row = await find_task(connection, caller, task_id)
    if row["status"] not in FINAL_STATUSES:
        await tell(resources.orders.start(_survey(row)), f"start task {task_id}")


async def pause(resources: Resources, caller: KeyHolder, task_id: UUID) -> TaskOut:
    """Let nothing new go out."""
    shown = await _move(resources, caller, task_id, "paused")
    await tell(resources.orders.pause(task_id), f"pause task {task_id}")
    return shown


async def resume(resources: Resources, caller: KeyHolder, task_id: UUID) -> TaskOut:
    """Go on after a pause."""
    shown = await _move(resources, caller, task_id, "sending")
    await tell(resources.orders.resume(task_id), f"resume task {task_id}")
    return shown


async def cancel(resources: Resources, caller: KeyHolder, task_id: UUID) -> TaskOut:
    """Send nothing more, ever. Mails under way end."""
    shown = await _move(resources, caller, task_id, "cancelled")
    await tell(resources.orders.cancel(task_id), f"cancel task {task_id}")
    return shown


async def change(resources: Resources, caller: KeyHolder, task_id: UUID, order: TaskChange) -> TaskOut:
    """Rename, serve earlier or later, give more or less weight, or let pinned mails wait or not."""
    async with transaction(resources.engine) as connection:
        row = await find_task(connection, caller, task_id)
        changes = order.model_dump(exclude_none=True)
        if set(changes) - {"name"} and row["status"] in FINAL_STATUSES:
            raise ConflictError(f"The task is {row['status']}: only its name makes a difference any more.")
        if order.priority == 1 or (order.weight or 0) > 1:
            check_precedence(await find_pool(connection, caller.user_id, str(row["pool_id"])), order)
        await task.change(connection, caller.user_id, task_id, changes)
        shown = TaskOut.model_validate(dict(await find_task(connection, caller, task_id)))
    if set(changes) & {"weight", "pin_fallback"}:
        await tell_allocators(resources, row["pool_id"])
    if order.priority is not None:
        await tell(resources.orders.change_priority(task_id, order.priority), f"change priority of task {task_id}")
    return shown


async def _move(resources: Resources, caller: KeyHolder, task_id: UUID, status: str) -> TaskOut:
    """Bring the row to a status; done twice, nothing changes."""
    async with transaction(resources.engine) as connection:
        row = await task.lock(connection, caller.user_id, task_id)
        if row is None:
            raise missing_task(task_id)
        if row["status"] in FINAL_STATUSES and row["status"] != status:
            raise ConflictError(f"The task is {row['status']} and cannot be changed any more.")
        await task.set_status(connection, caller.user_id, task_id, status, TASK_MOVES[status])
        return TaskOut.model_validate(dict(await find_task(connection, caller, task_id)))


def _survey(row: RowMapping) -> Survey:
    return Survey(
        task_id=row["id"],
        user_id=row["user_id"],
        pool_id=row["pool_id"],
        as_of=row["created_at"],
        status=row["status"],
        name=row["name"],
        priority=row["priority"],
        start_at=row["start_at"],
    )
