"""Settings that an operator changes while running, and how the whole of Tempost is."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

CONFIG = text("SELECT * FROM system_config ORDER BY category, key")
LOCK_CONFIG = text("SELECT * FROM system_config WHERE key = :key FOR UPDATE")
SET_CONFIG = text("""
    UPDATE system_config SET value = :value, updated_at = clock_timestamp() WHERE key = :key RETURNING *
""")
SET_GUARD_CLOCK = text("UPDATE guard_clock SET ahead = :ahead")
# Available: active, not rested, with quota for its own day, inside its window. Used: in a dialogue, or resting between
# two mails.
SERVICES = text("""
    SELECT count(*) AS total, count(*) FILTER (WHERE available) AS available,
        count(*) FILTER (WHERE available AND next_available_at > now) AS used
    FROM (
        SELECT e.next_available_at, n.now,
            service_usable(e, n.now) AS available
        FROM email_service_schedule e, (SELECT guard_now() AS now) n
        WHERE e.status <> 'deleted' AND (CAST(:user_id AS uuid) IS NULL OR e.user_id = :user_id)
    ) s
""")
QUEUES = text("""
    SELECT coalesce(sum(q.ready), 0) AS central, coalesce(sum(q.retrying), 0) AS pending,
        coalesce(sum(q.processing_subtasks), 0) AS processing
    FROM tasks t JOIN user_task_queues q ON q.task_id = t.id
    WHERE t.status NOT IN ('completed', 'cancelled') AND (CAST(:user_id AS uuid) IS NULL OR t.user_id = :user_id)
""")
# By task, as deliveries are indexed; only tasks that did anything lately are looked into.
PACE = text("""
    SELECT coalesce(sum(d.sent), 0) AS sent, coalesce(sum(d.failed), 0) AS failed
    FROM (SELECT guard_now() - interval '5 minutes' AS since) n
    JOIN user_task_queues q ON q.last_processed_at > n.since - interval '15 minutes',
    LATERAL (
        SELECT count(*) FILTER (WHERE x.outcome = 'sent') AS sent,
            count(*) FILTER (WHERE x.outcome IN ('failed', 'unknown')) AS failed
        FROM deliveries x WHERE x.task_id = q.task_id AND x.phase = 'ended' AND x.ended_at > n.since
    ) d
    WHERE CAST(:user_id AS uuid) IS NULL OR q.user_id = :user_id
""")


async def config(connection: AsyncConnection) -> list[RowMapping]:
    """Every setting."""
    return list((await connection.execute(CONFIG)).mappings())


async def lock_config(connection: AsyncConnection, key: str) -> RowMapping | None:
    """Read a setting to change it."""
    return (await connection.execute(LOCK_CONFIG, {"key": key})).mappings().one_or_none()


async def set_config(connection: AsyncConnection, key: str, value: str) -> RowMapping:
    """Write a setting that was locked and whose value was checked."""
    return (await connection.execute(SET_CONFIG, {"key": key, "value": value})).mappings().one()


async def set_guard_clock(connection: AsyncConnection, ahead: timedelta) -> None:
    """Let the guard's clock run ahead of the database's: for whoever lives through days in minutes, on a local stack.

    Workers notice within seconds, allocators at their next reading.
    """
    await connection.execute(SET_GUARD_CLOCK, {"ahead": ahead})


async def services(connection: AsyncConnection, user_id: UUID | None) -> RowMapping:
    """How many services there are, can be used, and are used: a user's, or everyone's."""
    return (await connection.execute(SERVICES, {"user_id": user_id})).mappings().one()


async def queues(connection: AsyncConnection, user_id: UUID | None) -> RowMapping:
    """How many mails are ready, retrying and under way: a user's, or everyone's."""
    return (await connection.execute(QUEUES, {"user_id": user_id})).mappings().one()


async def pace(connection: AsyncConnection, user_id: UUID | None) -> RowMapping:
    """How many mails were sent and how many went wrong in the last 5 minutes: a user's, or everyone's."""
    return (await connection.execute(PACE, {"user_id": user_id})).mappings().one()
