"""Metrics: noted once a minute, kept by month, read as series."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from database.connect import PoolConnection, Row

NOTE_TASKS = "SELECT note_task_metrics_v1($1, $2)"
# The ledger's moments are the guard's, and so is the minute: `at` is a real moment.
MINUTE = """
    SELECT coalesce(sum(d.sent), 0)::bigint AS sent, coalesce(sum(d.ended), 0)::bigint AS ended,
        q.user_id, sum(d.waited) / nullif(sum(d.sent), 0) AS wait_seconds
    FROM (SELECT $1::timestamptz + ahead AS ends, $1::timestamptz + ahead - $2::interval AS begins FROM guard_clock) n
    JOIN user_task_queues q ON q.last_processed_at > n.begins - interval '15 minutes',
    LATERAL (
        SELECT count(*) FILTER (WHERE x.outcome = 'sent') AS sent,
            count(*) FILTER (WHERE x.outcome IN ('sent', 'failed', 'unknown')) AS ended,
            sum(extract(epoch FROM x.ended_at - x.due_at)) FILTER (WHERE x.outcome = 'sent') AS waited
        FROM deliveries x
        WHERE x.task_id = q.task_id AND x.phase = 'ended' AND x.ended_at > n.begins AND x.ended_at <= n.ends
    ) d
    GROUP BY q.user_id HAVING sum(d.ended) > 0
"""
# A first mail's moment is the guard's, a task's start a real one.
TASKS = """
    SELECT avg(greatest(extract(epoch FROM q.first_sent_at - n.ahead - t.began_at), 0))
            FILTER (WHERE q.first_sent_at > n.ends + n.ahead - $2::interval AND q.first_sent_at <= n.ends + n.ahead)
            ::float8 AS first_email_delay,
        avg(extract(epoch FROM t.completed_at - t.began_at))
            FILTER (WHERE t.completed_at > n.ends - $2::interval AND t.completed_at <= n.ends)
            ::float8 AS task_completion_time
    FROM (SELECT $1::timestamptz AS ends, ahead FROM guard_clock) n,
        (SELECT id, status, completed_at, greatest(created_at, start_at) AS began_at FROM tasks) t
    JOIN user_task_queues q ON q.task_id = t.id
    WHERE t.status <> 'cancelled' AND (t.completed_at IS NULL OR t.completed_at > $1::timestamptz - interval '1 hour')
"""
STUCK = "SELECT count(*) FROM alerts WHERE kind = 'stuck_task' AND raised_at IS NOT NULL AND cleared_at IS NULL"
NOTE = """
    INSERT INTO system_performance_metrics (metric_name, "timestamp", tags, metric_value)
    SELECT u.name, $1, u.tags::jsonb, u.value FROM unnest($2::text[], $3::text[], $4::float8[]) u(name, tags, value)
    ON CONFLICT DO NOTHING
"""
NEWEST = "SELECT max(\"timestamp\") FROM system_performance_metrics WHERE metric_name = 'queue_throughput'"
MAKE = "SELECT metric_partitions_v1($1)"
DROP = "SELECT metric_drop_v1($1)"
OLDEST = """
    SELECT clock_timestamp() - make_interval(days => value::int) FROM system_config
    WHERE key = 'monitoring.metrics_retention_days'
"""
FORGET_SYSTEM = """
    DELETE FROM system_performance_metrics m USING (
        SELECT metric_name, "timestamp", tags FROM system_performance_metrics WHERE "timestamp" < $1 LIMIT $2
    ) old WHERE (m.metric_name, m."timestamp", m.tags) = (old.metric_name, old."timestamp", old.tags)
"""
FORGET_TASKS = """
    DELETE FROM task_processing_metrics m USING (
        SELECT task_id, status, "timestamp" FROM task_processing_metrics WHERE "timestamp" < $1 LIMIT $2
    ) old WHERE (m.task_id, m.status, m."timestamp") = (old.task_id, old.status, old."timestamp")
"""
# However short metrics are kept: availability is told of thirty days.
FORGET_HEALTH = "DELETE FROM health_records WHERE minute < least($1, clock_timestamp() - interval '30 days')"
FORGET_ALERTS = "DELETE FROM alerts WHERE cleared_at < $1"
SERIES = text("""
    SELECT date_bin(CAST(:step AS interval), "timestamp", CAST(:begins AS timestamptz)) AS at,
        avg(value) AS value
    FROM (
        SELECT "timestamp", CASE WHEN :name = 'queue_mails' THEN sum(metric_value) ELSE avg(metric_value) END AS value
        FROM system_performance_metrics
        WHERE metric_name = :name AND "timestamp" >= :begins AND "timestamp" < :ends
            AND CASE WHEN CAST(:user_id AS text) IS NULL THEN tags -> 'userId' IS NULL
                ELSE tags = jsonb_build_object('userId', CAST(:user_id AS text)) END
            AND (CAST(:state AS text) IS NULL OR tags ->> 'state' = :state)
        GROUP BY "timestamp"
    ) minutes
    GROUP BY 1 ORDER BY 1
""")
STUCK_SINCE = text("""
    SELECT w.since FROM alerts a JOIN task_watches w ON w.task_id = CAST(:task_id AS uuid)
    WHERE a.key = 'stuck_task:' || CAST(CAST(:task_id AS uuid) AS text)
        AND a.raised_at IS NOT NULL AND a.cleared_at IS NULL
""")
OF_TASK = text("""
    SELECT status, "timestamp" AS at, subtasks_sent AS sent, total_subtasks AS total FROM task_processing_metrics
    WHERE task_id = :task_id ORDER BY "timestamp", status
""")


@dataclass(frozen=True, slots=True)
class Minute:
    """What happened in a span that ended at a moment."""

    users: Mapping[UUID, Row] = field(default_factory=dict)
    """`sent`, `ended`, `wait_seconds` of those of whom any delivery ended."""
    first_email_delay: float | None = None
    """Seconds, as those below."""
    task_completion_time: float | None = None
    stuck_tasks: int = 0

    @property
    def sent(self) -> int:
        """By all."""
        return sum(row["sent"] for row in self.users.values())

    @property
    def error_rate(self) -> float:
        """Of all; 0 where nothing ended."""
        ended = sum(row["ended"] for row in self.users.values())
        return (ended - self.sent) / ended if ended else 0.0

    def paces(self) -> dict[UUID | None, dict[str, int]]:
        """`sent` and `failed` of each user; None stands for all."""
        found: dict[UUID | None, dict[str, int]] = {
            user_id: {"sent": row["sent"], "failed": row["ended"] - row["sent"]} for user_id, row in self.users.items()
        }
        whole = {name: sum(pace[name] for pace in found.values()) for name in ("sent", "failed")}
        return {**found, None: whole}

    @property
    def user_avg_wait_time(self) -> float | None:
        """Mean over users, each as much as the others."""
        waits = [float(row["wait_seconds"]) for row in self.users.values() if row["wait_seconds"] is not None]
        return max(sum(waits) / len(waits), 0.0) if waits else None


async def minute(connection: PoolConnection, at: datetime, span: timedelta) -> Minute:
    """Read what happened in the span before a moment."""
    users = {row["user_id"]: row for row in await connection.fetch(MINUTE, at, span)}
    tasks = await connection.fetchrow(TASKS, at, span)
    assert tasks is not None
    stuck = int(await connection.fetchval(STUCK))
    return Minute(users, tasks["first_email_delay"], tasks["task_completion_time"], stuck)


async def note(connection: PoolConnection, at: datetime, figures: Sequence[tuple[str, str, float]]) -> None:
    """Note figures of a minute: name, tags as JSON, value. Run again, the first stay."""
    names, tags, values = ([figure[place] for figure in figures] for place in range(3))
    await connection.execute(MAKE, at)
    await connection.execute(NOTE, at, names, tags, values)


async def note_tasks(connection: PoolConnection, at: datetime, since: datetime) -> int:
    """Note what happened to tasks since then, and how far those are that send; how many rows are new."""
    return int(await connection.fetchval(NOTE_TASKS, at, since))


async def newest(connection: PoolConnection) -> datetime | None:
    """The minute that was noted last."""
    moment: datetime | None = await connection.fetchval(NEWEST)
    return moment


async def oldest_kept(connection: PoolConnection) -> datetime:
    """Before this, nothing is kept."""
    moment: datetime = await connection.fetchval(OLDEST)
    return moment


async def make_partitions(connection: PoolConnection, at: datetime) -> int:
    """Make the partitions of this moment's month; how many were missing."""
    return int(await connection.fetchval(MAKE, at))


async def drop_partitions(connection: PoolConnection, oldest: datetime) -> int:
    """Drop those that hold nothing younger; how many."""
    return int(await connection.fetchval(DROP, oldest))


async def forget(connection: PoolConnection, oldest: datetime, most: int = 10_000) -> int:
    """Delete some rows of metrics that are older; how many. To be called until it is 0."""
    deleted = 0
    for statement in (FORGET_SYSTEM, FORGET_TASKS):
        deleted += int((await connection.execute(statement, oldest, most)).removeprefix("DELETE "))
    return deleted


async def forget_minutes(connection: PoolConnection, oldest: datetime) -> None:
    """Delete records of health and cleared alerts that are older: small tables."""
    await connection.execute(FORGET_HEALTH, oldest)
    await connection.execute(FORGET_ALERTS, oldest)


async def series(  # noqa: PLR0913, PLR0917 - a bound each
    connection: AsyncConnection,
    name: str,
    begins: datetime,
    ends: datetime,
    step: timedelta,
    user_id: UUID | None,
    state: str | None = None,
) -> list[RowMapping]:
    """A metric's means, one for each step that has any; of a user, or of the whole; of one state of mails, or of all.

    Mails of all states are added up; what several processes noted of a minute counts as its mean.
    """
    whose = None if user_id is None else str(user_id)
    values = {"name": name, "begins": begins, "ends": ends, "step": step, "user_id": whose, "state": state}
    return list((await connection.execute(SERIES, values)).mappings())


async def of_task(connection: AsyncConnection, task_id: UUID) -> list[RowMapping]:
    """All that was noted of a task, in order."""
    return list((await connection.execute(OF_TASK, {"task_id": task_id})).mappings())


async def stuck_since(connection: AsyncConnection, task_id: UUID) -> datetime | None:
    """Since when a task stands still about which an alert is raised."""
    moment: datetime | None = (await connection.execute(STUCK_SINCE, {"task_id": task_id})).scalar()
    return moment
