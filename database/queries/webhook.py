"""Webhooks as their owners make, change and see them."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from database.queries.part import read_part

# Told is what comes after it was made.
INSERT = text("""
    INSERT INTO webhooks (id, user_id, url, secret_sealed, kinds, last_event_id)
    VALUES (:id, :user_id, :url, :secret_sealed, CAST(:kinds AS text[]),
        coalesce((SELECT max(id) FROM events WHERE user_id = :user_id), 0))
""")
COUNT = text("SELECT count(*) FROM webhooks WHERE user_id = :user_id")
VIEW = """
    SELECT id, url, kinds, status, failures, failing_since, retry_at, last_error, last_taken_at, disabled_at, created_at
    FROM webhooks WHERE user_id = :user_id
"""
GET = text(VIEW + " AND id = :id")
LIST = text(
    VIEW
    + """
    AND (CAST(:after_at AS timestamptz) IS NULL OR (created_at, id) > (:after_at, CAST(:after_id AS uuid)))
    ORDER BY created_at, id LIMIT :limit
"""
)
CHANGE = text("""
    UPDATE webhooks SET url = coalesce(:url, url), kinds = coalesce(CAST(:kinds AS text[]), kinds),
        updated_at = clock_timestamp()
    WHERE id = :id AND user_id = :user_id
""")
RESUME = text("""
    UPDATE webhooks SET status = 'active', failures = 0, failing_since = NULL, retry_at = NULL, last_error = NULL,
        disabled_at = NULL, updated_at = clock_timestamp(),
        last_event_id = CASE WHEN :skip THEN
            greatest(last_event_id, (SELECT max(id) FROM events WHERE user_id = :user_id)) ELSE last_event_id END
    WHERE id = :id AND user_id = :user_id
""")
ROTATE = text("""
    UPDATE webhooks SET previous_sealed = secret_sealed, previous_until = clock_timestamp() + :overlap,
        secret_sealed = :secret_sealed, updated_at = clock_timestamp()
    WHERE id = :id AND user_id = :user_id
""")
DELETE = text("DELETE FROM webhooks WHERE id = :id AND user_id = :user_id")
DELIVERIES = text("""
    SELECT d.id, d.message_id, d.type, d.task_id, d.seq, d.status_code, d.error, d.seconds, d.attempted_at
    FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id
    WHERE w.id = :id AND w.user_id = :user_id AND (:before = 0 OR d.id < :before) ORDER BY d.id DESC LIMIT :limit
""")


async def insert(connection: AsyncConnection, user_id: UUID, values: Mapping[str, object]) -> None:
    """Write a new webhook: id, url, kinds, secret_sealed. It is told what comes from now on."""
    await connection.execute(INSERT, {"user_id": user_id, **values})


async def count(connection: AsyncConnection, user_id: UUID) -> int:
    """How many a user has."""
    number: int = (await connection.execute(COUNT, {"user_id": user_id})).scalar_one()
    return number


async def get(connection: AsyncConnection, user_id: UUID, webhook_id: UUID) -> RowMapping | None:
    """One of a user's."""
    return (await connection.execute(GET, {"user_id": user_id, "id": webhook_id})).mappings().one_or_none()


async def list_own(
    connection: AsyncConnection, user_id: UUID, after: list[object] | None, limit: int
) -> list[RowMapping]:
    """A user's, the oldest first, one more than `limit`."""
    return await read_part(connection, LIST, after, limit, user_id=user_id)


async def change(
    connection: AsyncConnection, user_id: UUID, webhook_id: UUID, url: str | None, kinds: list[str] | None
) -> None:
    """Change where it is told and what; what is not given stays."""
    values = {"user_id": user_id, "id": webhook_id, "url": url, "kinds": kinds}
    await connection.execute(CHANGE, values)


async def resume(connection: AsyncConnection, user_id: UUID, webhook_id: UUID, *, skip: bool) -> None:
    """Tell it again, from where it stopped; `skip`: only what comes from now on. Safe to repeat."""
    values = {"user_id": user_id, "id": webhook_id, "skip": skip}
    await connection.execute(RESUME, values)


async def rotate(
    connection: AsyncConnection, user_id: UUID, webhook_id: UUID, secret_sealed: bytes, overlap: timedelta
) -> None:
    """Give it a new secret; the old one signs too for a while."""
    values = {"user_id": user_id, "id": webhook_id, "secret_sealed": secret_sealed, "overlap": overlap}
    await connection.execute(ROTATE, values)


async def delete(connection: AsyncConnection, user_id: UUID, webhook_id: UUID) -> bool:
    """Delete it with its deliveries; whether it was there."""
    return (await connection.execute(DELETE, {"user_id": user_id, "id": webhook_id})).rowcount == 1


async def deliveries(
    connection: AsyncConnection, user_id: UUID, webhook_id: UUID, before: int, limit: int
) -> list[RowMapping]:
    """List its last tries, the newest first, one more than `limit`; `before` = 0: from the newest on."""
    values = {"user_id": user_id, "id": webhook_id, "before": before, "limit": limit + 1}
    return list((await connection.execute(DELIVERIES, values)).mappings())
