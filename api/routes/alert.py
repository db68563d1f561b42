"""`/api/alerts`."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.dependencies import Connection, Reader
from api.pages import Cursor, Limit, decode_number, make_page
from api.schemas.alert import AlertOut, AlertState
from api.schemas.base import Page
from database.queries import alert

router = APIRouter(prefix="/api/alerts", tags=["alerts"])

State = Annotated[AlertState, Query(description="Those that last, those that are over, or all")]


@router.get("")
async def list_all(
    caller: Reader, connection: Connection, state: State = "open", limit: Limit = 50, cursor: Cursor = None
) -> Page[AlertOut]:
    """What is wrong and what to do about it, the newest first: everyone's for administrators, else your own."""
    owner = None if caller.admin else caller.user_id
    rows = await alert.list_raised(connection, owner, state, decode_number(cursor), limit)
    return make_page(rows, limit, AlertOut, "id")
