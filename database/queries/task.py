"""Tasks as people order, see and steer them. The workflow's own moves are in `task_moves`.

Locks are taken in the order task, mails, counters.
"""

import json
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from database.queries.part import read_part

CHOSEN = """
    WITH chosen AS MATERIALIZED (SELECT t.* FROM tasks t WHERE t.user_id = :user_id
"""
# Before a task is prepared its list says how many mails it will have, and all of them are pending. A list of a million
# takes its time to count: each is counted once, for the tasks that are shown.
VIEW = """
    ), lists AS MATERIALIZED (
        SELECT l.id, (SELECT count(*) FROM contact_list_members m WHERE m.contact_list_id = l.id) AS contacts
        FROM contact_lists l WHERE l.id IN (
            SELECT contact_list_id FROM chosen WHERE prepared_at IS NULL AND status NOT IN ('completed', 'cancelled'))
    )
    SELECT t.id, t.user_id, t.name, t.status, t.priority, t.weight, t.follow_up_of, t.pin_fallback, t.pool_id,
        p.name AS pool, t.contact_list_id, t.template_id, t.subject,
        t.tracks_opens, t.tracks_clicks, t.unknown_policy, t.max_retries, t.start_at, t.created_at, t.completed_at,
        t.campaign_id, t.round_no, (SELECT name FROM campaigns c WHERE c.id = t.campaign_id) AS campaign,
        t.holidays, t.time_zone, t.winner_rule, t.variants -> CAST(t.winner AS int) ->> 'name' AS winner,
        (SELECT jsonb_agg(v - 'html' - 'text') FROM jsonb_array_elements(t.variants) v) AS variants,
        CASE WHEN t.window_opens IS NOT NULL THEN jsonb_build_object(
            'opens', left(CAST(t.window_opens AS text), 5), 'closes', left(CAST(t.window_closes AS text), 5),
            'weekdays', (SELECT jsonb_agg((CAST('{mon,tue,wed,thu,fri,sat,sun}' AS text[]))[d + 1] ORDER BY d)
                FROM unnest(t.window_weekdays) d)) END AS window,
        t.prepared_at IS NOT NULL AS prepared, q.first_sent_at, q.last_sent_at, q.last_processed_at, q.waits,
        q.next_retry_at, q.ready, q.retrying, q.total + u.unprepared AS total,
        jsonb_build_object('pending', q.pending_subtasks + u.unprepared, 'claimed', q.claimed,
            'transmitting', q.transmitting, 'sent', q.sent, 'failed', q.failed, 'suppressed', q.suppressed,
            'unknown', q.unknown, 'cancelled', q.cancelled) AS by_status,
        (SELECT jsonb_build_object('state', r.state, 'cause', r.cause, 'sent', r.sent, 'bounced', r.bounced,
            'complained', r.complained, 'since', r.since, 'checked_at', r.checked_at)
            FROM reputations r WHERE r.kind = 'task' AND r.subject_id = t.id) AS reputation
    FROM chosen t JOIN user_task_queues q ON q.task_id = t.id JOIN pools p ON p.id = t.pool_id
    LEFT JOIN lists l ON l.id = t.contact_list_id,
    LATERAL (SELECT CASE WHEN t.prepared_at IS NULL AND t.status NOT IN ('completed', 'cancelled')
        THEN l.contacts ELSE 0 END AS unprepared) u
"""
GET = text(CHOSEN + " AND t.id = :id" + VIEW)
LIST = text(
    CHOSEN
    + """
    AND (CAST(:status AS text) IS NULL OR t.status = :status)
    AND (CAST(:search AS text) IS NULL OR strpos(lower(t.name), lower(:search)) > 0)
    AND (CAST(:after_at AS timestamptz) IS NULL OR (t.created_at, t.id) < (:after_at, CAST(:after_id AS uuid)))
    ORDER BY t.created_at DESC, t.id DESC LIMIT :limit
"""
    + VIEW
    + " ORDER BY t.created_at DESC, t.id DESC"
)
HOLD_LIST = text("""
    SELECT (SELECT count(*) FROM contact_list_members m WHERE m.contact_list_id = l.id)
    FROM contact_lists l WHERE l.id = :id AND l.user_id = :user_id AND NOT l.hidden FOR SHARE OF l
""")
INSERT = text("""
    WITH made AS (
        INSERT INTO tasks (id, user_id, pool_id, name, status, priority, weight, follow_up_of, pin_fallback,
            contact_list_id, template_id, subject, html, text, variants, winner_rule, tracks_opens, tracks_clicks,
            window_opens, window_closes, window_weekdays, holidays, time_zone, unknown_policy, start_at)
        SELECT :id, :user_id, :pool_id, :name,
            CASE WHEN CAST(:start_at AS timestamptz) > guard_now() THEN 'scheduled' ELSE 'sending' END,
            :priority, :weight, :follow_up_of, :pin_fallback, :contact_list_id, :template_id,
            :subject, :html, :text, CAST(:variants AS jsonb), CAST(:winner_rule AS jsonb), :tracks_opens,
            :tracks_clicks, :window_opens, :window_closes, CAST(:window_weekdays AS smallint[]),
            CAST(:holidays AS date[]), :time_zone, :unknown_policy, :start_at
        RETURNING id, user_id, pool_id, priority, status, max_retries, start_at, created_at
    ), queued AS (
        INSERT INTO user_task_queues (task_id, user_id, pool_id, priority)
        SELECT id, user_id, pool_id, priority FROM made
    )
    SELECT id, status, max_retries, start_at, created_at FROM made
""")
# No stronger: a claim, which holds the task's counters by then, asks that its key stays.
LOCK = text("SELECT id, status, prepared_at FROM tasks WHERE id = :id AND user_id = :user_id FOR NO KEY UPDATE")
SET_STATUS = text("""
    UPDATE tasks SET status = CASE
        WHEN :status = 'sending' AND prepared_at IS NULL AND start_at > guard_now() THEN 'scheduled' ELSE :status END
    WHERE id = :id AND user_id = :user_id AND status = ANY (CAST(:allowed AS text[]))
""")
CHANGE = text("""
    UPDATE tasks SET name = coalesce(CAST(:name AS text), name), priority = coalesce(CAST(:priority AS int), priority),
        weight = coalesce(CAST(:weight AS float8), weight),
        pin_fallback = coalesce(CAST(:pin_fallback AS text), pin_fallback)
    WHERE id = :id AND user_id = :user_id
""")
TOUCH = text("""
    UPDATE user_task_queues q SET priority = t.priority, changed_at = clock_timestamp()
    FROM tasks t WHERE t.id = :id AND q.task_id = t.id
""")
REOPEN = text("UPDATE tasks SET status = 'sending', completed_at = NULL WHERE id = :id AND status = 'completed'")


async def get(connection: AsyncConnection, user_id: UUID, task_id: UUID) -> RowMapping | None:
    """One of the user's tasks with its counters."""
    return (await connection.execute(GET, {"user_id": user_id, "id": task_id})).mappings().one_or_none()


async def list_own(
    connection: AsyncConnection, user_id: UUID, after: list[object] | None, limit: int, **filters: str | None
) -> list[RowMapping]:
    """The user's tasks, the newest first, one more than `limit`; filters: `status`, and `search`, of the name."""
    return await read_part(connection, LIST, after, limit, user_id=user_id, **filters)


async def hold_list(connection: AsyncConnection, user_id: UUID, list_id: UUID) -> int | None:
    """Keep a list from being deleted until the transaction ends; how many stand on it, None if the user has no such."""
    contacts: int | None = (
        await connection.execute(HOLD_LIST, {"id": list_id, "user_id": user_id})
    ).scalar_one_or_none()
    return contacts


async def insert(connection: AsyncConnection, user_id: UUID, values: dict[str, Any]) -> RowMapping:
    """Add a task and its counters, `scheduled` where it starts later, else `sending`; the workflow adds its mails.

    Returns those of its columns that are not simply as in `values`.
    """
    row = {"id": uuid4(), "user_id": user_id, **values}
    row |= {name: None if row[name] is None else json.dumps(row[name]) for name in ("variants", "winner_rule")}
    return (await connection.execute(INSERT, row)).mappings().one()


async def lock(connection: AsyncConnection, user_id: UUID, task_id: UUID) -> RowMapping | None:
    """Read a task to change it."""
    return (await connection.execute(LOCK, {"id": task_id, "user_id": user_id})).mappings().one_or_none()


async def set_status(
    connection: AsyncConnection, user_id: UUID, task_id: UUID, status: str, allowed: list[str]
) -> None:
    """Move a task to another status from those allowed, and let its allocator see it. Safe to repeat."""
    values = {"id": task_id, "user_id": user_id, "status": status, "allowed": allowed}
    if (await connection.execute(SET_STATUS, values)).rowcount:
        await connection.execute(TOUCH, {"id": task_id})


async def change(connection: AsyncConnection, user_id: UUID, task_id: UUID, changes: dict[str, Any]) -> None:
    """Change name, priority, weight and pin fallback, those that are given. Safe to repeat."""
    unchanged = {"name": None, "priority": None, "weight": None, "pin_fallback": None}
    values = {"id": task_id, "user_id": user_id} | unchanged | changes
    if (await connection.execute(CHANGE, values)).rowcount:
        await connection.execute(TOUCH, {"id": task_id})


async def reopen(connection: AsyncConnection, task_id: UUID) -> None:
    """Let a completed task that was locked send again. Safe to repeat."""
    if (await connection.execute(REOPEN, {"id": task_id})).rowcount:
        await connection.execute(TOUCH, {"id": task_id})
