"""What creating requests answered, so that the same request sent again gets the same answer."""

from uuid import UUID

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

LOCK = text(
    "SELECT pg_try_advisory_xact_lock(hashtextextended(CAST(CAST(:user_id AS uuid) AS text) || ' ' || :key, 1))"
)
FIND = text("""
    SELECT request_hash, status_code, response FROM idempotency_keys
    WHERE user_id = :user_id AND key = :key AND created_at > clock_timestamp() - interval '24 hours'
""")
# One statement does not see its own deletions: an old answer under this very key is overwritten.
KEEP = text("""
    WITH forgotten AS (
        DELETE FROM idempotency_keys
        WHERE user_id = :user_id AND key <> :key AND created_at <= clock_timestamp() - interval '24 hours'
    )
    INSERT INTO idempotency_keys (user_id, key, request_hash, status_code, response)
    VALUES (:user_id, :key, :request_hash, 200, :response)
    ON CONFLICT (user_id, key) DO UPDATE SET request_hash = excluded.request_hash, status_code = excluded.status_code,
        response = excluded.response, created_at = excluded.created_at
""").bindparams(bindparam("response", type_=JSONB))


async def lock(connection: AsyncConnection, user_id: UUID, key: str) -> bool:
    """Hold the key until the transaction ends; False if another request holds it."""
    held: bool = (await connection.execute(LOCK, {"user_id": user_id, "key": key})).scalar_one()
    return held


async def find(connection: AsyncConnection, user_id: UUID, key: str) -> RowMapping | None:
    """What was answered under this key in the last 24 hours."""
    return (await connection.execute(FIND, {"user_id": user_id, "key": key})).mappings().one_or_none()


async def keep(
    connection: AsyncConnection, user_id: UUID, key: str, request_hash: bytes, response: dict[str, object]
) -> None:
    """Keep an answer, in the transaction of what it tells of; forget the user's old ones."""
    values = {"user_id": user_id, "key": key, "request_hash": request_hash, "response": response}
    await connection.execute(KEEP, values)
