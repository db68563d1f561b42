"""Lists in parts: an opaque cursor says where the last part ended, so that rows added meanwhile shift nothing."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Annotated, TypeVar
from uuid import UUID

from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import RowMapping

from api.problems import invalid
from api.schemas.base import Page

Item = TypeVar("Item", bound=BaseModel)

Limit = Annotated[int, Query(ge=1, le=200, description="Most rows in one answer")]
Search = Annotated[str | None, Query(max_length=200, description="A part of its name, in any case")]
Cursor = Annotated[str | None, Query(max_length=500, description="`nextCursor` of the answer before")]


def encode_cursor(*position: object) -> str:
    """Write down where a part ended."""
    return base64.urlsafe_b64encode(json.dumps([str(part) for part in position]).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: Callable[[str], object]) -> list[object] | None:
    """Read a cursor back, each part by its kind (`UUID`, `int`, …). One that was not made here is the asker's fault."""
    if cursor is None:
        return None
    try:
        parts = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        return [kind(part) for kind, part in zip(kinds, parts, strict=True)]
    except (ValueError, TypeError, AttributeError, RecursionError, binascii.Error):
        raise invalid("?cursor", "is not a cursor from an earlier answer") from None


def decode_moment(cursor: str | None) -> list[object] | None:
    """Read the cursor of a list that goes by `created_at` and id."""
    return decode_cursor(cursor, _instant, UUID)


def decode_number(cursor: str | None) -> int:
    """Read the cursor of a list that goes by a positive number; 0 before the first."""
    decoded = decode_cursor(cursor, _position)
    return 0 if decoded is None else int(str(decoded[0]))


def decode_text(cursor: str | None) -> str:
    """Read the cursor of a list that goes by a text; empty before the first."""
    decoded = decode_cursor(cursor, _storable)
    return "" if decoded is None else str(decoded[0])


def make_page(rows: Sequence[RowMapping], limit: int, item: type[Item], *position: str) -> Page[Item]:
    """Make a part of `limit` rows from a query that asked for one more; `position` names what it is sorted by."""
    return make_shown_page(rows, limit, lambda row: item.model_validate(dict(row)), *position)


def make_shown_page(
    rows: Sequence[RowMapping], limit: int, show: Callable[[RowMapping], Item], *position: str
) -> Page[Item]:
    """Make the same of rows that need more than their names changed to be shown."""
    shown = rows[:limit]
    last = shown[-1] if len(rows) > limit else None
    return Page(
        data=[show(row) for row in shown],
        next_cursor=encode_cursor(*(last[name] for name in position)) if last is not None else None,
    )


def _instant(text: str) -> datetime:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(text)
    return instant


def _position(text: str) -> int:
    number = int(text)
    if not 0 <= number < 2**63:
        raise ValueError(text)
    return number


def _storable(text: str) -> str:
    text.encode()  # a lone surrogate is no text
    if "\0" in text:
        raise ValueError(text)
    return text
