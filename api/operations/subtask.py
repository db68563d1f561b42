"""Single mails: their history, their export, and decisions on those nobody knows the outcome of."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.csv_answer import Rows
from api.operations.api_key import KeyHolder
from api.operations.contact import create_list, read_list
from api.operations.task import find_task
from api.operations.task_order import start
from api.operations.temporal import tell
from api.problems import ConflictError, NotFoundError, owned
from api.schemas.contact import ContactListIn, ContactListOut
from api.schemas.subtask import DeliveryOut, MailListIn, ResolveIn, ResolveOut, SubtaskHistoryOut
from contracts.task import FINAL_STATUSES
from database.connect import transaction
from database.queries import choice, subtask, task
from runtime.resources import Resources

COLUMNS = (
    "seq", "email", "status", "reason", "retry_count", "retry_at", "service", "message_id", "due_at", "sent_at",
)  # fmt: skip


async def history(connection: AsyncConnection, caller: KeyHolder, task_id: UUID, seq: int) -> SubtaskHistoryOut:
    """One mail and every try of it."""
    row = await subtask.get(connection, caller.user_id, task_id, seq)
    if row is None:
        raise NotFoundError(f"You have no task {task_id} with a mail number {seq}.")
    choices = await choice.of_subtask(connection, caller.user_id, task_id, seq)
    tries = [
        DeliveryOut.model_validate({**each, "choice": choices.get(each["permit_id"])})
        for each in await subtask.deliveries(connection, task_id, seq)
    ]
    return SubtaskHistoryOut.model_validate({**row, "deliveries": tries})


async def resolve(resources: Resources, caller: KeyHolder, task_id: UUID, order: ResolveIn) -> ResolveOut:
    """Carry out a person's decision. Sending again re-opens a task that was completed."""
    again = order.decision == "resend"
    async with transaction(resources.engine) as connection:
        row = owned(await task.lock(connection, caller.user_id, task_id), "task", task_id)
        if row["status"] == "cancelled" and again:
            raise ConflictError("The task is cancelled: nothing more is sent. Decide `sent` or `failed`.")
        resolved = await subtask.resolve(connection, task_id, order.decision, caller.key_id, order.seqs)
        if resolved and again:
            await task.reopen(connection, task_id)
        shown = await find_task(connection, caller, task_id)
    if resolved and shown["status"] not in FINAL_STATUSES:
        await start(resources, caller, task_id)
        await tell(resources.orders.ledger_changed(task_id), f"tell task {task_id} of {resolved} decisions")
    return ResolveOut(resolved=resolved, unknown=shown["by_status"]["unknown"], status=shown["status"])


async def make_list(connection: AsyncConnection, caller: KeyHolder, task_id: UUID, order: MailListIn) -> ContactListOut:
    """Make a list of the contacts of some mails; those that were erased or deleted are not on it.

    Nor is, unless asked for by that reason, whom a person gave up: nobody knows what arrived there.
    """
    await find_task(connection, caller, task_id)
    made = await create_list(connection, caller, ContactListIn(name=order.name))
    await subtask.put_on_list(connection, caller.user_id, task_id, made.id, order.status, order.reason)
    return await read_list(connection, caller, made.id)


async def export(resources: Resources, caller: KeyHolder, task_id: UUID) -> Rows:
    """A row of `COLUMNS` for every mail."""
    yield COLUMNS
    async with transaction(resources.engine) as connection:
        async for row in subtask.export(connection, caller.user_id, task_id):
            yield [row[column] for column in COLUMNS]
