"""What the ledger says of a task, and of the clock."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from contracts.task import Survey
from database.connect import PoolConnection, Row
from scheduling.wait import Wait, WaitReason

SURVEY = """
    SELECT t.id AS task_id, t.user_id, t.pool_id, t.campaign_id, t.status, t.name, q.priority, t.start_at,
        t.prepared_at IS NOT NULL AS prepared, t.completed_at IS NOT NULL AS ended, q.total, q.ready, q.retrying,
        CASE WHEN q.retrying > 0 THEN q.next_retry_at END AS next_retry_at,
        q.claimed + q.transmitting AS in_flight, q.sent, q.failed, q.suppressed, q.unknown, q.cancelled,
        guard_now() AS as_of, q.waits,
        (SELECT value::int FROM system_config WHERE key = 'queue.fanout_width') AS fanout_width,
        (SELECT value::int FROM system_config WHERE key = 'queue.central_batch_size') AS batch_size
    FROM tasks t JOIN user_task_queues q ON q.task_id = t.id
"""
ONE = SURVEY + " WHERE t.id = $1"
UNFINISHED = SURVEY + " WHERE t.completed_at IS NULL ORDER BY t.created_at"
CHANGED = """
    SELECT task_id FROM user_task_queues
    WHERE task_id = ANY ($1) AND changed_at > clock_timestamp() - CAST($2 AS interval)
"""


class TaskGoneError(Exception):
    """There is no such task: it was deleted."""


async def survey(connection: PoolConnection, task_id: UUID) -> Survey:
    """The task's counters at this instant. Raises `TaskGoneError`."""
    row = await connection.fetchrow(ONE, task_id)
    if row is None:
        raise TaskGoneError(f"task {task_id} does not exist")
    return _survey(row)


async def unfinished(connection: PoolConnection) -> list[Survey]:
    """Every task that should have a running workflow."""
    return [_survey(row) for row in await connection.fetch(UNFINISHED)]


def _survey(row: Row) -> Survey:
    return Survey.model_validate({**row, "waits": [_wait(wait) for wait in row["waits"]]})


def _wait(said: dict[str, Any]) -> Wait:
    """Read what `database.queries.allocator.write_waits` wrote."""
    retry_at = datetime.fromisoformat(said["retry_at"]) if said["retry_at"] else None
    names = tuple(said["services"])
    return Wait(WaitReason(said["reason"]), retry_at, service_names=names, service_count=said["service_count"])


async def changed_lately(connection: PoolConnection, task_ids: list[UUID], span: timedelta) -> list[UUID]:
    """Those of the tasks that changed within the last so many seconds."""
    return [row["task_id"] for row in await connection.fetch(CHANGED, task_ids, span)]


async def guard_now(connection: PoolConnection) -> datetime:
    """The guard's clock."""
    now: datetime = await connection.fetchval("SELECT guard_now()")
    return now


async def queue_settings(connection: PoolConnection) -> dict[str, float]:
    """The `queue.…` settings as they are now, by their names without the prefix."""
    rows = await connection.fetch("SELECT key, value FROM system_config WHERE category = 'queue'")
    return {row["key"].removeprefix("queue."): float(row["value"]) for row in rows}
