"""Alerts: seen, raised, cleared; and the notices that tell of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from database.connect import PoolConnection, Row
from scheduling.alert import RULES, Moves, Sign, Standing

OPEN_COUNTS = """
    SELECT kind, severity, count(*) AS count FROM alerts
    WHERE raised_at IS NOT NULL AND cleared_at IS NULL GROUP BY kind, severity
"""
STANDING = """
    SELECT id, key, kind, first_seen_at, raised_at, gone_at, subject FROM alerts WHERE cleared_at IS NULL ORDER BY key
"""
NOW = "SELECT clock_timestamp()"
BEGIN = """
    INSERT INTO alerts (key, kind, severity, owner_id, code, params, what, to_do, subject, first_seen_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING
"""
RAISE = """
    UPDATE alerts SET raised_at = $2, code = $3, params = $4, what = $5, to_do = $6, subject = $7 WHERE id = $1
"""
BACK = "UPDATE alerts SET gone_at = NULL WHERE id = ANY ($1)"
GONE = "UPDATE alerts SET gone_at = $2 WHERE id = ANY ($1)"
CLEAR = "UPDATE alerts SET cleared_at = $2 WHERE id = ANY ($1)"
FORGET = "DELETE FROM alerts WHERE id = ANY ($1)"
TELL = """
    INSERT INTO alert_notices (alert_id, event, channel)
    SELECT alert_id, $2, channel FROM unnest($1::bigint[]) alert_id, unnest($3::text[]) channel
    ON CONFLICT DO NOTHING
"""
DUE = """
    SELECT n.alert_id, n.event, n.channel, n.attempts, a.key, a.kind, a.severity, a.owner_id, a.code, a.params,
        a.what, a.to_do, a.subject, a.raised_at, a.cleared_at
    FROM alert_notices n JOIN alerts a ON a.id = n.alert_id
    WHERE NOT n.settled AND n.next_try_at <= clock_timestamp() AND n.channel = $1
    ORDER BY n.created_at, n.alert_id LIMIT $2
"""
SETTLE = """
    UPDATE alert_notices n SET settled = true, attempts = n.attempts + 1, last_error = NULL
    FROM unnest($1::bigint[], $2::text[]) t(alert_id, event)
    WHERE n.alert_id = t.alert_id AND n.event = t.event AND n.channel = $3
"""
PUT_OFF = """
    UPDATE alert_notices n SET attempts = n.attempts + 1, last_error = $4, settled = n.attempts + 1 >= $5,
        next_try_at = clock_timestamp() + least(interval '10 seconds' * 2 ^ n.attempts, interval '1 hour')
    FROM unnest($1::bigint[], $2::text[]) t(alert_id, event)
    WHERE n.alert_id = t.alert_id AND n.event = t.event AND n.channel = $3
"""
LIST = text("""
    SELECT * FROM alerts
    WHERE raised_at IS NOT NULL AND (CAST(:owner_id AS uuid) IS NULL OR owner_id = :owner_id)
        AND CASE :state WHEN 'open' THEN cleared_at IS NULL WHEN 'cleared' THEN cleared_at IS NOT NULL ELSE true END
        AND (:before = 0 OR id < :before)
    ORDER BY id DESC LIMIT :limit
""")


@dataclass(frozen=True, slots=True)
class Notice:
    """One message that is due on one channel."""

    alert_id: int
    event: str
    channel: str
    attempts: int
    alert: dict[str, Any]
    """`key`, `kind`, `severity`, `owner_id`, `code`, `params`, `what`, `to_do`, `subject`, and both times."""


async def open_counts(connection: PoolConnection) -> dict[tuple[str, str], int]:
    """How many are raised, by kind and severity."""
    return {(row["kind"], row["severity"]): row["count"] for row in await connection.fetch(OPEN_COUNTS)}


async def standing(connection: PoolConnection) -> tuple[list[Standing], datetime]:
    """All that are not over, and the clock by which they are judged."""
    rows = await connection.fetch(STANDING)
    now: datetime = await connection.fetchval(NOW)
    return [Standing(**row) for row in rows], now


async def apply(connection: PoolConnection, moves: Moves, now: datetime, channels: Sequence[str]) -> None:
    """Do what was decided, with the notices that tell of it. The caller's transaction; one process at a time."""
    for sign in moves.begin:
        await connection.execute(BEGIN, *_values(sign), now)
    for alert, sign in moves.raised:
        await connection.execute(RAISE, alert.id, now, *_sentences(sign))
    await connection.execute(BACK, [alert.id for alert in moves.back])
    await connection.execute(GONE, [alert.id for alert in moves.gone], now)
    await connection.execute(CLEAR, [alert.id for alert in moves.cleared], now)
    await connection.execute(FORGET, [alert.id for alert in moves.forgotten])
    await connection.execute(TELL, [alert.id for alert, _ in moves.raised], "raised", channels)
    await connection.execute(TELL, [alert.id for alert in moves.cleared], "cleared", channels)


def _values(sign: Sign) -> tuple[object, ...]:
    severity = RULES[sign.kind].severity
    return sign.key, sign.kind, severity, sign.owner_id, *_sentences(sign)


def _sentences(sign: Sign) -> tuple[object, ...]:
    return sign.code, sign.params, sign.what, sign.to_do, sign.subject


async def due_notices(connection: PoolConnection, channel: str, most: int) -> list[Notice]:
    """The oldest that are to be sent now."""
    return [_notice(row) for row in await connection.fetch(DUE, channel, most)]


def _notice(row: Row) -> Notice:
    own = ("alert_id", "event", "channel", "attempts")
    alert = {name: value for name, value in row.items() if name not in own}
    return Notice(**{name: row[name] for name in own}, alert=alert)


async def settle(connection: PoolConnection, notices: Sequence[Notice], channel: str) -> None:
    """Note that these were taken."""
    await connection.execute(SETTLE, *_keys(notices), channel)


async def put_off(
    connection: PoolConnection, notices: Sequence[Notice], channel: str, error: str, most_attempts: int
) -> None:
    """Try these again later, twice as late each time; after so many attempts never."""
    await connection.execute(PUT_OFF, *_keys(notices), channel, error, most_attempts)


def _keys(notices: Sequence[Notice]) -> tuple[list[int], list[str]]:
    return [notice.alert_id for notice in notices], [notice.event for notice in notices]


async def list_raised(
    connection: AsyncConnection, owner_id: UUID | None, state: str, before: int, limit: int
) -> list[RowMapping]:
    """A user's alerts, or everyone's; `open`, `cleared` or all; the newest first, one more than `limit`."""
    values = {"owner_id": owner_id, "state": state, "before": before, "limit": limit + 1}
    return list((await connection.execute(LIST, values)).mappings())
