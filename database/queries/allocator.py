"""What an allocator reads: guard rows and demands that changed; and what it writes: why tasks wait."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from database.connect import PoolConnection, Row
from scheduling.allocator_state import Changes, Demand
from scheduling.pacing import SendingWindow, WarmUp
from scheduling.service import ServiceKind, ServiceState
from scheduling.wait import WaitNotice

OVERLAP = timedelta(seconds=3)
"""Read again what changed this long before the last reading: `changed_at` is set a little before its commit."""

SERVICES = """
    SELECT e.service_id, v.name, e.kind, e.status, e.sending_interval, e.daily_quota, e.remaining_quota,
        e.quota_reset_at, greatest(e.expected_at, CASE WHEN e.kind = 'relay' THEN e.next_available_at END)
            AS next_available_at,
        v.priority, v.max_connections, e.last_sent_at, e.success_rate, e.rested_until, e.rest_level > 0 AS probing,
        e.dialogue, e.last_permit_no, e.finished, e.jitter, e.time_zone, e.window_opens, e.window_closes,
        e.window_weekdays, e.first_day_quota, e.daily_step, coalesce(e.quota_day - e.warm_up_from, 0) AS warm_up_day
    FROM email_service_schedule e JOIN email_services v ON v.id = e.service_id
    WHERE e.pool_id = $1 AND ($2::timestamptz IS NULL OR e.changed_at > $2)
    ORDER BY e.service_id
"""
DEMANDS = """
    SELECT q.task_id, q.user_id, CASE WHEN t.status = 'sending' THEN q.ready ELSE 0 END AS ready, q.priority,
        t.weight, t.pin_fallback = 'any' AS pins_fall_back, q.last_processed_at, p.service_ids, p.ready AS pinned
    FROM user_task_queues q JOIN tasks t ON t.id = q.task_id
    LEFT JOIN LATERAL (
        SELECT array_agg(p.service_id ORDER BY p.service_id) AS service_ids, array_agg(p.ready ORDER BY p.service_id)
            AS ready
        FROM pinned_queues p WHERE p.task_id = q.task_id AND p.ready > 0
    ) p ON true
    WHERE q.pool_id = $1 AND CASE WHEN $2::timestamptz IS NULL THEN t.status = 'sending' AND q.ready > 0
        ELSE q.changed_at > $2 OR q.task_id = ANY ($3) END
    ORDER BY q.task_id
"""
CLOCKS = "SELECT clock_timestamp() AS read_at, guard_now() AS now"
WAITS = """
    WITH said AS (
        SELECT u.task_id, u.waits::jsonb AS waits FROM unnest($1::uuid[], $2::text[]) u(task_id, waits)
    ), locked AS (
        SELECT task_id FROM user_task_queues WHERE task_id = ANY ($1) ORDER BY task_id FOR UPDATE
    )
    UPDATE user_task_queues q SET waits = said.waits FROM said JOIN locked USING (task_id)
    WHERE q.task_id = said.task_id
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """What changed, and when it was read by both clocks."""

    changes: Changes
    read_at: datetime
    now: datetime


async def read(
    connection: PoolConnection, pool_id: UUID, since: datetime | None, named: Sequence[UUID] = ()
) -> Reading:
    """Rows changed since an earlier `read_at`, and the named tasks; everything where `since` is None.

    One snapshot: a permit that was used and the mail it took are seen together.
    """
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        clocks = await connection.fetchrow(CLOCKS)
        assert clocks is not None
        after = None if since is None else since - OVERLAP
        services = await connection.fetch(SERVICES, pool_id, after)
        demands = await connection.fetch(DEMANDS, pool_id, after, list(named))
    changes = Changes(
        services=tuple(service_state(row) for row in services if row["status"] != "deleted"),
        demands=tuple(_demand(row) for row in demands),
        removed_services=tuple(row["service_id"] for row in services if row["status"] == "deleted"),
        complete=since is None,
    )
    return Reading(changes, clocks["read_at"], clocks["now"])


def _demand(row: Row) -> Demand:
    return Demand(
        task_id=row["task_id"],
        user_id=row["user_id"],
        ready=row["ready"],
        priority=row["priority"],
        weight=row["weight"],
        pins=dict(zip(row["service_ids"] or (), row["pinned"] or (), strict=True)),
        pins_fall_back=row["pins_fall_back"],
        last_served_at=row["last_processed_at"],
        begun=row["last_processed_at"] is not None,
    )


def service_state(row: Row) -> ServiceState:
    """Read a row of `SERVICES`."""
    values = {name: row[name] for name in SERVICE_COLUMNS}
    return ServiceState(
        id=row["service_id"],
        kind=ServiceKind(row["kind"]),
        paused=row["status"] == "paused",
        window=_window(row),
        warm_up=None if row["daily_step"] is None else WarmUp(row["first_day_quota"], row["daily_step"]),
        **values,
    )


def _window(row: Row) -> SendingWindow | None:
    if row["window_opens"] is None:
        return None
    return SendingWindow(row["time_zone"], row["window_opens"], row["window_closes"], tuple(row["window_weekdays"]))


SERVICE_COLUMNS = (
    "name", "sending_interval", "daily_quota", "remaining_quota", "quota_reset_at", "next_available_at", "priority",
    "max_connections", "last_sent_at", "success_rate", "rested_until", "probing", "dialogue", "last_permit_no",
    "finished", "jitter", "warm_up_day",
)  # fmt: skip


async def write_waits(connection: PoolConnection, notices: Iterable[WaitNotice]) -> None:
    """Keep what tasks wait for, where the API reads it. Leaves `changed_at` alone: the demand is the same."""
    said = {task_id: _waits_json(notice) for notice in notices for task_id in notice.task_ids}
    if said:
        await connection.execute(WAITS, list(said), list(said.values()))


def _waits_json(notice: WaitNotice) -> str:
    return json.dumps(
        [
            {
                "reason": wait.reason.value,
                "retry_at": wait.retry_at.isoformat() if wait.retry_at else None,
                "services": list(wait.service_names),
                "service_count": wait.service_count,
            }
            for wait in notice.waits
        ]
    )
