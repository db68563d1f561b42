"""Services as people see and change them. The guard's row changes in the same transaction."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from database.queries.part import read_part

# The guard resets a day lazily, at the first claim: what is shown after midnight is the day that it will begin.
VIEW = """
    SELECT s.id, s.name, s.kind, e.status, s.pool_id, p.name AS pool, s.host, s.port, s.security, s.username,
        s.password_sealed IS NOT NULL AS has_password, s.from_address, s.from_name, s.bounce_address, e.daily_quota,
        w.day_quota,
        greatest(w.day_quota - CASE WHEN d.day <= e.quota_day THEN e.used_quota
            WHEN d.day = e.quota_day + 1 THEN e.carried_quota ELSE 0 END, 0) AS remaining_quota,
        (d.day + 1)::timestamp AT TIME ZONE e.time_zone AS quota_reset_at,
        extract(epoch FROM e.sending_interval)::float8 AS sending_interval, e.jitter, e.window_opens,
        e.window_closes, e.window_weekdays, e.first_day_quota, e.daily_step, e.warm_up_from, s.max_connections,
        s.priority, e.time_zone, e.last_sent_at, e.next_available_at, e.success_rate,
        CASE WHEN e.rested_until > n.now THEN e.rested_until END AS rested_until,
        (SELECT m.error FROM mailboxes m WHERE m.service_id = s.id) AS mailbox_error,
        e.rest_reason, n.now, s.created_at, s.updated_at,
        (SELECT jsonb_build_object('state', r.state, 'cause', r.cause, 'sent', r.sent, 'bounced', r.bounced,
            'complained', r.complained, 'since', r.since, 'checked_at', r.checked_at)
            FROM reputations r WHERE r.kind = 'service' AND r.subject_id = s.id) AS reputation
    FROM email_services s
    JOIN email_service_schedule e ON e.service_id = s.id
    JOIN pools p ON p.id = s.pool_id,
    (SELECT guard_now() AS now) n,
    LATERAL (SELECT (n.now AT TIME ZONE e.time_zone)::date AS day) d,
    LATERAL (SELECT least(e.daily_quota, CASE WHEN d.day <= e.quota_day THEN e.day_quota ELSE warm_up_quota(
        e.first_day_quota, e.daily_step, e.warm_up_from, e.daily_quota, d.day) END) AS day_quota) w
    WHERE s.user_id = :user_id AND e.status <> 'deleted'
"""
GET = text(VIEW + " AND s.id = :id")
LIST = text(
    VIEW
    + """
    AND (CAST(:after_at AS timestamptz) IS NULL OR (s.created_at, s.id) > (:after_at, CAST(:after_id AS uuid)))
    AND (CAST(:status AS text) IS NULL OR e.status = :status)
    AND (CAST(:search AS text) IS NULL OR strpos(lower(s.name || ' ' || s.from_address), lower(:search)) > 0)
    ORDER BY s.created_at, s.id LIMIT :limit
"""
)
# By the index on sent deliveries, which holds all that is asked for.
SENT_PER_HOUR = text("""
    SELECT service_id, date_bin(interval '1 hour', ended_at, CAST(:since AS timestamptz)) AS hour, count(*)::int AS sent
    FROM deliveries
    WHERE service_id = ANY (CAST(:ids AS uuid[])) AND outcome = 'sent' AND ended_at >= :since
    GROUP BY 1, 2
""")
OWN_IDS = text("SELECT id FROM email_services WHERE user_id = :user_id AND id = ANY (CAST(:ids AS uuid[]))")
LOCK_NAMES = text(
    "SELECT pg_advisory_xact_lock(hashtextextended('service names of ' || CAST(CAST(:user_id AS uuid) AS text), 0))"
)
NAME_TAKEN = text("""
    SELECT EXISTS (
        SELECT 1 FROM email_services s JOIN email_service_schedule e ON e.service_id = s.id
        WHERE s.user_id = :user_id AND s.name = :name AND e.status <> 'deleted' AND s.id <> :except_id
    )
""")
INSERT = text("""
    INSERT INTO email_services (id, user_id, pool_id, name, kind, host, port, security, username, password_sealed,
        from_address, from_name, bounce_address, max_connections, priority)
    VALUES (:id, :user_id, :pool_id, :name, :kind, :host, :port, :security, :username, :password_sealed,
        :from_address, :from_name, :bounce_address, :max_connections, :priority)
""")
INSERT_SCHEDULE = text("""
    INSERT INTO email_service_schedule (service_id, user_id, pool_id, kind, status, time_zone, sending_interval,
        jitter, window_opens, window_closes, window_weekdays, first_day_quota, daily_step, warm_up_from, daily_quota,
        day_quota, quota_day, quota_reset_at, next_available_at, expected_at)
    SELECT :id, :user_id, :pool_id, :kind, 'active', :time_zone,
        make_interval(secs => CAST(:sending_interval AS float8)),
        :jitter, :window_opens, :window_closes, :window_weekdays, :first_day_quota, :daily_step, d.warm_up_from,
        :daily_quota, warm_up_quota(:first_day_quota, :daily_step, d.warm_up_from, :daily_quota, d.day), d.day,
        (d.day + 1)::timestamp AT TIME ZONE CAST(:time_zone AS text), d.now, d.now
    FROM (SELECT n.now, n.day, CASE WHEN CAST(:first_day_quota AS int) IS NOT NULL
              THEN coalesce(CAST(:warm_up_from AS date), n.day) END AS warm_up_from
          FROM (SELECT g.now, (g.now AT TIME ZONE CAST(:time_zone AS text))::date AS day
                FROM (SELECT guard_now() AS now) g) n) d
""")
LOCK = text("""
    SELECT s.*, e.status, e.time_zone, e.jitter, e.window_opens, e.window_closes, e.window_weekdays, e.first_day_quota,
        e.daily_step, e.warm_up_from
    FROM email_services s JOIN email_service_schedule e ON e.service_id = s.id
    WHERE s.id = :id AND s.user_id = :user_id AND e.status <> 'deleted' FOR UPDATE OF e
""")
UPDATE = text("""
    UPDATE email_services SET pool_id = :pool_id, name = :name, kind = :kind, host = :host, port = :port,
        security = :security, username = :username, password_sealed = :password_sealed,
        from_address = :from_address, from_name = :from_name, bounce_address = :bounce_address,
        max_connections = :max_connections,
        priority = :priority, updated_at = clock_timestamp()
    WHERE id = :id AND user_id = :user_id
""")
# A changed interval counts from the last mail on: what is known of that mail, or its interval without jitter, says when
# it was. What is used up stays used up. A day that is over ends in the old zone before the new one begins.
UPDATE_SCHEDULE = text("""
    UPDATE email_service_schedule e SET pool_id = :pool_id, kind = :kind,
        daily_quota = coalesce(:daily_quota, e.daily_quota),
        next_available_at = CASE WHEN d.paced_anew
            THEN least(e.next_available_at - e.sending_interval, d.last_at)
                + d.sending_interval * (1 + CASE WHEN d.last_at IS NULL THEN 0 ELSE :jitter * random() END)
            ELSE e.next_available_at END,
        expected_at = CASE WHEN d.paced_anew
            THEN least(e.expected_at - e.sending_interval, d.last_at)
                + d.sending_interval * (1 + CASE WHEN d.last_at IS NULL THEN 0 ELSE :jitter / 2 END)
            ELSE e.expected_at END,
        sending_interval = d.sending_interval, jitter = :jitter,
        window_opens = :window_opens, window_closes = :window_closes, window_weekdays = :window_weekdays,
        first_day_quota = :first_day_quota, daily_step = :daily_step, warm_up_from = d.warm_up_from,
        day_quota = warm_up_quota(
            :first_day_quota, :daily_step, d.warm_up_from, coalesce(:daily_quota, e.daily_quota), d.new_day),
        used_quota = CASE WHEN d.old_day <= e.quota_day THEN e.used_quota
            WHEN d.old_day = e.quota_day + 1 THEN e.carried_quota ELSE 0 END,
        carried_quota = CASE WHEN d.old_day <= e.quota_day THEN e.carried_quota ELSE 0 END,
        time_zone = d.zone, quota_day = d.new_day,
        quota_reset_at = (d.new_day + 1)::timestamp AT TIME ZONE d.zone,
        rested_until = CASE WHEN :reachable THEN NULL ELSE e.rested_until END,
        rest_level = CASE WHEN :reachable THEN 0 ELSE e.rest_level END,
        rest_reason = CASE WHEN :reachable THEN NULL ELSE e.rest_reason END,
        changed_at = clock_timestamp(), updated_at = clock_timestamp()
    FROM (
        SELECT x.service_id, z.zone, z.sending_interval, n.old_day, n.new_day,
            (z.sending_interval, CAST(:jitter AS float8)) <> (x.sending_interval, x.jitter) AS paced_anew,
            CASE WHEN x.kind = 'relay' THEN v.claimed_at + interval '100 ms' WHEN v.phase = 'ended' THEN v.ended_at END
                AS last_at,
            CASE WHEN CAST(:first_day_quota AS int) IS NOT NULL
                THEN coalesce(CAST(:warm_up_from AS date), n.new_day) END AS warm_up_from
        FROM email_service_schedule x LEFT JOIN deliveries v ON v.permit_id = x.last_permit_id,
        LATERAL (
            SELECT coalesce(CAST(:time_zone AS text), x.time_zone) AS zone,
                coalesce(make_interval(secs => CAST(:sending_interval AS float8)), x.sending_interval)
                    AS sending_interval
        ) z,
        LATERAL (SELECT (guard_now() AT TIME ZONE x.time_zone)::date AS old_day,
            (guard_now() AT TIME ZONE z.zone)::date AS new_day) n
        WHERE x.service_id = :id
    ) d
    WHERE e.service_id = d.service_id
""")
SET_STATUS = text("""
    UPDATE email_service_schedule SET status = :status, rested_until = NULL, rest_level = 0, rest_reason = NULL,
        changed_at = clock_timestamp(), updated_at = clock_timestamp()
    WHERE service_id = :id AND user_id = :user_id AND status <> 'deleted'
""")


async def get(connection: AsyncConnection, user_id: UUID, service_id: UUID) -> RowMapping | None:
    """One of the user's services."""
    return (await connection.execute(GET, {"user_id": user_id, "id": service_id})).mappings().one_or_none()


async def list_own(
    connection: AsyncConnection, user_id: UUID, after: list[object] | None, limit: int, **filters: str | None
) -> list[RowMapping]:
    """The user's services by age, one more than `limit`; filters: `status`, and `search`, a part of name or address."""
    return await read_part(connection, LIST, after, limit, user_id=user_id, **filters)


async def own_ids(connection: AsyncConnection, user_id: UUID, ids: Sequence[UUID]) -> list[UUID]:
    """Those of these services that are the user's."""
    return list((await connection.execute(OWN_IDS, {"user_id": user_id, "ids": list(ids)})).scalars())


async def sent_per_hour(connection: AsyncConnection, ids: Sequence[UUID], since: datetime) -> list[RowMapping]:
    """Mails that services sent since a moment of the guard's clock: `service_id`, `hour` (its begin), `sent`.

    Of services that are the caller's. Hours in which one sent nothing are no rows.
    """
    return list((await connection.execute(SENT_PER_HOUR, {"ids": list(ids), "since": since})).mappings())


async def name_taken(connection: AsyncConnection, user_id: UUID, name: str, except_id: UUID) -> bool:
    """Whether another of the user's services has this name. Nobody can take it until the transaction ends."""
    await connection.execute(LOCK_NAMES, {"user_id": user_id})
    values = {"user_id": user_id, "name": name, "except_id": except_id}
    taken: bool = (await connection.execute(NAME_TAKEN, values)).scalar_one()
    return taken


async def insert(connection: AsyncConnection, values: dict[str, Any]) -> None:
    """Add a service with its guard's row: it may send at once, its day is the one at its own place."""
    await connection.execute(INSERT, values)
    await connection.execute(INSERT_SCHEDULE, values)


async def lock(connection: AsyncConnection, user_id: UUID, service_id: UUID) -> RowMapping | None:
    """Read a service to change it; the guard lets nothing through until the transaction ends."""
    return (await connection.execute(LOCK, {"user_id": user_id, "id": service_id})).mappings().one_or_none()


async def update(connection: AsyncConnection, values: dict[str, Any]) -> None:
    """Write a service that was locked. Quota and interval change by their difference: what was sent stays counted.

    `reachable`: something changed that may have been why it was rested, so the rest is over.
    """
    await connection.execute(UPDATE, values)
    await connection.execute(UPDATE_SCHEDULE, values)


async def set_status(connection: AsyncConnection, user_id: UUID, service_id: UUID, status: str) -> bool:
    """Pause, resume or delete a service; whether there was one. It is not rested any more. Safe to repeat."""
    values = {"user_id": user_id, "id": service_id, "status": status}
    return (await connection.execute(SET_STATUS, values)).rowcount > 0
