"""The rows an import refused, as a CSV file that a spreadsheet may open."""

import csv
import io
from collections.abc import AsyncIterator
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from database.connect import transaction
from database.queries import contact_import

PART_ROWS = 5_000
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
"""A cell that begins so is run as a formula by spreadsheets; it gets an apostrophe in front."""


async def refusals_csv(engine: AsyncEngine, import_id: UUID) -> AsyncIterator[bytes]:
    """Yield the file in parts, each read in a transaction of its own; UTF-8 with the mark spreadsheets look for."""
    yield "\ufeffline,reason,value\r\n".encode()
    after = -1
    while True:
        async with transaction(engine) as connection:
            rows = await contact_import.refusals(connection, import_id, after, PART_ROWS)
        if not rows:
            return
        after = rows[-1].line
        written = io.StringIO(newline="")
        csv.writer(written).writerows((row.line, row.reason, _harmless(row.value)) for row in rows)
        yield written.getvalue().encode()


def _harmless(value: str) -> str:
    return f"'{value}" if value.startswith(FORMULA_SIGNS) else value
