"""Single contacts: found, changed, tagged, deleted."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.tag import MAX_TAGS

VIEW = """
    SELECT c.id, c.email, c.fields, c.tags, c.created_at, c.updated_at, EXISTS (
        SELECT FROM suppressions s WHERE s.user_id = c.user_id AND s.email = c.email_key) AS suppressed
    FROM contacts c
"""
GET = text(VIEW + " WHERE c.user_id = :user_id AND c.id = :id")
SOME = text(VIEW + " WHERE c.user_id = :user_id AND c.id = ANY (CAST(:ids AS bigint[])) ORDER BY c.id")
# A filter that is not given is true; plans are made for the values of each call, so that it costs nothing.
LIST = text(
    VIEW
    + """
    WHERE c.user_id = :user_id AND c.id > :after
        AND (CAST(:prefix AS text) IS NULL OR starts_with(c.email_key, :prefix))
        AND (CAST(:tag AS text) IS NULL OR c.tags @> ARRAY[CAST(:tag AS text)] AND c.tags <> '{}')
        AND (CAST(:list_id AS uuid) IS NULL OR EXISTS (
            SELECT FROM contact_list_members m WHERE m.contact_list_id = :list_id AND m.contact_id = c.id))
    ORDER BY c.id LIMIT :limit
"""
)
CHANGE = text("""
    UPDATE contacts SET
        fields = jsonb_strip_nulls(fields || CAST(:fields AS jsonb)),
        tags = coalesce(CAST(:tags AS text[]), tags), updated_at = clock_timestamp()
    WHERE user_id = :user_id AND id = :id
""")
DELETE = text("DELETE FROM contacts WHERE user_id = :user_id AND id = :id")
# In the order of their keys, as every writer of contacts.
TAG = text("""
    WITH held AS (
        SELECT id, tags, ARRAY(
            SELECT tag FROM unnest(tags || CAST(:added AS text[])) AS t(tag)
            WHERE tag <> ALL (CAST(:removed AS text[])) GROUP BY tag ORDER BY tag) AS wanted
        FROM contacts WHERE user_id = :user_id AND id = ANY (CAST(:ids AS bigint[])) ORDER BY email_key FOR UPDATE
    ), changed AS (
        UPDATE contacts c SET tags = held.wanted, updated_at = clock_timestamp()
        FROM held WHERE c.id = held.id AND held.tags <> held.wanted AND cardinality(held.wanted) <= :most
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM held) AS contacts, (SELECT count(*) FROM changed) AS changed,
        (SELECT count(*) FROM held WHERE cardinality(wanted) > :most) AS full
""")


@dataclass(frozen=True, slots=True)
class Tagged:
    """What became of contacts that were to be tagged."""

    contacts: int
    changed: int
    full: int
    """Left as they were, for they would have too many tags."""


async def get_contact(connection: AsyncConnection, user_id: UUID, contact_id: int) -> RowMapping | None:
    """One of the user's contacts."""
    return (await connection.execute(GET, {"user_id": user_id, "id": contact_id})).mappings().one_or_none()


async def some_contacts(connection: AsyncConnection, user_id: UUID, ids: Sequence[int]) -> list[RowMapping]:
    """Those of the user's contacts, by id."""
    return list((await connection.execute(SOME, {"user_id": user_id, "ids": list(ids)})).mappings())


async def list_contacts(  # noqa: PLR0913 - a filter each
    connection: AsyncConnection,
    user_id: UUID,
    *,
    prefix: str | None,
    tag: str | None,
    list_id: UUID | None,
    after: int,
    limit: int,
) -> list[RowMapping]:
    """The user's contacts by id, one more than `limit`; `prefix` is how the address begins, in lower case."""
    values = {"user_id": user_id, "prefix": prefix, "tag": tag, "list_id": list_id, "after": after, "limit": limit + 1}
    return list((await connection.execute(LIST, values)).mappings())


async def change_contact(
    connection: AsyncConnection, user_id: UUID, contact_id: int, fields: Mapping[str, Any], tags: Sequence[str] | None
) -> bool:
    """Set fields, remove those that are null, and set the tags if they are given; whether there is such a contact."""
    values = {
        "user_id": user_id, "id": contact_id, "fields": json.dumps(fields),
        "tags": None if tags is None else list(tags),
    }  # fmt: skip
    return (await connection.execute(CHANGE, values)).rowcount > 0


async def delete_contact(connection: AsyncConnection, user_id: UUID, contact_id: int) -> bool:
    """Forget a contact and its places on lists; whether there was one."""
    return (await connection.execute(DELETE, {"user_id": user_id, "id": contact_id})).rowcount > 0


async def tag_contacts(
    connection: AsyncConnection, user_id: UUID, ids: Sequence[int], added: Sequence[str], removed: Sequence[str]
) -> Tagged:
    """Put tags on contacts and take others off; those whose tags stay as they are do not change. Safe to repeat."""
    values = {
        "user_id": user_id, "ids": list(ids), "added": list(added), "removed": list(removed), "most": MAX_TAGS,
    }  # fmt: skip
    return Tagged(**(await connection.execute(TAG, values)).mappings().one())
