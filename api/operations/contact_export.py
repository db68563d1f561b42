"""Contacts as a CSV file that a spreadsheet may open and an import reads back."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.csv_answer import Rows
from api.operations.api_key import KeyHolder
from api.operations.contact import read_list
from api.operations.segment import rules_of
from contracts.segment import All, ListRule, Rule, TagRule
from database.connect import transaction
from database.queries import contact_export
from runtime.resources import Resources


async def chosen(
    connection: AsyncConnection, caller: KeyHolder, list_id: UUID | None, segment_id: UUID | None, tag: str | None
) -> Rule | None:
    """Which contacts are meant: those that every filter given finds; none given, all."""
    rules: list[Rule] = []
    if list_id is not None:
        await read_list(connection, caller, list_id)
        rules.append(ListRule(list=list_id))
    if segment_id is not None:
        rules.append(await rules_of(connection, caller, segment_id))
    if tag is not None:
        rules.append(TagRule(tag=tag))
    return All(all=tuple(rules)) if rules else None


async def export(resources: Resources, caller: KeyHolder, rule: Rule | None) -> Rows:
    """A row for each contact: address, tags, then a column for each field that any of them has.

    Numbers and booleans become texts; else an import of the file gives the same contacts.
    """
    async with transaction(resources.engine) as connection:
        names = await contact_export.field_names(connection, caller.user_id, rule)
        yield ["email", "tags", *names]
        async for row in contact_export.export(connection, caller.user_id, rule):
            yield [row["email"], ", ".join(row["tags"]), *(row["fields"].get(name) for name in names)]
