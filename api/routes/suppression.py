"""`/api/suppressions`."""

from typing import Annotated

from fastapi import APIRouter, Path, Query

from api.dependencies import Connection, Reader, Writer
from api.idempotency import OnlyOnce
from api.operations import suppression as operations
from api.operations.address import checked_one
from api.pages import Cursor, Limit, decode_text, make_page
from api.schemas.base import Address, Page
from api.schemas.contact import SuppressionOut, SuppressionsIn, SuppressionsOut
from database.queries import suppression
from mail.address import address_key

router = APIRouter(prefix="/api/suppressions", tags=["suppressions"])


@router.post("", status_code=201)
async def create(order: SuppressionsIn, caller: Writer, once: OnlyOnce) -> SuppressionsOut:
    """Never write to these addresses again."""
    return await once.run(SuppressionsOut, lambda connection: operations.suppress(connection, caller, order))


@router.get("")
async def list_own(
    caller: Reader,
    connection: Connection,
    limit: Limit = 50,
    cursor: Cursor = None,
    email: Annotated[Address | None, Query(description="Only this address")] = None,
) -> Page[SuppressionOut]:
    """List the addresses that are never written to."""
    key = address_key(checked_one("?email", email)) if email is not None else None
    rows = await suppression.list_own(connection, caller.user_id, key, decode_text(cursor), limit)
    return make_page(rows, limit, SuppressionOut, "email")


@router.delete("/{email}", status_code=204)
async def delete(email: Annotated[Address, Path()], caller: Writer, connection: Connection) -> None:
    """Let an address be written to again."""
    await operations.allow(connection, caller, email)
