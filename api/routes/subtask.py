"""`/api/tasks/{id}/subtasks`: the single mails of a task, and its events."""

from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse

from api.csv_answer import csv_answer
from api.dependencies import Analysis, Connection, Forecasts, Health, Process, Reader, Stopping, Writer
from api.idempotency import OnlyOnce
from api.operations import subtask as operations
from api.operations.task import find_task
from api.operations.task_events import task_events
from api.operations.task_status import realtime_status
from api.pages import Cursor, Limit, decode_number, make_page
from api.schemas.base import Line, Page
from api.schemas.contact import ContactListOut
from api.schemas.evidence import UnknownOut
from api.schemas.subtask import (
    MailListIn,
    ReasonOut,
    ResolveIn,
    ResolveOut,
    SubtaskHistoryOut,
    SubtaskOut,
    SubtaskStatus,
)
from database.queries import subtask

router = APIRouter(prefix="/api/tasks/{task_id}", tags=["tasks"])

Seq = Annotated[int, Path(ge=1, le=2**31 - 1, description="The mail's number in its task")]
NO_CACHE = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@router.get("/subtasks")
async def list_own(
    *,
    task_id: UUID,
    caller: Reader,
    connection: Connection,
    status: Annotated[SubtaskStatus | None, Query()] = None,
    reason: Annotated[Line | None, Query()] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[SubtaskOut]:
    """List the mails of a task by number."""
    await find_task(connection, caller, task_id)
    after = decode_number(cursor)
    rows = await subtask.list_own(
        connection, caller.user_id, task_id, status=status, reason=reason, after=after, limit=limit
    )
    return make_page(rows, limit, SubtaskOut, "seq")


@router.post("/subtasks/resolve")
async def resolve(task_id: UUID, order: ResolveIn, caller: Writer, process: Process) -> ResolveOut:
    """Decide mails whose outcome is unknown: send again, take as sent, or give up."""
    return await operations.resolve(process, caller, task_id, order)


@router.post("/subtasks/list", status_code=201)
async def make_list(
    task_id: UUID, order: MailListIn, caller: Writer, once: OnlyOnce, response: Response
) -> ContactListOut:
    """Make a contact list of those whose mails failed or were cancelled, to write to them anew."""
    made = await once.run(ContactListOut, lambda connection: operations.make_list(connection, caller, task_id, order))
    response.headers["Location"] = f"/api/contact-lists/{made.id}"
    return made


@router.get("/subtasks/unknown")
async def list_unknown(
    task_id: UUID, caller: Reader, connection: Connection, limit: Limit = 50, cursor: Cursor = None
) -> Page[UnknownOut]:
    """List the mails of a task that nobody knows the outcome of, with what is known of each."""
    await find_task(connection, caller, task_id)
    rows = await subtask.unknown(connection, caller.user_id, task_id, after=decode_number(cursor), limit=limit)
    return make_page(rows, limit, UnknownOut, "seq")


@router.get("/subtasks/reasons")
async def list_reasons(task_id: UUID, caller: Reader, connection: Analysis) -> Page[ReasonOut]:
    """Why mails of a task were not sent, and how many for each reason; the most frequent first, all at once."""
    await find_task(connection, caller, task_id)
    rows = await subtask.reasons(connection, caller.user_id, task_id)
    return Page(data=[ReasonOut.model_validate(dict(row)) for row in rows])


@router.get("/subtasks/{seq}")
async def read(task_id: UUID, seq: Seq, caller: Reader, connection: Connection) -> SubtaskHistoryOut:
    """One mail with every try of it."""
    return await operations.history(connection, caller, task_id, seq)


@router.get("/export.csv", response_class=StreamingResponse)
async def export(task_id: UUID, caller: Reader, connection: Connection, process: Process) -> StreamingResponse:
    """Every mail of a task as CSV."""
    await find_task(connection, caller, task_id)
    return csv_answer(operations.export(process, caller, task_id), f"task-{task_id}.csv")


@router.get("/events", response_class=StreamingResponse)
async def events(
    *,
    task_id: UUID,
    caller: Reader,
    connection: Connection,
    process: Process,
    forecasts: Forecasts,
    watch: Health,
    stopping: Stopping,
) -> StreamingResponse:
    """Server-sent events: the realtime status whenever it changes, until the task ends."""
    await find_task(connection, caller, task_id)

    status = partial(realtime_status, forecasts=forecasts, watch=watch, caller=caller, task_id=task_id)
    stream = task_events(process, status, task_id, stopping)
    return StreamingResponse(stream, media_type="text/event-stream", headers=NO_CACHE)
