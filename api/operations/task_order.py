"""Orders to a task: the row first, then its workflow.

The workflow may not be there yet, and Temporal may be down: then the row stands, and reconcile repairs the rest.
"""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.idempotency import Once
from api.operations.api_key import KeyHolder
from api.operations.content import CheckedContent
from api.operations.erasure import refuse_erased
from api.operations.pool import find_pool
from api.operations.task import check_precedence, create_task, find_task, read_task
from api.operations.temporal import tell, tell_allocators
from api.problems import ConflictError, owned
from api.schemas.task import TaskChange, TaskIn, TaskOut
from contracts.task import FINAL_STATUSES, STEERED, TASK_MOVES, Steering, Survey
from database.connect import autocommit, transaction
from database.queries import task
from runtime.resources import Resources


async def create(once: Once, order: TaskIn, inline: CheckedContent | None) -> TaskOut:
    """Write a task and start its workflow. `inline`: its own content, checked.

    Asked again, it answers what it did, and sees to the workflow of a task that is not final by now: whoever wrote it
    may have died before they could start it.
    """
    written = False

    async def write(connection: AsyncConnection) -> TaskOut:
        nonlocal written
        written = True
        await refuse_erased(connection, once.resources, once.caller, "#/recipients", order.recipients or ())
        return await create_task(connection, once.caller, order, inline)

    made = await once.run(TaskOut, write)
    if written:
        await _start(once.resources, once.caller, made)
    else:
        await start(once.resources, once.caller, made.id)
    return made


async def start(resources: Resources, caller: KeyHolder, task_id: UUID) -> None:
    """Start the workflow of a task that was written, unless it is final. Safe to repeat."""
    async with autocommit(resources.engine) as connection:
        shown = await read_task(connection, caller, task_id)
    await _start(resources, caller, shown)


async def steer(resources: Resources, caller: KeyHolder, task_id: UUID, order: Steering) -> TaskOut:
    """Let nothing new go out, go on after a pause, or send nothing more, ever; mails under way end."""
    shown = await _move(resources, caller, task_id, STEERED[order])
    await tell(resources.orders.steer(task_id, order), f"{order} task {task_id}")
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
        row = owned(await task.lock(connection, caller.user_id, task_id), "task", task_id)
        if row["status"] in FINAL_STATUSES and row["status"] != status:
            raise ConflictError(f"The task is {row['status']} and cannot be changed any more.")
        await task.set_status(connection, caller.user_id, task_id, status, TASK_MOVES[status])
        return TaskOut.model_validate(dict(await find_task(connection, caller, task_id)))


async def _start(resources: Resources, caller: KeyHolder, shown: TaskOut) -> None:
    if shown.status not in FINAL_STATUSES:
        await tell(resources.orders.start(_survey(caller, shown)), f"start task {shown.id}")


def _survey(caller: KeyHolder, shown: TaskOut) -> Survey:
    return Survey(
        task_id=shown.id,
        user_id=caller.user_id,
        pool_id=shown.pool_id,
        as_of=shown.created_at,
        status=shown.status,
        name=shown.name,
        priority=shown.priority,
        start_at=shown.start_at,
    )
