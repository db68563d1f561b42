"""`/api/segments`: saved filters on contacts."""

from uuid import UUID

from fastapi import APIRouter, Response

from api.dependencies import Connection, Reader, Writer
from api.idempotency import OnlyOnce
from api.operations import segment as operations
from api.pages import Cursor, Limit, decode_moment, make_page
from api.schemas.base import Page
from api.schemas.contact import ContactListOut
from api.schemas.segment import FreezeIn, SegmentChange, SegmentIn, SegmentOut, SegmentPreviewIn, SegmentPreviewOut
from database.queries import segment

router = APIRouter(prefix="/api/segments", tags=["segments"])


@router.post("", status_code=201)
async def create(order: SegmentIn, caller: Writer, once: OnlyOnce, response: Response) -> SegmentOut:
    """Keep a segment."""
    made = await once.run(SegmentOut, lambda connection: operations.create_segment(connection, caller, order))
    response.headers["Location"] = f"/api/segments/{made.id}"
    return made


@router.get("")
async def list_own(
    caller: Reader, connection: Connection, limit: Limit = 50, cursor: Cursor = None
) -> Page[SegmentOut]:
    """List your segments."""
    rows = await segment.list_segments(connection, caller.user_id, decode_moment(cursor), limit)
    return make_page(rows, limit, SegmentOut, "created_at", "id")


@router.post("/preview")
async def preview(order: SegmentPreviewIn, caller: Reader, connection: Connection) -> SegmentPreviewOut:
    """Count the contacts that rules find, within a second: exactly if that can be done, else from a sample."""
    return await operations.preview(connection, caller, order.rules)


@router.get("/{segment_id}")
async def read(segment_id: UUID, caller: Reader, connection: Connection) -> SegmentOut:
    """Read one segment."""
    return await operations.read_segment(connection, caller, segment_id)


@router.patch("/{segment_id}")
async def change(segment_id: UUID, order: SegmentChange, caller: Writer, connection: Connection) -> SegmentOut:
    """Change a segment's name or rules."""
    return await operations.change_segment(connection, caller, segment_id, order)


@router.delete("/{segment_id}", status_code=204)
async def delete(segment_id: UUID, caller: Writer, connection: Connection) -> None:
    """Delete a segment. Lists that were frozen from it stay."""
    await operations.delete_segment(connection, caller, segment_id)


@router.post("/{segment_id}/freeze", status_code=201)
async def freeze(
    segment_id: UUID, order: FreezeIn, caller: Writer, once: OnlyOnce, response: Response
) -> ContactListOut:
    """Make a contact list of those who are of the segment now."""
    made = await once.run(ContactListOut, lambda connection: operations.freeze(connection, caller, segment_id, order))
    response.headers["Location"] = f"/api/contact-lists/{made.id}"
    return made
