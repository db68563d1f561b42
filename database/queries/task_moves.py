"""Moves of a whole task: prepared, steered, its retries released, its rest cancelled, closed. Each may be repeated."""

from uuid import UUID

from contracts.task import TASK_MOVES
from database.connect import PoolConnection, Row
from database.queries import round_fill
from database.queries.segment_round import keep_to_segment
from database.queries.variant import decide_winner

LOCK = """
    SELECT status, user_id, prepared_at IS NOT NULL AS prepared, contact_list_id, follow_up_of, campaign_id, round_no,
        num_nonnulls(window_opens, variants) > 0 AS ruled
    FROM tasks WHERE id = $1 FOR NO KEY UPDATE
"""
SMALL = """
    SELECT count(*) < $2 FROM (
        SELECT FROM contact_list_members
        WHERE contact_list_id = (SELECT contact_list_id FROM tasks WHERE id = $1) LIMIT $2
    ) members
"""
# List and earlier task are named, so that the plan knows whether it is a small list beside large ones, and that most
# tasks follow none: else each reads the mails of all. Materialised: read once; the clock for each of a million mails
# took ten seconds more.
FILL = """
    WITH clock AS MATERIALIZED (
        SELECT guard_now() AS now
    ), earlier AS MATERIALIZED (
        SELECT contact_id, service_id FROM subtasks WHERE task_id = $3 AND status = 'sent'
    )
    INSERT INTO subtasks (task_id, seq, contact_id, email, status, reason, due_at, pinned_service_id)
    SELECT $1, row_number() OVER (ORDER BY c.id), c.id, c.email,
        CASE WHEN s.email IS NULL THEN 'pending' ELSE 'suppressed' END,
        CASE WHEN s.email IS NULL THEN NULL ELSE 'suppressed' END,
        clock.now, f.service_id
    FROM clock CROSS JOIN tasks t
    JOIN contact_list_members m ON m.contact_list_id = $2
    JOIN contacts c ON c.id = m.contact_id
    LEFT JOIN suppressions s ON s.user_id = t.user_id AND s.email = lower(c.email)
    LEFT JOIN earlier f ON f.contact_id = c.id
    WHERE t.id = $1
"""
PREPARED = "UPDATE tasks SET status = 'sending', prepared_at = clock_timestamp() WHERE id = $1"
STEER = """
    UPDATE tasks SET status = $2 WHERE id = $1 AND status = ANY ($3)
"""
PRIORITISE = "UPDATE tasks SET priority = $2 WHERE id = $1"
TOUCH = """
    UPDATE user_task_queues q SET priority = t.priority, changed_at = clock_timestamp()
    FROM tasks t WHERE t.id = $1 AND q.task_id = t.id
"""
RELEASE = "SELECT task_release_v1($1, guard_now(), $2)"
# The time is looked for in a snapshot that begins with the counters held: a retry written meanwhile would be lost.
HOLD_COUNTERS = "SELECT 1 FROM user_task_queues WHERE task_id = $1 FOR UPDATE"
NEXT_RETRY = """
    UPDATE user_task_queues SET next_retry_at = (
        SELECT min(retry_at) FROM subtasks WHERE task_id = $1 AND status = 'pending' AND retry_at IS NOT NULL
    ), changed_at = clock_timestamp() WHERE task_id = $1
"""
CANCEL = """
    WITH rest AS (
        SELECT task_id, seq FROM subtasks WHERE task_id = $1 AND status = 'pending' ORDER BY seq LIMIT $2 FOR UPDATE
    )
    UPDATE subtasks b SET status = 'cancelled', retry_at = NULL, reason = 'task_cancelled'
    FROM rest WHERE b.task_id = rest.task_id AND b.seq = rest.seq
"""
CLOSE = """
    UPDATE tasks t SET status = CASE WHEN t.status = 'cancelled' THEN t.status ELSE 'completed' END,
        completed_at = clock_timestamp()
    FROM user_task_queues q
    WHERE t.id = $1 AND q.task_id = t.id AND t.completed_at IS NULL
        AND (t.prepared_at IS NOT NULL AND t.status IN ('sending', 'paused') OR t.status = 'cancelled')
        AND q.ready + q.retrying + q.claimed + q.transmitting = 0
"""


async def small(connection: PoolConnection, task_id: UUID, bound: int) -> bool:
    """Whether the task's list has fewer contacts than so many."""
    return bool(await connection.fetchval(SMALL, task_id, bound))


async def prepare(connection: PoolConnection, task_id: UUID) -> None:
    """Write the task's subtasks from its list, suppressed addresses marked, and let it send. Once only."""
    async with connection.transaction():
        task = await connection.fetchrow(LOCK, task_id)
        if task is None or task["prepared"] or task["status"] not in ("scheduled", "sending"):
            return
        await _fill(connection, task_id, task)
        await connection.execute(PREPARED, task_id)
        await connection.execute(TOUCH, task_id)


async def _fill(connection: PoolConnection, task_id: UUID, task: Row) -> None:
    """Write the mails: of a list, as fast as can be; by rules, where the task has any."""
    user_id, listed = task["user_id"], (task["contact_list_id"], task["follow_up_of"])
    if task["round_no"] == 1:
        await round_fill.fill_first_round(connection, task_id, user_id, task["contact_list_id"], task["campaign_id"])
    elif task["round_no"] is not None:
        await round_fill.fill_follow_up(connection, task_id, user_id, task["campaign_id"], task["round_no"])
    elif task["ruled"]:
        await round_fill.fill_of_a_list(connection, task_id, user_id, *listed)
    else:
        await connection.execute(FILL, task_id, *listed)
    if task["round_no"] is not None:
        await keep_to_segment(connection, task_id)


async def pause(connection: PoolConnection, task_id: UUID) -> None:
    """Let nothing new go out."""
    await _steer(connection, task_id, "paused")


async def resume(connection: PoolConnection, task_id: UUID) -> None:
    """Go on after a pause."""
    await _steer(connection, task_id, "sending")


async def cancel(connection: PoolConnection, task_id: UUID) -> None:
    """Send nothing more; `cancel_rest` then ends what waits."""
    await _steer(connection, task_id, "cancelled")


async def _steer(connection: PoolConnection, task_id: UUID, status: str) -> None:
    async with connection.transaction():
        await connection.execute(STEER, task_id, status, TASK_MOVES[status])
        await connection.execute(TOUCH, task_id)


async def change_priority(connection: PoolConnection, task_id: UUID, priority: int) -> None:
    """Serve it before (1), among (0) or after (-1) the others."""
    async with connection.transaction():
        await connection.execute(PRIORITISE, task_id, priority)
        await connection.execute(TOUCH, task_id)


async def release_retries(connection: PoolConnection, task_id: UUID, most: int = 10_000) -> None:
    """Ask of the mails whose time has come whether they may go now, and find the next time; before, who won a trial.

    At most so many, a fraction of a second of PostgreSQL, for their locks keep others from the task: what is left is
    due still, and its time is the next.
    """
    async with connection.transaction():
        await decide_winner(connection, task_id)
        await connection.execute(RELEASE, task_id, most)
        await connection.execute(HOLD_COUNTERS, task_id)
        await connection.execute(NEXT_RETRY, task_id)


async def cancel_rest(connection: PoolConnection, task_id: UUID, most: int = 10_000) -> bool:
    """End some of the mails that wait in a cancelled task; whether there may be more."""
    return await connection.execute(CANCEL, task_id, most) == f"UPDATE {most}"


async def close(connection: PoolConnection, task_id: UUID) -> None:
    """Mark the task as ended if no mail of it is open any more; else change nothing.

    The task is held first: whoever holds it may be about to have mails of it sent again, and the counters of before
    would not show it.
    """
    async with connection.transaction():
        await connection.execute(LOCK, task_id)
        await connection.execute(CLOSE, task_id)
