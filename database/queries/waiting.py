"""Why the mails of all of a user's tasks wait, summed by reason: each mail counts once."""

from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

# As `realtime-status` says it of one task: a task that is paused or scheduled waits as a whole, a ready mail for the
# main reason that the allocator gave, one that is tried again for its own. A task that is not prepared has as many
# mails as its list has contacts; a list is counted once, however many tasks wait for it.
BY_REASON = text("""
    WITH open AS MATERIALIZED (
        SELECT t.id, t.name, t.status, t.start_at, t.contact_list_id, t.prepared_at IS NULL AS unprepared,
            q.pending_subtasks, q.ready, q.retrying, q.waits -> 0 AS wait,
            CASE WHEN t.status = 'sending' OR t.status = 'scheduled' AND t.start_at <= guard_now()
                THEN CAST(:halted_by AS text) END AS halted_by,
            t.status = 'paused' AND EXISTS (SELECT FROM reputations r
                WHERE r.kind = 'task' AND r.subject_id = t.id AND r.state = 'paused') AS guarded
        FROM tasks t JOIN user_task_queues q ON q.task_id = t.id
        WHERE t.user_id = :user_id AND t.status IN ('scheduled', 'sending', 'paused')
    ), lists AS MATERIALIZED (
        SELECT l.id, (SELECT count(*) FROM contact_list_members m WHERE m.contact_list_id = l.id) AS contacts
        FROM contact_lists l WHERE l.id IN (SELECT contact_list_id FROM open WHERE unprepared)
    ), whole AS (
        SELECT o.id, o.name, coalesce(o.halted_by, CASE WHEN o.guarded THEN 'reputation'
                WHEN o.status = 'sending' THEN 'preparing' ELSE o.status END) AS reason,
            CASE WHEN o.unprepared THEN l.contacts ELSE o.pending_subtasks END AS mails,
            CASE WHEN o.status = 'scheduled' AND o.halted_by IS NULL THEN o.start_at END AS retry_at
        FROM open o LEFT JOIN lists l ON l.id = o.contact_list_id
        WHERE o.status <> 'sending' OR o.unprepared
    ), waits AS (
        SELECT id, name, reason, mails, retry_at, retry_at AS last_retry_at FROM whole WHERE mails > 0
        UNION ALL
        SELECT id, name, coalesce(halted_by, wait ->> 'reason', 'turn'), ready, at, at
        FROM open, LATERAL (
            SELECT CASE WHEN halted_by IS NULL THEN CAST(wait ->> 'retry_at' AS timestamptz) END AS at
        ) w
        WHERE status = 'sending' AND NOT unprepared AND ready > 0
        UNION ALL
        SELECT o.id, o.name, r.reason, r.mails, r.retry_at, r.last_retry_at
        FROM open o, LATERAL (
            SELECT CASE WHEN d.overdue THEN o.halted_by ELSE coalesce(s.reason, 'retry') END AS reason,
                count(*) AS mails, min(s.retry_at) FILTER (WHERE NOT d.overdue) AS retry_at,
                max(s.retry_at) FILTER (WHERE NOT d.overdue) AS last_retry_at
            FROM subtasks s, LATERAL (
                SELECT o.halted_by IS NOT NULL AND s.retry_at <= guard_now() AS overdue
            ) d WHERE s.task_id = o.id AND s.status = 'pending' AND s.retry_at IS NOT NULL GROUP BY 1
        ) r
        WHERE o.status = 'sending' AND o.retrying > 0
    )
    SELECT reason, sum(mails)::bigint AS count, count(DISTINCT id) AS tasks, min(retry_at) AS retry_at,
        CASE WHEN bool_and(last_retry_at IS NOT NULL) THEN max(last_retry_at) END AS last_retry_at,
        (array_agg(id ORDER BY mails DESC, id))[1] AS largest_task_id,
        (array_agg(name ORDER BY mails DESC, id))[1] AS largest_task
    FROM waits GROUP BY reason ORDER BY 2 DESC, 1
""")


async def by_reason(connection: AsyncConnection, user_id: UUID, halted_by: str | None) -> list[RowMapping]:
    """Sum over the user's tasks, the reason that holds most mails first.

    `halted_by` is why no mail goes at all; it takes the place of what the allocator said last.
    """
    return list((await connection.execute(BY_REASON, {"user_id": user_id, "halted_by": halted_by})).mappings())
