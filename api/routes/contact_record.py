"""`/api/contacts`: single contacts, and their tags."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from fastapi.responses import StreamingResponse

from api.csv_answer import csv_answer
from api.dependencies import Connection, Process, Reader, Writer
from api.operations import contact_export, erasure
from api.operations import contact_record as operations
from api.pages import Cursor, Limit, decode_number, make_page
from api.schemas.base import Address, Page, Text
from api.schemas.contact import ContactChange, ContactOut, ErasureIn, ErasureOut, TaggingIn, TaggingOut
from contracts.tag import TagName
from database.queries import contact_record
from mail.address import address_key

router = APIRouter(prefix="/api/contacts", tags=["contacts"])

ContactId = Annotated[int, Path(ge=1, le=2**63 - 1)]
Prefix = Annotated[Text | None, Query(min_length=1, max_length=254, description="How the address begins, in any case")]


@router.get("")
async def list_own(
    *,
    caller: Reader,
    connection: Connection,
    email: Prefix = None,
    tag: Annotated[TagName | None, Query()] = None,
    list_id: Annotated[UUID | None, Query(alias="listId")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ContactOut]:
    """List your contacts: all, or those of an address's beginning, a tag, a list."""
    prefix = None if email is None else address_key(email)
    rows = await contact_record.list_contacts(
        connection, caller.user_id, prefix=prefix, tag=tag, list_id=list_id, after=decode_number(cursor), limit=limit
    )
    return make_page(rows, limit, ContactOut, "id")


@router.get("/export.csv", response_class=StreamingResponse)
async def export(
    *,
    caller: Reader,
    connection: Connection,
    process: Process,
    list_id: Annotated[UUID | None, Query(alias="listId")] = None,
    segment_id: Annotated[UUID | None, Query(alias="segmentId")] = None,
    tag: Annotated[TagName | None, Query()] = None,
) -> StreamingResponse:
    """Your contacts as CSV: all, or those of a list, a segment, a tag. An import reads it back."""
    rule = await contact_export.chosen(connection, caller, list_id, segment_id, tag)
    return csv_answer(contact_export.export(process, caller, rule), "contacts.csv", marked=True)


@router.post("/tags")
async def tag(order: TaggingIn, caller: Writer, process: Process) -> TaggingOut:
    """Put tags on contacts and take others off: of a segment, or of at most 1,000 named by id."""
    return await operations.tag_contacts(process, caller, order)


@router.post("/erase")
async def erase(order: ErasureIn, caller: Writer, process: Process) -> ErasureOut:
    """Erase a person: their address leaves everything that is yours; sums and counts stay. It cannot be undone."""
    return await erasure.erase(process, caller, order)


@router.delete("/erased/{email}", status_code=204)
async def readmit(email: Annotated[Address, Path()], caller: Writer, process: Process) -> None:
    """Let an erased address be added again, for someone who came back by themselves."""
    await erasure.readmit(process, caller, email)


@router.get("/{contact_id}")
async def read(contact_id: ContactId, caller: Reader, connection: Connection) -> ContactOut:
    """Read one contact."""
    return await operations.read_contact(connection, caller, contact_id)


@router.patch("/{contact_id}")
async def change(contact_id: ContactId, order: ContactChange, caller: Writer, connection: Connection) -> ContactOut:
    """Change a contact's fields and tags."""
    return await operations.change_contact(connection, caller, contact_id, order)


@router.delete("/{contact_id}", status_code=204)
async def delete(contact_id: ContactId, caller: Writer, connection: Connection) -> None:
    """Delete a contact. What was sent to it stays in the ledger; to remove that too, erase the person."""
    await operations.delete_contact(connection, caller, contact_id)
