"""API keys, kept as hashes."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from database.queries.part import read_part

HOLDER = text("""
    SELECT k.id AS key_id, k.user_id, k.scopes, u.role,
        k.last_used_at IS NULL OR k.last_used_at < clock_timestamp() - interval '1 minute' AS stale
    FROM api_keys k JOIN users u ON u.id = k.user_id
    WHERE k.key_hash = :key_hash AND k.revoked_at IS NULL
        AND (k.expires_at IS NULL OR k.expires_at > clock_timestamp())
""")
TOUCH = text("""
    UPDATE api_keys SET last_used_at = clock_timestamp()
    WHERE id = :id AND (last_used_at IS NULL OR last_used_at < clock_timestamp() - interval '1 minute')
""")
INSERT = text("""
    INSERT INTO api_keys (id, user_id, name, prefix, key_hash, scopes, expires_at)
    VALUES (:id, :user_id, :name, :prefix, :key_hash, CAST(:scopes AS text[]), :expires_at)
    RETURNING id, user_id, name, prefix, scopes, created_at, expires_at, last_used_at
""")
LIST = text("""
    SELECT id, user_id, name, prefix, scopes, created_at, expires_at, last_used_at FROM api_keys
    WHERE user_id = :user_id AND revoked_at IS NULL
        AND (CAST(:after_at AS timestamptz) IS NULL OR (created_at, id) > (:after_at, CAST(:after_id AS uuid)))
    ORDER BY created_at, id LIMIT :limit
""")
REVOKE = text("""
    UPDATE api_keys SET revoked_at = coalesce(revoked_at, clock_timestamp())
    WHERE id = :id AND (CAST(:user_id AS uuid) IS NULL OR user_id = :user_id)
""")


async def holder(connection: AsyncConnection, key_hash: bytes) -> RowMapping | None:
    """Whose valid key this is."""
    return (await connection.execute(HOLDER, {"key_hash": key_hash})).mappings().one_or_none()


async def touch(connection: AsyncConnection, key_id: UUID) -> None:
    """Note that the key was used; at most once a minute, as that is all a person needs to know."""
    await connection.execute(TOUCH, {"id": key_id})


async def insert(  # noqa: PLR0913 - a column each
    connection: AsyncConnection,
    user_id: UUID,
    *,
    name: str,
    prefix: str,
    key_hash: bytes,
    scopes: list[str],
    expires_at: datetime | None,
) -> RowMapping:
    """Keep a key's hash."""
    values = {
        "id": uuid4(), "user_id": user_id, "name": name, "prefix": prefix, "key_hash": key_hash, "scopes": scopes,
        "expires_at": expires_at,
    }  # fmt: skip
    return (await connection.execute(INSERT, values)).mappings().one()


async def list_valid(
    connection: AsyncConnection, user_id: UUID, after: list[object] | None, limit: int
) -> list[RowMapping]:
    """The user's keys that were not revoked, by age, one more than `limit`."""
    return await read_part(connection, LIST, after, limit, user_id=user_id)


async def revoke(connection: AsyncConnection, user_id: UUID | None, key_id: UUID) -> bool:
    """Make a key of this user worthless, or of whomever it is; whether there was one. Safe to repeat."""
    return (await connection.execute(REVOKE, {"id": key_id, "user_id": user_id})).rowcount > 0
