"""Moves of a whole campaign: a round begun, all steered, closed; and its survey. Each may be repeated.

Locks are taken in the order campaign, tasks by id, counters by task.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from contracts.campaign import CampaignSurvey, RoundSurvey
from contracts.task import TASK_MOVES
from database.connect import PoolConnection
from scheduling.follow_up import shortest_delay

SURVEY = """
    SELECT c.id AS campaign_id, c.user_id, c.pool_id, guard_now() AS as_of, c.status, c.name, c.priority, c.start_at,
        c.completed_at IS NOT NULL AS ended
    FROM campaigns c
"""
ONE = SURVEY + " WHERE c.id = $1"
UNFINISHED = SURVEY + " WHERE c.completed_at IS NULL ORDER BY c.created_at"
ROUNDS = """
    SELECT r.round_no, r.task_id, r.began_at, r.delay, r.delay_unit, coalesce(q.total, 0) AS total,
        coalesce(q.sent, 0) AS sent, coalesce(q.ready + q.retrying + q.claimed + q.transmitting, 0) AS open,
        q.first_sent_at, r.began_at IS NOT NULL AND (t.id IS NULL OR t.completed_at IS NOT NULL) AS ended
    FROM rounds r LEFT JOIN tasks t ON t.id = r.task_id LEFT JOIN user_task_queues q ON q.task_id = t.id
    WHERE r.campaign_id = $1 ORDER BY r.round_no
"""
LOCK = "SELECT status FROM campaigns WHERE id = $1 FOR NO KEY UPDATE"
BEGIN = """
    WITH made AS (
        INSERT INTO tasks (id, user_id, pool_id, name, status, priority, weight, pin_fallback, contact_list_id,
            template_id, subject, html, text, variants, winner_rule, campaign_id, round_no, tracks_opens, tracks_clicks,
            window_opens, window_closes, window_weekdays, holidays, time_zone, unknown_policy)
        SELECT $3, c.user_id, c.pool_id, format('%s, round %s', left(c.name, 180), r.round_no), 'sending', c.priority,
            c.weight, c.pin_fallback, c.contact_list_id, r.template_id, r.subject, r.html, r.text, r.variants,
            r.winner_rule, c.id, r.round_no, c.tracks_opens, c.tracks_clicks, c.window_opens, c.window_closes,
            c.window_weekdays, c.holidays, c.time_zone, c.unknown_policy
        FROM campaigns c JOIN rounds r ON r.campaign_id = c.id
        WHERE c.id = $1 AND r.round_no = $2 AND r.began_at IS NULL
        RETURNING id, user_id, pool_id, priority
    ), queued AS (
        INSERT INTO user_task_queues (task_id, user_id, pool_id, priority)
        SELECT id, user_id, pool_id, priority FROM made
    )
    UPDATE rounds r SET task_id = made.id, began_at = guard_now()
    FROM made WHERE r.campaign_id = $1 AND r.round_no = $2
"""
SEND = "UPDATE campaigns SET status = 'sending' WHERE id = $1 AND status = 'scheduled'"
STEER = """
    UPDATE campaigns SET changed_at = clock_timestamp(), status = CASE
        WHEN $2 = 'sending' AND start_at > guard_now()
            AND NOT EXISTS (SELECT FROM rounds WHERE campaign_id = $1 AND began_at IS NOT NULL) THEN 'scheduled'
        ELSE $2 END
    WHERE id = $1 AND status = ANY ($3)
"""
HOLD_TASKS = """
    SELECT id FROM tasks WHERE campaign_id = $1 AND status = ANY ($2) ORDER BY id FOR NO KEY UPDATE
"""
STEER_TASKS = "UPDATE tasks SET status = $2 WHERE id = ANY ($1)"
HOLD_COUNTERS = "SELECT FROM user_task_queues WHERE task_id = ANY ($1) ORDER BY task_id FOR UPDATE"
TOUCH = "UPDATE user_task_queues SET changed_at = clock_timestamp() WHERE task_id = ANY ($1)"
CLOSE = """
    UPDATE campaigns SET completed_at = clock_timestamp(),
        status = CASE WHEN status = 'cancelled' THEN status ELSE 'completed' END
    WHERE id = $1 AND completed_at IS NULL
"""
CHANGED = """
    SELECT id FROM campaigns
    WHERE completed_at IS NULL AND changed_at > clock_timestamp() - CAST($1 AS interval)
"""


class CampaignGoneError(Exception):
    """There is no such campaign: it was deleted."""


async def survey(connection: PoolConnection, campaign_id: UUID) -> CampaignSurvey:
    """Where the campaign stands at this instant. Raises `CampaignGoneError`."""
    row = await connection.fetchrow(ONE, campaign_id)
    if row is None:
        raise CampaignGoneError(f"campaign {campaign_id} does not exist")
    return survey_of(dict(row), [dict(each) for each in await connection.fetch(ROUNDS, campaign_id)])


async def unfinished(connection: PoolConnection) -> list[CampaignSurvey]:
    """Every campaign that should have a running workflow, without its rounds."""
    return [survey_of(dict(row), ()) for row in await connection.fetch(UNFINISHED)]


async def changed_lately(connection: PoolConnection, span: timedelta) -> list[UUID]:
    """Campaigns that have not ended and that people changed within the last so many seconds."""
    return [row["id"] for row in await connection.fetch(CHANGED, span)]


async def begin_round(connection: PoolConnection, campaign_id: UUID) -> None:
    """Make the next round a task, if it is due. Run again, it is begun, and the one after it is not due yet."""
    async with connection.transaction():
        await connection.execute(LOCK, campaign_id)
        found = await survey(connection, campaign_id)
        if found.round_is_due and found.next_round is not None:
            await connection.execute(BEGIN, campaign_id, found.next_round.round_no, uuid4())
            await connection.execute(SEND, campaign_id)


async def steer(connection: PoolConnection, campaign_id: UUID, status: str) -> None:
    """Bring a campaign to `paused`, `sending` or `cancelled`, from where that is allowed, and its tasks with it.

    Where the campaign is there already, its tasks are left alone: somebody may have paused one of them.
    """
    async with connection.transaction():
        await connection.execute(LOCK, campaign_id)
        if await connection.execute(STEER, campaign_id, status, TASK_MOVES[status]) == "UPDATE 1":
            tasks = [row["id"] for row in await connection.fetch(HOLD_TASKS, campaign_id, TASK_MOVES[status])]
            await connection.execute(STEER_TASKS, tasks, status)
            await connection.execute(HOLD_COUNTERS, tasks)
            await connection.execute(TOUCH, tasks)


async def close(connection: PoolConnection, campaign_id: UUID) -> None:
    """Mark the campaign as ended if nothing of it is left to do; else change nothing."""
    async with connection.transaction():
        await connection.execute(LOCK, campaign_id)
        if (await survey(connection, campaign_id)).may_close:
            await connection.execute(CLOSE, campaign_id)


def survey_of(row: Mapping[str, Any], rounds: Sequence[Mapping[str, Any]]) -> CampaignSurvey:
    """Make a survey of the columns that `SURVEY` and `ROUNDS` name; others may be among them."""
    shown: list[RoundSurvey] = []
    for each in rounds:
        before = shown[-1] if shown else None
        due_at = None if each["began_at"] else _due_at(row, each, before)
        shown.append(RoundSurvey.model_validate({**each, "due_at": due_at}))
    return CampaignSurvey.model_validate({**row, "rounds": tuple(shown)})


def _due_at(row: Mapping[str, Any], each: Mapping[str, Any], before: RoundSurvey | None) -> datetime | None:
    """When a round that has not begun is to begin: as soon as the earliest of its mails may be due."""
    as_of: datetime = row["as_of"]
    if before is None:
        return row["start_at"] or as_of
    shortest = shortest_delay(each["delay"], business_days=each["delay_unit"] == "business_days")
    if before.first_sent_at is not None:
        return before.first_sent_at + shortest
    return as_of if before.ended or (before.began_at is not None and not shortest) else None
