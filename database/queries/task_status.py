"""How fast a task goes and why its mails wait: what `realtime-status` shows besides the counters."""

from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from database.connect import PoolConnection, Row

# Both clocks of the rate are the guard's: `ended_at` is written by it.
PACE = """
    SELECT count(d.ended_at) FILTER (WHERE d.ended_at > n.now - interval '5 minutes') AS recent,
        avg(extract(epoch FROM d.ended_at - d.due_at))::float8 AS wait_seconds
    FROM (SELECT guard_now() AS now) n
    LEFT JOIN deliveries d ON d.task_id = $1 AND d.phase = 'ended' AND d.outcome = 'sent'
        AND d.ended_at > n.now - interval '15 minutes'
"""
RETRYING = text("""
    SELECT CASE WHEN o.overdue THEN :halted_by ELSE coalesce(b.reason, 'retry') END AS reason, count(*) AS count,
        min(b.retry_at) FILTER (WHERE NOT o.overdue) AS retry_at,
        max(b.retry_at) FILTER (WHERE NOT o.overdue) AS last_retry_at
    FROM subtasks b, (SELECT guard_now() AS now) n,
        LATERAL (SELECT CAST(:halted_by AS text) IS NOT NULL AND b.retry_at <= n.now AS overdue) o
    WHERE b.task_id = :id AND b.status = 'pending' AND b.retry_at IS NOT NULL
    GROUP BY 1 ORDER BY 2 DESC, 1
""")


async def pace(connection: PoolConnection, task_id: UUID) -> Row:
    """The guard's clock, mails of the last 5 minutes, and the mean wait of those of the last 15."""
    row = await connection.fetchrow(PACE, task_id)
    assert row is not None
    return row


async def retrying(connection: AsyncConnection, task_id: UUID, halted_by: str | None = None) -> list[RowMapping]:
    """Why mails are tried again later: reason, count, the first moment and the last.

    `halted_by` is why no mail goes at all: those whose moment has come wait for that.
    """
    return list((await connection.execute(RETRYING, {"id": task_id, "halted_by": halted_by})).mappings())
