"""How the whole of Tempost is: figures of everyone at once, worker processes, and the record of every minute."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from database.connect import Connection, PoolConnection, Row

# For every user and, where `user_id` is empty, for all. Available: active, not rested, with quota for its own day,
# inside its window. Used: in a dialogue, or resting between two mails.
SERVICES = """
    SELECT user_id, count(*) AS total, count(*) FILTER (WHERE available) AS available,
        count(*) FILTER (WHERE available AND next_available_at > now) AS used,
        count(*) FILTER (WHERE active) AS active, count(*) FILTER (WHERE active AND rested_until > now) AS rested
    FROM (
        SELECT e.user_id, e.next_available_at, e.rested_until, n.now, e.status = 'active' AS active,
            service_usable(e, n.now) AS available
        FROM email_service_schedule e, (SELECT guard_now() AS now) n
        WHERE e.status <> 'deleted'
    ) s
    GROUP BY GROUPING SETS ((user_id), ())
"""
QUEUES = """
    SELECT t.user_id, coalesce(sum(q.ready), 0)::bigint AS central, coalesce(sum(q.retrying), 0)::bigint AS pending,
        coalesce(sum(q.processing_subtasks), 0)::bigint AS processing
    FROM tasks t JOIN user_task_queues q ON q.task_id = t.id
    WHERE t.completed_at IS NULL AND t.status NOT IN ('completed', 'cancelled')
    GROUP BY GROUPING SETS ((t.user_id), ())
"""
WORKERS = """
    SELECT count(*) FILTER (WHERE seen_at > clock_timestamp() - make_interval(secs => c.missing_after)) AS live,
        c.expected, c.error_rate, clock_timestamp() AS now
    FROM (
        SELECT max(value::float8) FILTER (WHERE key = 'monitoring.worker_missing_after') AS missing_after,
            max(value::int) FILTER (WHERE key = 'monitoring.expected_workers') AS expected,
            max(value::float8) FILTER (WHERE key = 'monitoring.error_rate_threshold') AS error_rate
        FROM system_config WHERE key LIKE 'monitoring.%'
    ) c LEFT JOIN worker_processes ON true
    GROUP BY c.expected, c.error_rate
"""
SEEN = """
    INSERT INTO worker_processes (name, slots, seen_at) VALUES ($1, $2, clock_timestamp())
    ON CONFLICT (name) DO UPDATE SET slots = excluded.slots, seen_at = excluded.seen_at
"""
LIVE_ON = """
    SELECT count(*) FROM worker_processes WHERE starts_with(name, $1 || ':') AND seen_at > clock_timestamp()
        - (SELECT make_interval(secs => value::float8) FROM system_config WHERE key = 'monitoring.worker_missing_after')
"""
GONE = "DELETE FROM worker_processes WHERE name = $1"
FORGET_DEAD = "DELETE FROM worker_processes WHERE seen_at < clock_timestamp() - interval '1 hour'"
RECORD = """
    INSERT INTO health_records AS r (minute, status, causes)
    VALUES (date_trunc('minute', $1::timestamptz), $2, $3)
    ON CONFLICT (minute) DO UPDATE SET
        status = CASE WHEN array_position($4, excluded.status) > array_position($4, r.status)
            THEN excluded.status ELSE r.status END,
        causes = (SELECT coalesce(array_agg(DISTINCT cause ORDER BY cause), '{}')
            FROM unnest(r.causes || excluded.causes) cause)
"""
# Whole minutes only: from the first that was recorded, or the span's begin, to the one that runs now.
AVAILABILITY = """
    SELECT count(r.minute) FILTER (WHERE r.status <> 'unhealthy') / nullif(s.minutes, 0)::float8 AS share
    FROM (
        SELECT begins, ends, extract(epoch FROM ends - begins) / 60 AS minutes
        FROM (
            SELECT n.ends, greatest(n.ends - $1::interval, min(r.minute)) AS begins
            FROM (SELECT date_trunc('minute', clock_timestamp()) AS ends) n, health_records r GROUP BY n.ends
        ) b
    ) s LEFT JOIN health_records r ON r.minute >= s.begins AND r.minute < s.ends
    GROUP BY s.minutes
"""
FIRST_RECORD = "SELECT min(minute) FROM health_records"
SEVERITIES = ("healthy", "degraded", "unhealthy")


async def services(connection: PoolConnection) -> dict[UUID | None, dict[str, Any]]:
    """How many services there are, can be used, are used, are rested; None stands for everyone's."""
    return _by_user(await connection.fetch(SERVICES))


async def queues(connection: PoolConnection) -> dict[UUID | None, dict[str, Any]]:
    """How many mails are ready, retrying and under way; None stands for everyone's."""
    return _by_user(await connection.fetch(QUEUES))


async def workers(connection: PoolConnection) -> Row:
    """How many worker processes live and how many should, the error rate that is too high, and the database's clock."""
    row = await connection.fetchrow(WORKERS)
    assert row is not None
    return row


async def seen(connection: PoolConnection, name: str, slots: int) -> None:
    """Say that a worker process lives. Safe to repeat; it is meant to be."""
    await connection.execute(SEEN, name, slots)


async def live_on(connection: Connection, host: str) -> int:
    """How many worker processes of this machine were heard of lately."""
    return int(await connection.fetchval(LIVE_ON, host))


async def gone(connection: PoolConnection, name: str) -> None:
    """Say that a worker process has left in order."""
    await connection.execute(GONE, name)


async def forget_dead(connection: PoolConnection) -> None:
    """Forget worker processes that died long ago."""
    await connection.execute(FORGET_DEAD)


async def record(connection: PoolConnection, at: datetime, status: str, causes: Sequence[str]) -> None:
    """Note how it was in a minute; the worst of what several processes saw stays."""
    await connection.execute(RECORD, at, status, list(causes), list(SEVERITIES))


async def availability(connection: PoolConnection, span: timedelta) -> float | None:
    """Share of the minutes of this span, or since the first record, that were available; None before the first."""
    return cast("float | None", await connection.fetchval(AVAILABILITY, span))


async def first_record(connection: PoolConnection) -> datetime | None:
    """The first minute of which there is a record."""
    return cast("datetime | None", await connection.fetchval(FIRST_RECORD))


def _by_user(rows: Sequence[Row]) -> dict[UUID | None, dict[str, Any]]:
    return {row["user_id"]: dict(row) for row in rows}
