"""Campaigns as people order, see and change them. What moves them is in `campaign_moves`."""

import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from database.queries.part import read_part

VIEW = """
    SELECT c.*, c.id AS campaign_id, c.completed_at IS NOT NULL AS ended, guard_now() AS as_of, p.name AS pool,
        CASE WHEN c.window_opens IS NOT NULL THEN jsonb_build_object(
            'opens', left(CAST(c.window_opens AS text), 5), 'closes', left(CAST(c.window_closes AS text), 5),
            'weekdays', (SELECT jsonb_agg((CAST('{mon,tue,wed,thu,fri,sat,sun}' AS text[]))[d + 1] ORDER BY d)
                FROM unnest(c.window_weekdays) d)) END AS window
    FROM campaigns c JOIN pools p ON p.id = c.pool_id WHERE c.user_id = :user_id
"""
GET = text(VIEW + " AND c.id = :id")
LIST = text(
    VIEW
    + """
    AND (CAST(:status AS text) IS NULL OR c.status = :status)
    AND (CAST(:after_at AS timestamptz) IS NULL OR (c.created_at, c.id) < (:after_at, CAST(:after_id AS uuid)))
    ORDER BY c.created_at DESC, c.id DESC LIMIT :limit
"""
)
ROUNDS = text("""
    SELECT r.campaign_id, r.round_no, r.audience, r.segment_id, r.delay, r.delay_unit, r.threaded, r.template_id,
        r.subject, r.winner_rule,
        (SELECT jsonb_agg(v - 'html' - 'text') FROM jsonb_array_elements(r.variants) v) AS variants,
        t.variants -> CAST(t.winner AS int) ->> 'name' AS winner, r.task_id, r.began_at, t.status, q.first_sent_at,
        r.began_at IS NOT NULL AND (t.id IS NULL OR t.completed_at IS NOT NULL) AS ended, coalesce(q.total, 0) AS total,
        jsonb_build_object('pending', coalesce(q.pending_subtasks, 0), 'claimed', coalesce(q.claimed, 0),
            'transmitting', coalesce(q.transmitting, 0), 'sent', coalesce(q.sent, 0), 'failed', coalesce(q.failed, 0),
            'suppressed', coalesce(q.suppressed, 0), 'unknown', coalesce(q.unknown, 0),
            'cancelled', coalesce(q.cancelled, 0)) AS by_status
    FROM rounds r LEFT JOIN tasks t ON t.id = r.task_id LEFT JOIN user_task_queues q ON q.task_id = t.id
    WHERE r.campaign_id = ANY (CAST(:ids AS uuid[])) ORDER BY r.campaign_id, r.round_no
""")
WAITING = text("""
    SELECT t.round_no, coalesce(b.reason, 'retry') AS reason, count(*) AS count, min(b.retry_at) AS retry_at
    FROM tasks t JOIN subtasks b ON b.task_id = t.id AND b.status = 'pending' AND b.retry_at IS NOT NULL
    WHERE t.campaign_id = :id AND t.user_id = :user_id AND t.completed_at IS NULL
    GROUP BY 1, 2 ORDER BY 1, 3 DESC, 2
""")
INSERT = text("""
    INSERT INTO campaigns (id, user_id, pool_id, contact_list_id, name, status, priority, weight, pin_fallback,
        unknown_policy, colleagues_stop, tracks_opens, tracks_clicks, window_opens, window_closes, window_weekdays,
        holidays, time_zone, start_at)
    VALUES (:id, :user_id, :pool_id, :contact_list_id, :name,
        CASE WHEN CAST(:start_at AS timestamptz) > guard_now() THEN 'scheduled' ELSE 'sending' END, :priority, :weight,
        :pin_fallback, :unknown_policy, :colleagues_stop, :tracks_opens, :tracks_clicks, :window_opens, :window_closes,
        CAST(:window_weekdays AS smallint[]), CAST(:holidays AS date[]), :time_zone, :start_at)
""")
INSERT_ROUND = text("""
    INSERT INTO rounds (campaign_id, round_no, audience, segment_id, delay, delay_unit, threaded, template_id, subject,
        html, text, variants, winner_rule)
    VALUES (:campaign_id, :round_no, :audience, :segment_id, :delay, :delay_unit, :threaded, :template_id, :subject,
        :html, :text, CAST(:variants AS jsonb), CAST(:winner_rule AS jsonb))
""")
# No stronger: a task's row asks that its key stays.
LOCK = text("SELECT * FROM campaigns WHERE id = :id AND user_id = :user_id FOR NO KEY UPDATE")
UPDATE = text("""
    UPDATE campaigns SET name = :name, priority = :priority, weight = :weight, pin_fallback = :pin_fallback,
        unknown_policy = :unknown_policy, colleagues_stop = :colleagues_stop, tracks_opens = :tracks_opens,
        tracks_clicks = :tracks_clicks, window_opens = :window_opens, window_closes = :window_closes,
        window_weekdays = CAST(:window_weekdays AS smallint[]), holidays = CAST(:holidays AS date[]),
        time_zone = :time_zone, start_at = :start_at, changed_at = clock_timestamp(),
        status = CASE WHEN status NOT IN ('scheduled', 'sending') OR EXISTS (
                SELECT FROM rounds WHERE campaign_id = :id AND began_at IS NOT NULL) THEN status
            WHEN CAST(:start_at AS timestamptz) > guard_now() THEN 'scheduled' ELSE 'sending' END
    WHERE id = :id AND user_id = :user_id
""")
TOUCH = text("UPDATE campaigns SET changed_at = clock_timestamp() WHERE id = :id")
GET_ROUND = text("SELECT * FROM rounds WHERE campaign_id = :campaign_id AND round_no = :round_no")
LAST_ROUND = text("SELECT max(round_no) FROM rounds WHERE campaign_id = :id")
UPDATE_ROUND = text("""
    UPDATE rounds SET audience = :audience, segment_id = :segment_id, delay = :delay, delay_unit = :delay_unit,
        threaded = :threaded, template_id = :template_id, subject = :subject, html = :html, text = :text,
        variants = CAST(:variants AS jsonb), winner_rule = CAST(:winner_rule AS jsonb)
    WHERE campaign_id = :campaign_id AND round_no = :round_no AND began_at IS NULL
""")
DELETE_ROUND = text("DELETE FROM rounds WHERE campaign_id = :id AND round_no = :round_no AND began_at IS NULL")
RENUMBER = text("UPDATE rounds SET round_no = :round_no - 1 WHERE campaign_id = :id AND round_no = :round_no")
CONTACTS = text("""
    SELECT k.contact_id, c.email, k.organisation, k.opened_at, k.clicked_at, k.replied_at, k.stop_reason, k.stopped_at,
        k.not_before
    FROM campaigns g JOIN campaign_contacts k ON k.campaign_id = g.id LEFT JOIN contacts c ON c.id = k.contact_id
    WHERE g.id = :id AND g.user_id = :user_id AND k.contact_id > :after
        AND (CAST(:stop_reason AS text) IS NULL OR k.stop_reason = :stop_reason)
    ORDER BY k.contact_id LIMIT :limit
""")


async def get(connection: AsyncConnection, user_id: UUID, campaign_id: UUID) -> RowMapping | None:
    """One of the user's campaigns."""
    return (await connection.execute(GET, {"user_id": user_id, "id": campaign_id})).mappings().one_or_none()


async def list_own(
    connection: AsyncConnection, user_id: UUID, status: str | None, after: list[object] | None, limit: int
) -> list[RowMapping]:
    """The user's campaigns, the newest first, one more than `limit`."""
    return await read_part(connection, LIST, after, limit, user_id=user_id, status=status)


async def rounds(connection: AsyncConnection, campaign_ids: Sequence[UUID]) -> list[RowMapping]:
    """The rounds of campaigns that were read before, in order."""
    return list((await connection.execute(ROUNDS, {"ids": list(campaign_ids)})).mappings())


async def waiting(connection: AsyncConnection, user_id: UUID, campaign_id: UUID) -> list[RowMapping]:
    """Of each round, why mails wait for a time."""
    return list((await connection.execute(WAITING, {"user_id": user_id, "id": campaign_id})).mappings())


async def insert(connection: AsyncConnection, user_id: UUID, values: Mapping[str, Any]) -> UUID:
    """Add a campaign, `scheduled` where it starts later, else `sending`; its id."""
    campaign_id = uuid4()
    await connection.execute(INSERT, {**values, "id": campaign_id, "user_id": user_id})
    return campaign_id


async def insert_round(
    connection: AsyncConnection, campaign_id: UUID, round_no: int, values: Mapping[str, Any]
) -> None:
    """Add a round to a campaign that is locked, or new."""
    await connection.execute(INSERT_ROUND, _round(campaign_id, round_no, values))


async def lock(connection: AsyncConnection, user_id: UUID, campaign_id: UUID) -> RowMapping | None:
    """Read a campaign to change it or its rounds: none begins meanwhile."""
    return (await connection.execute(LOCK, {"id": campaign_id, "user_id": user_id})).mappings().one_or_none()


async def update(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    """Write a campaign that was locked."""
    await connection.execute(UPDATE, dict(values))


async def touch(connection: AsyncConnection, campaign_id: UUID) -> None:
    """Note that rounds of a campaign that was locked were changed."""
    await connection.execute(TOUCH, {"id": campaign_id})


async def get_round(connection: AsyncConnection, campaign_id: UUID, round_no: int) -> RowMapping | None:
    """A round of a campaign that was locked, or read before."""
    values = {"campaign_id": campaign_id, "round_no": round_no}
    return (await connection.execute(GET_ROUND, values)).mappings().one_or_none()


async def last_round(connection: AsyncConnection, campaign_id: UUID) -> int:
    """The number of the last round."""
    return int((await connection.execute(LAST_ROUND, {"id": campaign_id})).scalar_one())


async def update_round(
    connection: AsyncConnection, campaign_id: UUID, round_no: int, values: Mapping[str, Any]
) -> None:
    """Write a round that has not begun, of a campaign that was locked."""
    await connection.execute(UPDATE_ROUND, _round(campaign_id, round_no, values))


async def delete_round(connection: AsyncConnection, campaign_id: UUID, round_no: int) -> None:
    """Take away a round that has not begun, of a campaign that was locked; those after it move up."""
    last = await last_round(connection, campaign_id)
    await connection.execute(DELETE_ROUND, {"id": campaign_id, "round_no": round_no})
    for number in range(round_no + 1, last + 1):
        await connection.execute(RENUMBER, {"id": campaign_id, "round_no": number})


async def contacts(  # noqa: PLR0913, PLR0917 - whose, of which, and what part of a list
    connection: AsyncConnection, user_id: UUID, campaign_id: UUID, stop_reason: str | None, after: int, limit: int
) -> list[RowMapping]:
    """Where the contacts of one of the user's campaigns stand, by id, one more than `limit`."""
    values = {
        "id": campaign_id, "user_id": user_id, "stop_reason": stop_reason, "after": after, "limit": limit + 1,
    }  # fmt: skip
    return list((await connection.execute(CONTACTS, values)).mappings())


def _round(campaign_id: UUID, round_no: int, values: Mapping[str, Any]) -> dict[str, Any]:
    written = {name: None if values[name] is None else json.dumps(values[name]) for name in ("variants", "winner_rule")}
    return {**values, **written, "campaign_id": campaign_id, "round_no": round_no}
