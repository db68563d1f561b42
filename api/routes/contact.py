"""`/api/contact-lists` and the contacts on them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from api.dependencies import Connection, Reader, Writer
from api.idempotency import OnlyOnce
from api.operations import contact as operations
from api.pages import Cursor, Limit, decode_moment, decode_number, make_page
from api.schemas.base import Page
from api.schemas.contact import ContactListIn, ContactListOut, ContactOut, ContactsIn, ContactsOut
from database.queries import contact

router = APIRouter(prefix="/api/contact-lists", tags=["contacts"])


@router.post("", status_code=201)
async def create(order: ContactListIn, caller: Writer, once: OnlyOnce, response: Response) -> ContactListOut:
    """Make an empty list."""
    made = await once.run(ContactListOut, lambda connection: operations.create_list(connection, caller, order))
    response.headers["Location"] = f"/api/contact-lists/{made.id}"
    return made


@router.get("")
async def list_own(
    caller: Reader, connection: Connection, limit: Limit = 50, cursor: Cursor = None
) -> Page[ContactListOut]:
    """List your contact lists."""
    rows = await contact.list_lists(connection, caller.user_id, decode_moment(cursor), limit)
    return make_page(rows, limit, ContactListOut, "created_at", "id")


@router.get("/{list_id}")
async def read(list_id: UUID, caller: Reader, connection: Connection) -> ContactListOut:
    """Read one list."""
    return await operations.read_list(connection, caller, list_id)


@router.delete("/{list_id}", status_code=204)
async def delete(list_id: UUID, caller: Writer, connection: Connection) -> None:
    """Delete a list. Its contacts stay, and tasks that have begun go on."""
    await operations.delete_list(connection, caller, list_id)


@router.post("/{list_id}/contacts")
async def add(list_id: UUID, order: ContactsIn, caller: Writer, once: OnlyOnce) -> ContactsOut:
    """Put contacts on a list, at most 1,000 at a time. One that exists keeps the fields that are not given."""
    return await once.run(
        ContactsOut, lambda connection: operations.add_contacts(connection, once.resources, caller, list_id, order)
    )


@router.get("/{list_id}/contacts")
async def members(
    list_id: UUID, caller: Reader, connection: Connection, limit: Limit = 50, cursor: Cursor = None
) -> Page[ContactOut]:
    """List the contacts on a list."""
    await operations.read_list(connection, caller, list_id)
    rows = await contact.members(connection, caller.user_id, list_id, decode_number(cursor), limit)
    return make_page(rows, limit, ContactOut, "id")


@router.delete("/{list_id}/contacts/{contact_id}", status_code=204)
async def remove(
    list_id: UUID, contact_id: Annotated[int, Path(ge=1, le=2**63 - 1)], caller: Writer, connection: Connection
) -> None:
    """Take a contact off a list."""
    await operations.remove_contact(connection, caller, list_id, contact_id)
