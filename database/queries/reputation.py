"""Bounces and complaints of services and tasks against what they sent, and what was made of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from database.connect import PoolConnection
from scheduling.reputation import Counts, Limits, State, Verdict

LIMITS = """
    SELECT max(value::float8) FILTER (WHERE key = 'reputation.bounce_rate_limit') AS bounce_rate,
        max(value::float8) FILTER (WHERE key = 'reputation.complaint_warn_rate') AS complaint_warn_rate,
        max(value::float8) FILTER (WHERE key = 'reputation.complaint_rate_limit') AS complaint_rate,
        max(value::int) FILTER (WHERE key = 'reputation.least_sent') AS least_sent
    FROM system_config WHERE category = 'reputation'
"""
# Only who had trouble lately is looked at; what was sent is then counted by an index.
SERVICES = """
    WITH n AS MATERIALIZED (
        SELECT guard_now() - make_interval(days => value::int) AS since FROM system_config
        WHERE key = 'reputation.window_days'
    ), trouble AS MATERIALIZED (
        SELECT b.service_id, v.task_id, v.seq, v.kind = 'complaint' AS complaint, v.occurred_at AS at
        FROM n, events v JOIN subtasks b ON b.task_id = v.task_id AND b.seq = v.seq
        WHERE v.kind IN ('hard_bounce', 'complaint') AND v.occurred_at > n.since AND b.service_id IS NOT NULL
        UNION ALL
        SELECT d.service_id, d.task_id, d.seq, false, d.ended_at
        FROM n, deliveries d WHERE d.outcome = 'failed' AND d.reason = 'unknown_user' AND d.ended_at > n.since
    )
    SELECT e.service_id AS id, e.user_id, coalesce(r.state, 'good') AS state, c.bounced, c.complained,
        (SELECT count(*) FROM deliveries d WHERE d.service_id = e.service_id AND d.outcome = 'sent'
            AND d.ended_at > f.since) + (
            SELECT count(*) FROM deliveries d WHERE d.service_id = e.service_id AND d.outcome = 'failed'
            AND d.reason = 'unknown_user' AND d.ended_at > f.since) AS sent
    FROM n, email_service_schedule e
    LEFT JOIN reputations r ON r.kind = 'service' AND r.subject_id = e.service_id,
    LATERAL (SELECT greatest(n.since, r.counted_from) AS since) f,
    LATERAL (
        SELECT count(DISTINCT (t.task_id, t.seq)) FILTER (WHERE NOT t.complaint) AS bounced,
            count(DISTINCT (t.task_id, t.seq)) FILTER (WHERE t.complaint) AS complained
        FROM trouble t WHERE t.service_id = e.service_id AND t.at > f.since
    ) c
    WHERE e.status = 'active' AND (r.state IN ('warned', 'paused') OR e.service_id IN (SELECT service_id FROM trouble))
    ORDER BY e.service_id
"""
TASKS = """
    WITH n AS MATERIALIZED (
        SELECT guard_now() - make_interval(days => value::int) AS since FROM system_config
        WHERE key = 'reputation.window_days'
    ), trouble AS MATERIALIZED (
        SELECT v.task_id FROM n, events v
        WHERE v.kind IN ('hard_bounce', 'complaint') AND v.occurred_at > n.since
        UNION
        SELECT d.task_id FROM n, deliveries d
        WHERE d.outcome = 'failed' AND d.reason = 'unknown_user' AND d.ended_at > n.since
    )
    SELECT t.id, t.user_id, coalesce(r.state, 'good') AS state,
        q.sent + f.refused - coalesce(r.forgiven_sent, 0) AS sent,
        c.bounced + f.refused - coalesce(r.forgiven_bounced, 0) AS bounced,
        c.complained - coalesce(r.forgiven_complained, 0) AS complained
    FROM tasks t JOIN user_task_queues q ON q.task_id = t.id
    LEFT JOIN reputations r ON r.kind = 'task' AND r.subject_id = t.id,
    LATERAL (
        SELECT count(DISTINCT v.seq) FILTER (WHERE v.kind = 'hard_bounce') AS bounced,
            count(DISTINCT v.seq) FILTER (WHERE v.kind = 'complaint') AS complained
        FROM events v WHERE v.task_id = t.id AND v.kind IN ('hard_bounce', 'complaint')
    ) c,
    LATERAL (
        SELECT count(*) AS refused FROM subtasks b
        WHERE b.task_id = t.id AND b.status = 'failed' AND b.reason = 'unknown_user'
    ) f
    WHERE t.status = 'sending' AND (r.state IN ('warned', 'paused') OR t.id IN (SELECT task_id FROM trouble))
    ORDER BY t.id
"""
KEEP = """
    INSERT INTO reputations AS r (kind, subject_id, user_id, state, cause, sent, bounced, complained, since, checked_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, guard_now(), guard_now())
    ON CONFLICT (kind, subject_id) DO UPDATE SET state = excluded.state, cause = excluded.cause,
        sent = excluded.sent, bounced = excluded.bounced, complained = excluded.complained,
        since = CASE WHEN r.state = excluded.state THEN r.since ELSE excluded.since END,
        checked_at = excluded.checked_at
"""
FORGIVE = """
    UPDATE reputations SET state = 'good', cause = NULL, since = guard_now(), checked_at = guard_now(),
        counted_from = guard_now(), forgiven_sent = forgiven_sent + $3, forgiven_bounced = forgiven_bounced + $4,
        forgiven_complained = forgiven_complained + $5, sent = 0, bounced = 0, complained = 0
    WHERE kind = $1 AND subject_id = $2
"""
PAUSE_SERVICE = """
    UPDATE email_service_schedule SET status = 'paused', changed_at = clock_timestamp(), updated_at = clock_timestamp()
    WHERE service_id = $1 AND status = 'active'
"""


@dataclass(frozen=True, slots=True)
class Subject:
    """A service or task that had trouble lately, and is not paused."""

    id: UUID
    user_id: UUID
    state: State
    """As it was left; `paused` means that a person resumed it since."""
    counts: Counts


async def limits(connection: PoolConnection) -> Limits:
    """The settings of the guard."""
    row = await connection.fetchrow(LIMITS)
    assert row is not None
    return Limits(row["bounce_rate"], row["complaint_warn_rate"], row["complaint_rate"], row["least_sent"])


async def services(connection: PoolConnection) -> list[Subject]:
    """Active services with trouble within the window, or a verdict that is not good."""
    return _subjects(await connection.fetch(SERVICES))


async def tasks(connection: PoolConnection) -> list[Subject]:
    """Sending tasks with trouble within the window, or a verdict that is not good."""
    return _subjects(await connection.fetch(TASKS))


async def keep(connection: PoolConnection, kind: str, subject: Subject, verdict: Verdict) -> None:
    """Keep a verdict; what it led to is the caller's, in the same transaction. Safe to repeat."""
    counts = subject.counts
    await connection.execute(
        KEEP, kind, subject.id, subject.user_id, verdict.state, verdict.cause, counts.sent, counts.bounced,
        counts.complained,
    )  # fmt: skip


async def forgive(connection: PoolConnection, kind: str, subject: Subject) -> None:
    """Judge what a person resumed by what comes from now on."""
    counts = subject.counts
    await connection.execute(FORGIVE, kind, subject.id, counts.sent, counts.bounced, counts.complained)


async def pause_service(connection: PoolConnection, service_id: UUID) -> None:
    """Let nothing go through it until a person resumes it. Safe to repeat."""
    await connection.execute(PAUSE_SERVICE, service_id)


def _subjects(rows: "Sequence[asyncpg.Record]") -> list[Subject]:
    return [
        Subject(row["id"], row["user_id"], row["state"], Counts(row["sent"], row["bounced"], row["complained"]))
        for row in rows
    ]
