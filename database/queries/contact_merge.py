"""Staged rows become contacts and members of a list, a chunk of the file at a time.

A chunk's rows are removed in the transaction that merges them, so what is staged is always what is still to do: a run
that comes twice goes on where the first ended, and a late one finds nothing.
"""

from dataclasses import dataclass
from uuid import UUID

from contracts.contact_import import ImportTotals
from database.connect import PoolConnection

LOCK = """
    SELECT user_id, contact_list_id, status, tags, CASE WHEN mode = 'replace' THEN merging_at END AS replaces_before
    FROM contact_imports WHERE id = $1 FOR UPDATE
"""

BEGIN = """
    UPDATE contact_imports SET status = 'merging', merging_at = clock_timestamp(), merged = rows_read - rejected - (
        SELECT count(*) FROM (SELECT FROM contact_import_rows WHERE import_id = $1 GROUP BY email_key) AS addresses)
    WHERE id = $1 AND status = 'staged' RETURNING mode IN ('insert', 'update')
"""

# Before anything is merged: later, a contact may exist by an earlier part of the file.
SKIP = """
    WITH skipped AS (
        DELETE FROM contact_import_rows r USING contact_imports i
        WHERE r.import_id = $1 AND i.id = $1 AND (i.mode = 'insert') = EXISTS (
            SELECT FROM contacts c WHERE c.user_id = i.user_id AND c.email_key = r.email_key)
        RETURNING r.email_key
    )
    UPDATE contact_imports SET skipped = (SELECT count(DISTINCT email_key) FROM skipped) WHERE id = $1
"""

CHUNK = """
    SELECT max(line) AS last_line, count(*) AS rows FROM (
        SELECT line FROM contact_import_rows WHERE import_id = $1 AND line > $2 ORDER BY line LIMIT $3) AS chunk
"""

# Arrays of tags are put together only for rows that have any.
MERGE = """
    WITH taken AS (
        DELETE FROM contact_import_rows WHERE import_id = $1 AND line > $2 AND line <= $3
        RETURNING line, email, email_key, fields, tags
    ), counted AS (
        SELECT line, email, email_key, fields, tags, count(*) OVER (PARTITION BY email_key) AS times FROM taken
    ), addresses AS (
        SELECT email, email_key, fields, tags FROM counted WHERE times = 1
        UNION ALL
        SELECT (array_agg(email ORDER BY line DESC))[1], email_key,
            coalesce(jsonb_object_agg(name, value ORDER BY line) FILTER (WHERE name IS NOT NULL), '{}'),
            ARRAY(SELECT unnest(o.tags) FROM counted o WHERE o.times > 1 AND o.email_key = counted.email_key)
        FROM counted LEFT JOIN LATERAL jsonb_each(fields) AS field (name, value) ON true
        WHERE times > 1 GROUP BY email_key
    ), written AS (
        INSERT INTO contacts (user_id, email, email_key, fields, tags)
        SELECT $4, email, email_key, fields, CASE WHEN tags = '{}' THEN CAST($6 AS text[])
            ELSE (ARRAY(SELECT tag FROM unnest(tags || CAST($6 AS text[])) t(tag) GROUP BY 1 ORDER BY 1))[1:100] END
        FROM addresses ORDER BY email_key
        ON CONFLICT (user_id, email_key) DO UPDATE SET email = excluded.email,
            fields = CASE WHEN contacts.updated_at < $7 THEN excluded.fields
                ELSE contacts.fields || excluded.fields END,
            tags = CASE WHEN excluded.tags = '{}' OR contacts.tags @> excluded.tags THEN contacts.tags ELSE (ARRAY(
                SELECT tag FROM unnest(contacts.tags || excluded.tags) t(tag) GROUP BY 1 ORDER BY 1))[1:100] END,
            updated_at = clock_timestamp()
        RETURNING id
    ), listed AS (
        INSERT INTO contact_list_members (contact_list_id, contact_id) SELECT $5, id FROM written
        ON CONFLICT DO NOTHING
    )
    UPDATE contact_imports SET accepted = least(rows_read - rejected - merged - skipped,
        accepted + (SELECT count(*) FROM written))
    WHERE id = $1
"""

FINISH = """
    UPDATE contact_imports SET status = 'completed', accepted = rows_read - rejected - merged - skipped,
        completed_at = clock_timestamp()
    WHERE id = $1 AND status = 'merging' AND NOT EXISTS (SELECT FROM contact_import_rows WHERE import_id = $1)
"""

FAIL = """
    UPDATE contact_imports SET status = 'failed', error = $2, completed_at = clock_timestamp()
    WHERE id = $1 AND status IN ('staged', 'merging')
"""

DROP_STAGED = "DELETE FROM contact_import_rows WHERE import_id = $1"

UNFINISHED = """
    SELECT id, user_id, file_name FROM contact_imports WHERE status IN ('staged', 'merging') ORDER BY created_at
"""

TOTALS = "SELECT status, rows_read, rejected, merged, skipped, accepted FROM contact_imports WHERE id = $1"


@dataclass(frozen=True, slots=True)
class Chunk:
    """A piece of the file that was merged."""

    last_line: int
    rows: int


@dataclass(frozen=True, slots=True)
class UnfinishedImport:
    """An import whose workflow should be running."""

    id: UUID
    user_id: UUID
    file_name: str


async def unfinished_imports(connection: PoolConnection) -> list[UnfinishedImport]:
    """Every import that should have a running workflow, the oldest first."""
    return [UnfinishedImport(**dict(row)) for row in await connection.fetch(UNFINISHED)]


async def begin_merge(connection: PoolConnection, import_id: UUID) -> None:
    """Count the duplicates inside the file, pass over what its mode leaves alone, and say that merging has begun.

    Safe to repeat; call it in a transaction of its own.
    """
    if await connection.fetchval(BEGIN, import_id):
        await connection.execute(SKIP, import_id)


async def merge_chunk(connection: PoolConnection, import_id: UUID, after: int, size: int) -> Chunk | None:
    """Merge the next rows beyond line `after`, or nothing if there are none; call it in a transaction of its own.

    Rows of one address are merged in the order of the file: what a later line leaves empty, an earlier one keeps. So it
    is with `replace` too: only fields that were there before the import go.
    Contacts are locked in the order of their keys, so that imports of one user do not wait for each other in a circle.
    """
    owner = await connection.fetchrow(LOCK, import_id)
    if owner is None or owner["status"] != "merging":
        return None
    chunk = await connection.fetchrow(CHUNK, import_id, after, size)
    if chunk is None or not chunk["rows"]:
        return None
    last_line: int = chunk["last_line"]
    into = owner["user_id"], owner["contact_list_id"], owner["tags"], owner["replaces_before"]
    await connection.execute(MERGE, import_id, after, last_line, *into)
    return Chunk(last_line, chunk["rows"])


async def finish_merge(connection: PoolConnection, import_id: UUID) -> None:
    """Close an import of which nothing is staged any more. Safe to repeat."""
    await connection.execute(FINISH, import_id)


async def fail_merge(connection: PoolConnection, import_id: UUID, error: str) -> None:
    """Close an import whose rows the database refuses, and drop what is staged. Safe to repeat."""
    await connection.execute(FAIL, import_id, error)
    await connection.execute(DROP_STAGED, import_id)


async def import_totals(connection: PoolConnection, import_id: UUID) -> ImportTotals | None:
    """Sums of an import; none if it was deleted with its list."""
    row = await connection.fetchrow(TOTALS, import_id)
    return ImportTotals(**dict(row)) if row else None
