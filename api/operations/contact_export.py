"""Contacts as a CSV file that a spreadsheet may open and an import reads back."""

import csv
import io
from collections.abc import AsyncIterator
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.api_key import KeyHolder
from api.operations.contact import read_list
from api.operations.segment import rules_of
from content.csv_cell import harmless
from contracts.segment import All, ListRule, Rule, TagRule
from database.connect import transaction
from database.queries import contact_export
from runtime.resources import Resources

ROWS_PER_PART = 500


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


async def export(resources: Resources, caller: KeyHolder, rule: Rule | None) -> AsyncIterator[str]:
    """Yield the file in parts: address, tags, then a column for each field; UTF-8 with the mark spreadsheets look for.

    Numbers and booleans become texts; else an import of the file gives the same contacts.
    """
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    async with transaction(resources.engine) as connection:
        names = await contact_export.field_names(connection, caller.user_id, rule)
        yield "\ufeff"
        writer.writerow(["email", "tags", *names])
        written = 0
        async for row in contact_export.export(connection, caller.user_id, rule):
            fields = row["fields"]
            cells = [row["email"], ", ".join(row["tags"]), *(_text(fields.get(name)) for name in names)]
            writer.writerow([harmless(cell) for cell in cells])
            written += 1
            if written % ROWS_PER_PART == 0:
                yield buffer.getvalue()
                buffer.seek(0)
                buffer.truncate()
    yield buffer.getvalue()


def _text(value: object) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)
