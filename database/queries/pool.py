"""Pools: the services that may serve the same tasks, and who may send through them."""

from collections.abc import Sequence
from uuid import UUID, uuid4

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from database.queries.part import read_part

DEFAULT = "default"

LOCK_NAMES = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('pool names of ' || CAST(CAST(:user_id AS uuid) AS text), 0))"
)
INSERT = text("""
    INSERT INTO pools (id, user_id, name) SELECT :id, :user_id, CAST(:name AS text)
    WHERE NOT EXISTS (SELECT 1 FROM pools WHERE user_id = :user_id AND name = :name)
    RETURNING id
""")
ADD_MEMBERS = text("""
    INSERT INTO pool_members (pool_id, user_id, may_prioritise)
    SELECT :pool_id, m.user_id, m.user_id = ANY (CAST(:prioritising AS uuid[]))
    FROM unnest(CAST(:members AS uuid[])) AS m(user_id)
    ON CONFLICT (pool_id, user_id) DO UPDATE SET may_prioritise = excluded.may_prioritise
""")
USABLE = """
    SELECT p.id, p.user_id, p.name, p.created_at,
        EXISTS (SELECT 1 FROM pool_members x WHERE x.pool_id = p.id) AS shared,
        p.user_id = :user_id OR coalesce(m.may_prioritise, false) AS may_prioritise,
        (SELECT count(*) FROM email_service_schedule e WHERE e.pool_id = p.id AND e.status = 'active')
            AS active_services
    FROM pools p LEFT JOIN pool_members m ON m.pool_id = p.id AND m.user_id = :user_id
    WHERE (:everyone OR p.user_id = :user_id OR m.user_id IS NOT NULL)
"""
FIND = text(USABLE + " AND (p.id::text = :name OR p.name = :name) ORDER BY p.user_id <> :user_id, p.created_at")
LIST = text("""
    SELECT p.id, p.user_id, p.name, p.created_at,
        (SELECT count(*) FROM email_service_schedule e WHERE e.pool_id = p.id AND e.status = 'active')
            AS active_services,
        coalesce((SELECT jsonb_agg(jsonb_build_object('user_id', m.user_id, 'email', u.email,
            'may_prioritise', m.may_prioritise) ORDER BY u.email)
            FROM pool_members m JOIN users u ON u.id = m.user_id WHERE m.pool_id = p.id), '[]') AS members
    FROM pools p
    WHERE (:everyone OR p.user_id = :user_id
           OR EXISTS (SELECT 1 FROM pool_members m WHERE m.pool_id = p.id AND m.user_id = :user_id))
        AND (CAST(:pool_id AS uuid) IS NULL OR p.id = :pool_id)
        AND (CAST(:after_at AS timestamptz) IS NULL OR (p.created_at, p.id) > (:after_at, CAST(:after_id AS uuid)))
    ORDER BY p.created_at, p.id LIMIT :limit
""")


async def insert(connection: AsyncConnection, user_id: UUID, name: str) -> UUID | None:
    """Add a pool of this user; None if they have one of that name."""
    await connection.execute(LOCK_NAMES, {"user_id": user_id})
    pool_id: UUID | None = (
        await connection.execute(INSERT, {"id": uuid4(), "user_id": user_id, "name": name})
    ).scalar_one_or_none()
    return pool_id


async def add_members(
    connection: AsyncConnection, pool_id: UUID, members: Sequence[UUID], prioritising: Sequence[UUID]
) -> None:
    """Let these users send through the pool, some of them with priority 1. Safe to repeat."""
    values = {"pool_id": pool_id, "members": list(members), "prioritising": list(prioritising)}
    await connection.execute(ADD_MEMBERS, values)


async def find(
    connection: AsyncConnection, user_id: UUID, name: str | None, *, everyone: bool = False
) -> list[RowMapping]:
    """The pools that this user may use and that have this name or id, own ones first; without a name the default.

    `everyone`: those of all users.
    """
    values = {"user_id": user_id, "name": name or DEFAULT, "everyone": everyone}
    return list((await connection.execute(FIND, values)).mappings())


async def list_usable(
    connection: AsyncConnection, user_id: UUID, after: list[object] | None, limit: int, *, everyone: bool
) -> list[RowMapping]:
    """Pools with their members, by age, one more than `limit`: the user's, or everyone's."""
    return await read_part(connection, LIST, after, limit, user_id=user_id, everyone=everyone, pool_id=None)


async def get(connection: AsyncConnection, pool_id: UUID) -> RowMapping:
    """One pool with its members, whoever asks: for its maker."""
    values = {
        "user_id": None, "everyone": True, "pool_id": pool_id, "after_at": None, "after_id": None, "limit": 1,
    }  # fmt: skip
    return (await connection.execute(LIST, values)).mappings().one()
