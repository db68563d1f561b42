"""`/api/events`: what came back for your mails."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.dependencies import Connection, Reader
from api.pages import Cursor, Limit, decode_number, make_page
from api.schemas.base import Page
from api.schemas.event import EventOut
from contracts.event import EventKind
from database.queries import event_list

router = APIRouter(prefix="/api/events", tags=["statistics"])

Kind = Annotated[EventKind | None, Query()]
OfTask = Annotated[UUID | None, Query(alias="taskId", description="Only for mails of this task")]
OfMail = Annotated[int | None, Query(ge=1, le=2**31 - 1, description="With `taskId`: only for the mail of this number")]


@router.get("")
async def list_own(
    *,
    caller: Reader,
    connection: Connection,
    task_id: OfTask = None,
    seq: OfMail = None,
    kind: Kind = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[EventOut]:
    """List opens, clicks, replies, bounces, complaints and unsubscribes, in the order in which they were recorded."""
    narrowed = event_list.Filters(user_id=caller.user_id, task_id=task_id, seq=seq, kind=kind)
    rows = await event_list.list_own(connection, narrowed, after=decode_number(cursor), limit=limit)
    return make_page(rows, limit, EventOut, "id")
