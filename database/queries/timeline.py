"""When things happened: each mail's first event of a kind at its own time, and how far a campaign's contacts came."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.statistics import TimeUnit

# The first soft bounce has no column of its own in `engagements`: the log knows it.
TIMELINE = text("""
    WITH happened AS (
        SELECT date_trunc(:unit, b.sent_at, :zone) AS start, 'sent' AS kind, count(*) AS mails FROM subtasks b
        WHERE b.task_id = ANY (CAST(:task_ids AS uuid[])) AND b.status = 'sent' AND b.sent_at IS NOT NULL GROUP BY 1
        UNION ALL
        SELECT date_trunc(:unit, m.at, :zone), m.kind, count(*)
        FROM engagements e JOIN subtasks b ON b.task_id = e.task_id AND b.seq = e.seq
        CROSS JOIN LATERAL (VALUES
            ('opened', e.opened_at), ('clicked', e.clicked_at), ('replied', e.replied_at),
            ('machine_opened', CASE WHEN e.opened_at IS NULL THEN e.machine_opened_at END),
            ('machine_clicked', CASE WHEN e.clicked_at IS NULL THEN e.machine_clicked_at END),
            ('auto_replied', e.auto_replied_at), ('hard_bounced', e.bounced_at), ('complained', e.complained_at),
            ('unsubscribed', e.unsubscribed_at)
        ) AS m (kind, at)
        WHERE e.task_id = ANY (CAST(:task_ids AS uuid[])) AND b.status = 'sent' AND m.at IS NOT NULL GROUP BY 1, 2
        UNION ALL
        SELECT date_trunc(:unit, f.at, :zone), 'soft_bounced', count(*) FROM (
            SELECT min(v.occurred_at) AS at
            FROM events v JOIN subtasks b ON b.task_id = v.task_id AND b.seq = v.seq
            WHERE v.task_id = ANY (CAST(:task_ids AS uuid[])) AND v.kind = 'soft_bounce' AND b.status = 'sent'
            GROUP BY v.task_id, v.seq
        ) AS f GROUP BY 1
    )
    SELECT start, coalesce(sum(mails) FILTER (WHERE kind = 'sent'), 0)::bigint AS sent,
        coalesce(sum(mails) FILTER (WHERE kind = 'opened'), 0)::bigint AS opened,
        coalesce(sum(mails) FILTER (WHERE kind = 'machine_opened'), 0)::bigint AS machine_opened,
        coalesce(sum(mails) FILTER (WHERE kind = 'clicked'), 0)::bigint AS clicked,
        coalesce(sum(mails) FILTER (WHERE kind = 'machine_clicked'), 0)::bigint AS machine_clicked,
        coalesce(sum(mails) FILTER (WHERE kind = 'replied'), 0)::bigint AS replied,
        coalesce(sum(mails) FILTER (WHERE kind = 'auto_replied'), 0)::bigint AS auto_replied,
        coalesce(sum(mails) FILTER (WHERE kind = 'hard_bounced'), 0)::bigint AS hard_bounced,
        coalesce(sum(mails) FILTER (WHERE kind = 'soft_bounced'), 0)::bigint AS soft_bounced,
        coalesce(sum(mails) FILTER (WHERE kind = 'complained'), 0)::bigint AS complained,
        coalesce(sum(mails) FILTER (WHERE kind = 'unsubscribed'), 0)::bigint AS unsubscribed
    FROM happened GROUP BY start ORDER BY start
""")
# A contact is `delivered` with one mail that did not come back, even if others did.
FUNNEL = text("""
    WITH reached AS (
        SELECT bool_or(e.bounced_at IS NULL) AS delivered, bool_or(e.opened_at IS NOT NULL) AS opened,
            bool_or(e.clicked_at IS NOT NULL) AS clicked, bool_or(e.replied_at IS NOT NULL) AS replied
        FROM subtasks b LEFT JOIN engagements e ON e.task_id = b.task_id AND e.seq = b.seq
        WHERE b.task_id = ANY (CAST(:task_ids AS uuid[])) AND b.status = 'sent' AND b.contact_id IS NOT NULL
        GROUP BY b.contact_id
    )
    SELECT (SELECT count(*) FROM campaign_contacts WHERE campaign_id = :campaign_id) AS contacts, count(*) AS mailed,
        count(*) FILTER (WHERE delivered) AS delivered, count(*) FILTER (WHERE opened) AS opened,
        count(*) FILTER (WHERE clicked) AS clicked, count(*) FILTER (WHERE replied) AS replied
    FROM reached
""")
ROUNDS = text("""
    SELECT t.round_no, q.total AS contacts FROM tasks t JOIN user_task_queues q ON q.task_id = t.id
    WHERE t.id = ANY (CAST(:task_ids AS uuid[])) ORDER BY t.round_no
""")


async def timeline(
    connection: AsyncConnection, task_ids: Sequence[UUID], unit: TimeUnit, zone: str
) -> list[RowMapping]:
    """Count what first happened to the tasks' sent mails in each hour or day in which something did."""
    values = {"task_ids": list(task_ids), "unit": unit, "zone": zone}
    return list((await connection.execute(TIMELINE, values)).mappings())


async def funnel(connection: AsyncConnection, campaign_id: UUID, task_ids: Sequence[UUID]) -> RowMapping:
    """Count a campaign's contacts, and those who came to each stage with any of its mails."""
    values = {"campaign_id": campaign_id, "task_ids": list(task_ids)}
    return (await connection.execute(FUNNEL, values)).mappings().one()


async def rounds(connection: AsyncConnection, task_ids: Sequence[UUID]) -> list[RowMapping]:
    """List the rounds that have begun: number, and for how many contacts each was written."""
    return list((await connection.execute(ROUNDS, {"task_ids": list(task_ids)})).mappings())
