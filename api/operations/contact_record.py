"""Single contacts read, changed, deleted; many tagged."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.api_key import KeyHolder
from api.operations.segment import rules_of
from api.problems import invalid, owned
from api.schemas.contact import ContactChange, ContactOut, TaggingIn, TaggingOut
from database.connect import transaction
from database.queries import contact_record, segment
from database.queries.contact_record import Tagged
from runtime.resources import Resources

CHUNK = 10_000
"""Contacts tagged in one transaction, so that nobody who writes the others waits for long."""


async def read_contact(connection: AsyncConnection, caller: KeyHolder, contact_id: int) -> ContactOut:
    """One of the caller's contacts."""
    row = owned(await contact_record.get_contact(connection, caller.user_id, contact_id), "contact", contact_id)
    return ContactOut.model_validate(dict(row))


async def change_contact(
    connection: AsyncConnection, caller: KeyHolder, contact_id: int, change: ContactChange
) -> ContactOut:
    """Set or take away fields, and set the tags."""
    tags = None if change.tags is None else sorted(set(change.tags))
    changed = await contact_record.change_contact(connection, caller.user_id, contact_id, change.fields, tags)
    owned(changed, "contact", contact_id)
    return await read_contact(connection, caller, contact_id)


async def delete_contact(connection: AsyncConnection, caller: KeyHolder, contact_id: int) -> None:
    """Delete a contact and its places on lists; what was sent to it stays in the ledger."""
    owned(await contact_record.delete_contact(connection, caller.user_id, contact_id), "contact", contact_id)


async def tag_contacts(resources: Resources, caller: KeyHolder, order: TaggingIn) -> TaggingOut:
    """Tag contacts, many in parts: a call that broke off may be sent again, and goes on."""
    if (order.contact_ids is None) == (order.segment_id is None):
        raise invalid("#", "give either `contactIds` or `segmentId`")
    if not order.add and not order.remove:
        raise invalid("#/add", "give tags to `add` or to `remove`")
    if both := sorted(set(order.add) & set(order.remove)):
        raise invalid("#/remove", f"{both[0]!r} is to be added too")
    ids = await _ids(resources, caller, order)
    parts = [await _tag(resources, caller, ids[at : at + CHUNK], order) for at in range(0, len(ids), CHUNK)]
    return TaggingOut(
        contacts=sum(part.contacts for part in parts),
        changed=sum(part.changed for part in parts),
        full=sum(part.full for part in parts),
    )


async def _ids(resources: Resources, caller: KeyHolder, order: TaggingIn) -> Sequence[int]:
    if order.segment_id is None:
        return order.contact_ids or []
    async with transaction(resources.engine) as connection:
        rules = await rules_of(connection, caller, order.segment_id)
        return await segment.member_ids(connection, caller.user_id, rules)


async def _tag(resources: Resources, caller: KeyHolder, ids: Sequence[int], order: TaggingIn) -> Tagged:
    async with transaction(resources.engine) as connection:
        return await contact_record.tag_contacts(connection, caller.user_id, ids, order.add, order.remove)
