"""What in the database is a sign of trouble: tasks that stand still, services that rest, quotas, unknown outcomes."""

from database.connect import PoolConnection, Row

# Kept by the guard's clock: since when a task stands where it stands, though mails of it are due and what they wait for
# has no known end. A task that moves, ends, is paused or waits for a time that is known is not watched.
WATCH = """
    WITH due AS (
        SELECT t.id, q.last_processed_at AS moved_at,
            q.sent + q.failed + q.suppressed + q.unknown + q.cancelled AS finished
        FROM tasks t JOIN user_task_queues q ON q.task_id = t.id, (SELECT guard_now() AS now) n
        WHERE t.completed_at IS NULL AND t.status IN ('scheduled', 'sending')
            AND CASE WHEN t.prepared_at IS NULL THEN coalesce(t.start_at, t.created_at) < n.now
                ELSE t.status = 'sending' AND (q.ready > 0 OR q.processing_subtasks > 0
                    OR q.retrying > 0 AND q.next_retry_at < n.now) END
            AND (q.processing_subtasks > 0 OR NOT EXISTS (
                SELECT FROM jsonb_array_elements(q.waits) w WHERE (w ->> 'retry_at')::timestamptz > n.now
            ))
    ), moving AS (
        DELETE FROM task_watches w WHERE NOT EXISTS (SELECT FROM due WHERE due.id = w.task_id)
    )
    INSERT INTO task_watches AS w (task_id, moved_at, finished, since)
    SELECT id, moved_at, finished, guard_now() FROM due ORDER BY id
    ON CONFLICT (task_id) DO UPDATE SET
        moved_at = excluded.moved_at, finished = excluded.finished, since = excluded.since
    WHERE (w.moved_at, w.finished) IS DISTINCT FROM (excluded.moved_at, excluded.finished)
"""
STUCK = """
    SELECT t.id, t.user_id, t.name, w.since, t.prepared_at IS NOT NULL AS prepared,
        q.ready + q.processing_subtasks AS due, coalesce(q.waits -> 0 ->> 'reason', 'turn') AS reason
    FROM task_watches w JOIN tasks t ON t.id = w.task_id JOIN user_task_queues q ON q.task_id = t.id,
        (SELECT guard_now() - make_interval(secs => value::float8) AS bound FROM system_config
         WHERE key = 'monitoring.stuck_task_threshold') n
    WHERE w.since <= n.bound ORDER BY t.id
"""
# Rested again and again, a service is one trouble until a mail goes through; without mails, until ten quiet minutes.
RESTED = """
    SELECT e.service_id, e.user_id, s.name, e.rest_reason, e.rested_until > n.now AS rested
    FROM email_service_schedule e JOIN email_services s ON s.id = e.service_id, (SELECT guard_now() AS now) n
    WHERE e.status = 'active' AND e.rest_level > 0 AND e.rested_until > n.now - interval '10 minutes'
    ORDER BY e.service_id
"""
QUOTAS = """
    WITH bound AS (
        SELECT value::float8 AS share FROM system_config WHERE key = 'monitoring.quota_alert_share'
    ), pool AS (
        SELECT e.pool_id, sum(day.quota) AS quota, sum(day.used) AS used
        FROM email_service_schedule e, LATERAL (
            SELECT coalesce(least(e.daily_quota, e.day_quota), e.daily_quota) AS quota,
                CASE WHEN e.quota_reset_at <= guard_now() THEN 0 ELSE e.used_quota END AS used
        ) day
        WHERE e.status = 'active' GROUP BY e.pool_id
    )
    SELECT p.id, p.user_id, p.name, pool.quota, pool.used, d.waiting,
        pool.used >= bound.share * pool.quota AND d.waiting > pool.quota - pool.used AS strong
    FROM pool JOIN pools p ON p.id = pool.pool_id CROSS JOIN bound,
    LATERAL (
        SELECT coalesce(sum(q.ready + q.retrying), 0) AS waiting
        FROM user_task_queues q JOIN tasks t ON t.id = q.task_id
        WHERE q.pool_id = p.id AND t.completed_at IS NULL AND t.status = 'sending'
    ) d
    WHERE pool.quota > 0 AND pool.used >= (bound.share - 0.1) * pool.quota ORDER BY p.id
"""
UNKNOWN = """
    SELECT t.id, t.user_id, t.name, q.unknown
    FROM user_task_queues q JOIN tasks t ON t.id = q.task_id
    WHERE q.unknown > 0 AND EXISTS (
        SELECT FROM subtasks b JOIN deliveries d ON d.permit_id = b.permit_id,
            (SELECT guard_now() - make_interval(secs => value::float8) AS bound FROM system_config
             WHERE key = 'monitoring.unknown_alert_after') n
        WHERE b.task_id = t.id AND b.status = 'unknown' AND d.ended_at <= n.bound
    ) ORDER BY t.id
"""

# Of what can still send: a task that has ended, or a service that was deleted, harms nobody any more.
REPUTATIONS = """
    SELECT r.kind, r.subject_id, r.user_id, r.state, r.cause, r.sent, r.bounced, r.complained,
        coalesce(s.name, t.name) AS name
    FROM reputations r
    LEFT JOIN (email_services s JOIN email_service_schedule e ON e.service_id = s.id AND e.status <> 'deleted')
        ON r.kind = 'service' AND s.id = r.subject_id
    LEFT JOIN tasks t ON r.kind = 'task' AND t.id = r.subject_id AND t.completed_at IS NULL
    WHERE r.state <> 'good' AND coalesce(s.id, t.id) IS NOT NULL ORDER BY r.kind, r.subject_id
"""


async def watch_tasks(connection: PoolConnection) -> None:
    """Note which tasks stand still since when. Run again, what stands still keeps its time."""
    await connection.execute(WATCH)


async def stuck_tasks(connection: PoolConnection) -> list[Row]:
    """Those that stood still for `monitoring.stuck_task_threshold`."""
    return list(await connection.fetch(STUCK))


async def rested_services(connection: PoolConnection) -> list[Row]:
    """Those that failed and have not sent since."""
    return list(await connection.fetch(RESTED))


async def used_quotas(connection: PoolConnection) -> list[Row]:
    """Pools whose quota of the day is nearly used; `strong` where more mails wait than may still go."""
    return list(await connection.fetch(QUOTAS))


async def unknown_waiting(connection: PoolConnection) -> list[Row]:
    """Tasks with mails of unknown outcome for `monitoring.unknown_alert_after`."""
    return list(await connection.fetch(UNKNOWN))


async def bad_reputations(connection: PoolConnection) -> list[Row]:
    """Services and tasks that were warned or paused for their bounces or complaints."""
    return list(await connection.fetch(REPUTATIONS))
