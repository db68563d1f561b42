"""Contact imports: staging by COPY, what was refused, and how an import stands."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from io import BytesIO
from uuid import UUID

import asyncpg
from sqlalchemy import RowMapping, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.contact_import import ImportMode

LIST_EXISTS = text("""
    SELECT true FROM contact_lists WHERE id = :contact_list_id AND user_id = :user_id AND NOT hidden
""")

CREATE = text("""
    INSERT INTO contact_imports (id, user_id, contact_list_id, file_name, status, encoding, delimiter, columns,
        mode, tags)
    SELECT :id, :user_id, id, :file_name, 'staging', :encoding, :delimiter, CAST(:columns AS jsonb), :mode,
        CAST(:tags AS text[])
    FROM contact_lists WHERE id = :contact_list_id AND user_id = :user_id
    RETURNING id
""")

STAGED = text("""
    UPDATE contact_imports SET status = 'staged', rows_read = :rows_read, rejected = :rejected WHERE id = :id
""")

RECORD_FAILURE = text("""
    INSERT INTO contact_imports (id, user_id, contact_list_id, file_name, status, encoding, delimiter, columns,
        mode, tags, error, completed_at)
    SELECT :id, :user_id, id, :file_name, 'failed', :encoding, :delimiter, CAST(:columns AS jsonb), :mode,
        CAST(:tags AS text[]), :error, clock_timestamp()
    FROM contact_lists WHERE id = :contact_list_id AND user_id = :user_id
""")

ONE = text("""
    SELECT id, contact_list_id, file_name, status, encoding, delimiter, columns, mode, tags, rows_read, rejected,
        merged, skipped, accepted, error, created_at, completed_at
    FROM contact_imports WHERE id = :id AND user_id = :user_id
""")

REFUSALS = text("""
    SELECT line, reason, value FROM contact_import_errors WHERE import_id = :id AND line > :after
    ORDER BY line LIMIT :most
""")

STAGED_COLUMNS = ("import_id", "line", "email", "email_key", "fields", "tags")


@dataclass(frozen=True, slots=True)
class NewImport:
    """An upload as it is known before its rows are read."""

    id: UUID
    user_id: UUID
    contact_list_id: UUID
    file_name: str
    encoding: str | None = None
    delimiter: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    """Title in the file → field of a contact."""
    mode: ImportMode = "merge"
    tags: list[str] = field(default_factory=list)
    """Put on every contact of the file."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row of the file that was not taken."""

    line: int
    reason: str
    value: str


async def list_exists(connection: AsyncConnection, user_id: UUID, contact_list_id: UUID) -> bool:
    """Whether this is a list of this user that people see."""
    found = await connection.execute(LIST_EXISTS, {"user_id": user_id, "contact_list_id": contact_list_id})
    return found.first() is not None


async def create_import(connection: AsyncConnection, new: NewImport) -> bool:
    """Write the import that staged rows belong to; false if the list is gone or someone else's."""
    return (await connection.execute(CREATE, _values(new))).first() is not None


async def record_failure(connection: AsyncConnection, new: NewImport, error: str) -> None:
    """Write down an import that came to nothing, and why."""
    await connection.execute(RECORD_FAILURE, _values(new) | {"error": error})


def staged_line(  # noqa: PLR0913, PLR0917 - a column each, called for every row
    import_id: str, line: int, email: str, email_key: str, fields: str, tags: Sequence[str] = ()
) -> str:
    """Return a good row as a line of COPY; `fields` is a JSON object, in which control characters stand escaped."""
    written = fields.replace("\\", "\\\\")
    labels = _escaped(_array(tags)) if tags else "{}"
    return f"{import_id}\t{line}\t{_escaped(email)}\t{_escaped(email_key)}\t{written}\t{labels}\n"


def _array(words: Sequence[str]) -> str:
    quoted = (word.replace("\\", "\\\\").replace('"', '\\"') for word in words)
    return "{" + ",".join(f'"{word}"' for word in quoted) + "}"


def refused_line(import_id: str, refusal: Refusal) -> str:
    """Return a refused row as a line of COPY."""
    return f"{import_id}\t{refusal.line}\t{_escaped(refusal.reason)}\t{_escaped(refusal.value)}\n"


async def copy_staged(connection: AsyncConnection, lines: Iterable[str]) -> None:
    """COPY rows made by `staged_line`, inside the connection's transaction."""
    await _copy(connection, "contact_import_rows", STAGED_COLUMNS, lines)


async def copy_refused(connection: AsyncConnection, lines: Iterable[str]) -> None:
    """COPY rows made by `refused_line`, inside the connection's transaction."""
    await _copy(connection, "contact_import_errors", ("import_id", "line", "reason", "value"), lines)


async def mark_staged(connection: AsyncConnection, import_id: UUID, rows_read: int, rejected: int) -> None:
    """Say that the whole file has arrived: from now on its workflow may merge it."""
    await connection.execute(STAGED, {"id": import_id, "rows_read": rows_read, "rejected": rejected})


async def get_import(connection: AsyncConnection, user_id: UUID, import_id: UUID) -> RowMapping | None:
    """One import of this user."""
    return (await connection.execute(ONE, {"id": import_id, "user_id": user_id})).mappings().first()


async def refusals(connection: AsyncConnection, import_id: UUID, after: int, most: int) -> list[Refusal]:
    """Return refused rows beyond line `after`, in the order of the file."""
    rows = await connection.execute(REFUSALS, {"id": import_id, "after": after, "most": most})
    return [Refusal(**row) for row in rows.mappings()]


def _values(new: NewImport) -> dict[str, object]:
    return asdict(new) | {"columns": json.dumps(new.columns)}


def _escaped(value: str) -> str:
    """Return a value as the text format of COPY writes it."""
    return value.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


async def _copy(connection: AsyncConnection, table: str, columns: tuple[str, ...], lines: Iterable[str]) -> None:
    source = BytesIO("".join(lines).encode())
    driver = (await connection.get_raw_connection()).driver_connection
    assert driver is not None
    try:
        await driver.copy_to_table(table, source=source, columns=columns, format="text")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError) as error:
        raise DBAPIError(f"COPY {table}", None, error) from error  # as every other statement of this connection fails
