"""`/api/api-keys`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from api.dependencies import Connection, Holders, Process, Reader, Writer
from api.idempotency import OnlyOnce
from api.operations.api_key import order_key, owner
from api.pages import Cursor, Limit, decode_moment, make_page
from api.problems import owned
from api.schemas.api_key import ApiKeyIn, ApiKeyOut, NewApiKeyOut
from api.schemas.base import Page
from database.connect import transaction
from database.queries import api_key

router = APIRouter(prefix="/api/api-keys", tags=["API keys"])


@router.post("", status_code=201)
async def create(order: ApiKeyIn, caller: Writer, once: OnlyOnce) -> NewApiKeyOut:
    """Make a key. It is shown in full this once."""
    return await once.run(NewApiKeyOut, lambda connection: order_key(connection, caller, order), secret=True)


@router.get("")
async def list_own(
    caller: Reader,
    connection: Connection,
    user_id: Annotated[UUID | None, Query(alias="userId", description="Of this user; administrators only")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ApiKeyOut]:
    """List your keys that are not revoked, or those of another user."""
    rows = await api_key.list_valid(connection, owner(caller, user_id), decode_moment(cursor), limit)
    return make_page(rows, limit, ApiKeyOut, "created_at", "id")


@router.delete("/{key_id}", status_code=204)
async def delete(key_id: UUID, caller: Writer, process: Process, holders: Holders) -> None:
    """Revoke a key, at once and for ever; administrators anyone's."""
    async with transaction(process.engine) as connection:
        whose = None if caller.admin else caller.user_id
        owned(await api_key.revoke(connection, whose, key_id), "key", key_id)
    holders.forget()
