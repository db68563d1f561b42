"""CSV files as answers: made while they are read, and without a cell that a spreadsheet would run."""

import csv
import io
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from datetime import datetime

from fastapi.responses import StreamingResponse

from content.csv_cell import harmless

Rows = AsyncGenerator[Sequence[object], None]
"""Titles, then a sequence of values for each line."""

ROWS_PER_PART = 500
MARK = "\ufeff"
"""By which spreadsheets know UTF-8."""


def csv_answer(rows: Rows, name: str, *, marked: bool = False) -> StreamingResponse:
    """Answer with a file of this name, of rows as they come; `marked`: for a spreadsheet."""
    headers = {
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",
        "Content-Disposition": f'attachment; filename="{name}"',
    }
    parts = _parts(rows, MARK if marked else "")
    return StreamingResponse(parts, media_type="text/csv; charset=utf-8", headers=headers)


async def _parts(rows: Rows, mark: str) -> AsyncIterator[str]:
    part = io.StringIO(newline="")
    part.write(mark)
    writer = csv.writer(part)
    count = 0
    async with aclosing(rows):
        async for row in rows:
            writer.writerow([cell(value) for value in row])
            count += 1
            if count % ROWS_PER_PART == 0:
                yield part.getvalue()
                part.seek(0)
                part.truncate()
    yield part.getvalue()


def cell(value: object) -> str:
    """Write a value so that a spreadsheet shows it and does not run it; nothing is an empty cell."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return harmless(value.isoformat() if isinstance(value, datetime) else str(value))
