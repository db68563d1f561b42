"""Contacts put on lists, and lists deleted."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.address import checked
from api.operations.api_key import KeyHolder
from api.operations.erasure import refuse_erased
from api.problems import ConflictError, owned
from api.schemas.contact import ContactIn, ContactListIn, ContactListOut, ContactsIn, ContactsOut
from database.queries import contact
from database.queries.contact import NewContact
from mail.address import address_key
from runtime.resources import Resources


async def create_list(connection: AsyncConnection, caller: KeyHolder, order: ContactListIn) -> ContactListOut:
    """Make an empty list."""
    return await read_list(connection, caller, await contact.insert_list(connection, caller.user_id, order.name))


async def read_list(connection: AsyncConnection, caller: KeyHolder, list_id: UUID) -> ContactListOut:
    """One of the caller's lists."""
    row = owned(await contact.get_list(connection, caller.user_id, list_id), "contact list", list_id)
    return ContactListOut.model_validate(dict(row))


async def delete_list(connection: AsyncConnection, caller: KeyHolder, list_id: UUID) -> None:
    """Delete a list; its contacts stay."""
    owned(await contact.lock_list(connection, caller.user_id, list_id), "contact list", list_id)
    if not await contact.delete_list(connection, list_id):
        raise ConflictError("A task or campaign that has not begun is to be sent to this list. Cancel it first.")


async def add_contacts(
    connection: AsyncConnection, resources: Resources, caller: KeyHolder, list_id: UUID, order: ContactsIn
) -> ContactsOut:
    """Put contacts on a list; one wrong address refuses them all, and every wrong one is named."""
    await read_list(connection, caller, list_id)
    await refuse_erased(connection, resources, caller, "#/contacts", order.contacts)
    given = merged("#/contacts", order.contacts)
    row = await contact.upsert(connection, caller.user_id, list_id, given)
    return ContactsOut(received=len(order.contacts), contacts=row["contacts"], added=row["added"])


async def remove_contact(connection: AsyncConnection, caller: KeyHolder, list_id: UUID, contact_id: int) -> None:
    """Take a contact off a list."""
    await read_list(connection, caller, list_id)
    await contact.remove(connection, list_id, contact_id)


def merged(pointer: str, given: Sequence[ContactIn]) -> list[NewContact]:
    """Make one of those whose addresses differ in case only: the later wins, field by field."""
    addresses = checked([(f"{pointer}/{place}/email", each.email) for place, each in enumerate(given)])
    people: dict[str, NewContact] = {}
    for address, each in zip(addresses, given, strict=True):
        key = address_key(address)
        earlier = people[key].fields if key in people else {}
        people[key] = NewContact(address, key, {**earlier, **each.fields})
    return list(people.values())
