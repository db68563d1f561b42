"""Contacts and contact lists as people see and fill them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from database.queries.part import read_part

VIEW = """
    SELECT l.id, l.name, l.created_at,
        (SELECT count(*) FROM contact_list_members m WHERE m.contact_list_id = l.id) AS contacts
    FROM contact_lists l WHERE l.user_id = :user_id AND NOT l.hidden
"""
GET = text(VIEW + " AND l.id = :id")
LIST = text(
    VIEW
    + """
    AND (CAST(:after_at AS timestamptz) IS NULL OR (l.created_at, l.id) > (:after_at, CAST(:after_id AS uuid)))
    ORDER BY l.created_at, l.id LIMIT :limit
"""
)
INSERT = text("INSERT INTO contact_lists (id, user_id, name, hidden) VALUES (:id, :user_id, :name, :hidden)")
LOCK = text("SELECT id FROM contact_lists WHERE id = :id AND user_id = :user_id AND NOT hidden FOR UPDATE")
TASKS_OF = text("""
    SELECT count(*) AS tasks, count(*) FILTER (WHERE waits AND status NOT IN ('completed', 'cancelled')) AS unprepared
    FROM (
        SELECT status, prepared_at IS NULL AS waits FROM tasks WHERE contact_list_id = :id
        UNION ALL
        SELECT c.status, r.began_at IS NULL FROM campaigns c JOIN rounds r ON r.campaign_id = c.id AND r.round_no = 1
        WHERE c.contact_list_id = :id
    ) each
""")
EMPTY = text("DELETE FROM contact_list_members WHERE contact_list_id = :id")
HIDE = text("UPDATE contact_lists SET hidden = true WHERE id = :id")
DELETE = text("DELETE FROM contact_lists WHERE id = :id")
# In the order of their keys: two writers of the same contacts wait for each other, and never in a circle.
UPSERT = text("""
    WITH given AS (
        SELECT email, email_key, fields
        FROM unnest(CAST(:emails AS text[]), CAST(:keys AS text[]), CAST(:fields AS text[]))
            AS g(email, email_key, fields)
    ), written AS (
        INSERT INTO contacts AS c (user_id, email, email_key, fields)
        SELECT :user_id, email, email_key, CAST(fields AS jsonb) FROM given ORDER BY email_key
        ON CONFLICT (user_id, email_key) DO UPDATE SET email = excluded.email, fields = c.fields || excluded.fields,
            updated_at = clock_timestamp()
        RETURNING c.id
    ), listed AS (
        INSERT INTO contact_list_members (contact_list_id, contact_id) SELECT :list_id, id FROM written
        ON CONFLICT DO NOTHING RETURNING contact_id
    )
    SELECT (SELECT count(*) FROM written) AS contacts, (SELECT count(*) FROM listed) AS added
""")
MEMBERS = text("""
    SELECT c.id, c.email, c.fields, c.tags, s.email IS NOT NULL AS suppressed, c.created_at, c.updated_at
    FROM contact_list_members m JOIN contacts c ON c.id = m.contact_id
    LEFT JOIN suppressions s ON s.user_id = c.user_id AND s.email = c.email_key
    WHERE m.contact_list_id = :list_id AND c.user_id = :user_id AND m.contact_id > :after
    ORDER BY m.contact_id LIMIT :limit
""")
REMOVE = text("DELETE FROM contact_list_members WHERE contact_list_id = :list_id AND contact_id = :contact_id")
AUDIENCE = text("""
    SELECT count(*) AS total, count(s.email) AS suppressed
    FROM contact_list_members m JOIN contacts c ON c.id = m.contact_id
    LEFT JOIN suppressions s ON s.user_id = c.user_id AND s.email = c.email_key
    WHERE m.contact_list_id = :list_id
""")
MISSING_FIELDS = text("""
    SELECT v.name, count(*) AS contacts, min(c.email) AS example
    FROM contact_list_members m JOIN contacts c ON c.id = m.contact_id
    LEFT JOIN suppressions s ON s.user_id = c.user_id AND s.email = c.email_key
    CROSS JOIN unnest(CAST(:names AS text[])) AS v(name)
    WHERE m.contact_list_id = :list_id AND s.email IS NULL AND NOT jsonb_exists(c.fields, v.name)
    GROUP BY v.name ORDER BY v.name
""")


@dataclass(frozen=True, slots=True)
class NewContact:
    """A contact to write: an address in its kept form, and fields."""

    email: str
    email_key: str
    fields: dict[str, object]


async def get_list(connection: AsyncConnection, user_id: UUID, list_id: UUID) -> RowMapping | None:
    """One of the user's lists, unless it is hidden."""
    return (await connection.execute(GET, {"user_id": user_id, "id": list_id})).mappings().one_or_none()


async def list_lists(
    connection: AsyncConnection, user_id: UUID, after: list[object] | None, limit: int
) -> list[RowMapping]:
    """The user's lists by age, one more than `limit`."""
    return await read_part(connection, LIST, after, limit, user_id=user_id)


async def insert_list(connection: AsyncConnection, user_id: UUID, name: str, *, hidden: bool = False) -> UUID:
    """Add an empty list; its id."""
    list_id = uuid4()
    await connection.execute(INSERT, {"id": list_id, "user_id": user_id, "name": name, "hidden": hidden})
    return list_id


async def lock_list(connection: AsyncConnection, user_id: UUID, list_id: UUID) -> bool:
    """Hold a list, so that no task is made from it while it is deleted; whether there is one."""
    values = {"user_id": user_id, "id": list_id}
    return (await connection.execute(LOCK, values)).one_or_none() is not None


async def delete_list(connection: AsyncConnection, list_id: UUID) -> bool:
    """Delete a list that was locked; one that tasks came from is emptied and hidden. False: a task still needs it."""
    tasks = (await connection.execute(TASKS_OF, {"id": list_id})).mappings().one()
    if tasks["unprepared"]:
        return False
    await connection.execute(EMPTY, {"id": list_id})
    await connection.execute(HIDE if tasks["tasks"] else DELETE, {"id": list_id})
    return True


async def upsert(
    connection: AsyncConnection, user_id: UUID, list_id: UUID, contacts: Sequence[NewContact]
) -> RowMapping:
    """Write contacts and put them on a list: `contacts` and, of them, new on the list, `added`. Safe to repeat.

    A contact that exists keeps its other fields. No two may have the same key.
    """
    values = {
        "user_id": user_id,
        "list_id": list_id,
        "emails": [contact.email for contact in contacts],
        "keys": [contact.email_key for contact in contacts],
        "fields": [json.dumps(contact.fields) for contact in contacts],
    }
    return (await connection.execute(UPSERT, values)).mappings().one()


async def members(
    connection: AsyncConnection, user_id: UUID, list_id: UUID, after: int, limit: int
) -> list[RowMapping]:
    """The contacts on a list, one more than `limit`."""
    values = {"user_id": user_id, "list_id": list_id, "after": after, "limit": limit + 1}
    return list((await connection.execute(MEMBERS, values)).mappings())


async def remove(connection: AsyncConnection, list_id: UUID, contact_id: int) -> None:
    """Take a contact off a list that is the caller's. Safe to repeat."""
    await connection.execute(REMOVE, {"list_id": list_id, "contact_id": contact_id})


async def audience(connection: AsyncConnection, list_id: UUID) -> RowMapping:
    """How many stand on a list, and how many of them are suppressed."""
    return (await connection.execute(AUDIENCE, {"list_id": list_id})).mappings().one()


async def missing_fields(connection: AsyncConnection, list_id: UUID, names: Sequence[str]) -> list[RowMapping]:
    """Which of these fields some contact to be written to lacks, how many lack it, and one of them."""
    values = {"list_id": list_id, "names": list(names)}
    return list((await connection.execute(MISSING_FIELDS, values)).mappings())
