"""Tasks: their counters, and their status against their mails."""

from database.invariants.invariant import RECOUNT, Invariant

COUNTERS = """
    SELECT CASE WHEN kept.mails <> coalesce(counted.mails, 0) THEN format('task %s: its counter %s says %s, counted %s',
        kept.task_id, kept.kind, kept.mails, coalesce(counted.mails, 0)) END AS broken
    FROM (
        SELECT q.task_id, k.kind, k.mails FROM user_task_queues q, LATERAL (VALUES
            ('total', q.total), ('ready', q.ready), ('retrying', q.retrying), ('claimed', q.claimed),
            ('transmitting', q.transmitting), ('sent', q.sent), ('failed', q.failed), ('suppressed', q.suppressed),
            ('unknown', q.unknown), ('cancelled', q.cancelled)
        ) k(kind, mails)
    ) kept LEFT JOIN (
        SELECT task_id, coalesce(kind, 'total') AS kind, count(*) AS mails FROM (
            SELECT task_id, CASE WHEN status <> 'pending' THEN status
                WHEN retry_at IS NULL THEN 'ready' ELSE 'retrying' END AS kind FROM subtasks
        ) b GROUP BY GROUPING SETS ((task_id, kind), (task_id))
    ) counted ON counted.task_id = kept.task_id AND counted.kind = kept.kind
"""
PINNED_COUNTERS = """
    SELECT CASE WHEN coalesce(p.ready, 0) <> coalesce(c.ready, 0) THEN
        format('task %s: for service %s its pinned queue says %s, counted %s', task_id, service_id,
            coalesce(p.ready, 0), coalesce(c.ready, 0)) END AS broken
    FROM pinned_queues p FULL JOIN (
        SELECT task_id, pinned_service_id AS service_id, count(*) AS ready FROM subtasks
        WHERE status = 'pending' AND retry_at IS NULL AND pinned_service_id IS NOT NULL GROUP BY 1, 2
    ) c USING (task_id, service_id)
"""
QUEUE_ROW = """
    SELECT CASE WHEN q.task_id IS NULL THEN format('task %s has no row of counters', t.id)
        WHEN (q.user_id, q.pool_id, q.priority) <> (t.user_id, t.pool_id, t.priority) THEN
            format('task %s: its row of counters has another user, pool or priority', t.id) END AS broken
    FROM tasks t LEFT JOIN user_task_queues q ON q.task_id = t.id
"""
# `next_retry_at` may be early: then its timer finds nothing to do.
NEXT_RETRY = """
    SELECT CASE WHEN q.next_retry_at > c.first_at OR q.next_retry_at IS NULL THEN
        format('task %s: its next retry is said to be at %s, but one is due at %s', q.task_id,
            coalesce(q.next_retry_at::text, 'no time'), c.first_at) END AS broken
    FROM user_task_queues q JOIN (
        SELECT task_id, min(retry_at) AS first_at FROM subtasks WHERE status = 'pending' AND retry_at IS NOT NULL
        GROUP BY 1
    ) c ON c.task_id = q.task_id
"""
# A cancelled task has mails that wait, and some under way, until it has ended.
STATUS = """
    SELECT CASE WHEN t.completed_at IS NOT NULL AND q.ready + q.retrying + q.claimed + q.transmitting > 0 THEN
            format('task %s has ended (%s), but %s of its mails are open', t.id, t.status,
                q.ready + q.retrying + q.claimed + q.transmitting)
        WHEN t.status = 'completed' AND t.completed_at IS NULL THEN
            format('task %s is completed, but has not ended', t.id)
        WHEN t.status NOT IN ('completed', 'cancelled') AND t.completed_at IS NOT NULL THEN
            format('task %s is %s, but has ended', t.id, t.status)
        WHEN t.prepared_at IS NULL AND (t.status = 'completed' OR q.total > 0) THEN
            format('task %s was never prepared, but is %s with %s mails', t.id, t.status, q.total)
        WHEN t.prepared_at IS NOT NULL AND t.status = 'scheduled' THEN
            format('task %s is scheduled, but was prepared', t.id) END AS broken
    FROM tasks t JOIN user_task_queues q ON q.task_id = t.id
"""
SENT_MOMENTS = """
    SELECT CASE WHEN num_nonnulls(first_sent_at, last_sent_at) <> CASE WHEN sent > 0 THEN 2 ELSE 0 END
            OR last_sent_at < first_sent_at THEN
        format('task %s: %s mails are sent, the first at %s, the last at %s', task_id, sent,
            coalesce(first_sent_at::text, 'no time'), coalesce(last_sent_at::text, 'no time')) END AS broken
    FROM user_task_queues
"""
START_AGAIN = "`UPDATE tasks SET status = 'sending', completed_at = NULL` for it; reconcile then starts its workflow."
INVARIANTS = (
    Invariant("task_counters", "A task's counters are the numbers of its mails by status.", RECOUNT, COUNTERS),
    Invariant("pinned_counters", "Of a task's ready mails, those pinned to a service are counted for it.", RECOUNT,
        PINNED_COUNTERS),
    Invariant("task_queue", "Every task has its row of counters, of its user, pool and priority.", RECOUNT, QUEUE_ROW),
    Invariant("next_retry", "A task's next retry is no later than that of any of its mails.",
        "The mails wait too long: set `next_retry_at` of its row in `user_task_queues` to the time that is due.",
        NEXT_RETRY),
    Invariant("task_status", "A task that has ended has no open mail, and one that has not is not called ended.",
        START_AGAIN, STATUS),
    Invariant("task_sent_moments", "A task has a first and a last sent mail exactly when it has sent any.", RECOUNT,
        SENT_MOMENTS),
)  # fmt: skip
