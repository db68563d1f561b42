"""Who holds which connection of a service. The statements that take several rows lock them in key order."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal
from uuid import UUID

from database.connect import PoolConnection


@dataclass(frozen=True, slots=True)
class Reservation:
    """One connection of a service, this worker's until it is released, and how to open it."""

    service_id: UUID
    connection_no: int
    kind: str
    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    username: str | None
    password_sealed: bytes | None = field(repr=False)
    from_address: str
    from_name: str | None
    bounce_address: str | None = None


TAKE = """
    SELECT t.place, t.connection_no, v.id AS service_id, v.kind, v.host, v.port, v.security, v.username,
        v.password_sealed, v.from_address, v.from_name, v.bounce_address
    FROM reservation_take_v1($1, $2, $3) t
    JOIN email_services v ON v.id = ($1::uuid[])[t.place]
"""
RENEW = """
    WITH ours AS (
        SELECT service_id, connection_no FROM service_reservations
        WHERE reserved_by = $1 AND (service_id, connection_no) IN (SELECT * FROM unnest($3::uuid[], $4::int[]))
        ORDER BY service_id, connection_no FOR UPDATE
    )
    UPDATE service_reservations r SET expires_at = clock_timestamp() + CAST($2 AS interval) FROM ours
    WHERE r.service_id = ours.service_id AND r.connection_no = ours.connection_no
"""
RELEASE = """
    WITH ours AS (
        SELECT service_id, connection_no FROM service_reservations
        WHERE reserved_by = $1 AND (service_id, connection_no) IN (SELECT * FROM unnest($2::uuid[], $3::int[]))
        ORDER BY service_id, connection_no FOR UPDATE
    )
    DELETE FROM service_reservations r USING ours
    WHERE r.service_id = ours.service_id AND r.connection_no = ours.connection_no
"""
LET_GO = """
    WITH forgotten AS (
        SELECT service_id, connection_no FROM service_reservations
        WHERE reserved_by = $1 AND expires_at < clock_timestamp() + CAST($2 AS interval)
        ORDER BY service_id, connection_no FOR UPDATE
    )
    DELETE FROM service_reservations r USING forgotten
    WHERE r.service_id = forgotten.service_id AND r.connection_no = forgotten.connection_no
"""
CLEAN = """
    WITH expired AS (
        SELECT service_id, connection_no FROM service_reservations WHERE expires_at <= clock_timestamp()
        ORDER BY service_id, connection_no FOR UPDATE SKIP LOCKED
    )
    DELETE FROM service_reservations r USING expired
    WHERE r.service_id = expired.service_id AND r.connection_no = expired.connection_no
"""
REST = """
    UPDATE email_service_schedule SET
        rested_until = guard_now() + least(interval '30 s' * power(2, least(rest_level, 10)), interval '1 hour'),
        rest_level = rest_level + 1, rest_reason = $2, changed_at = clock_timestamp()
    WHERE service_id = $1 AND (rested_until IS NULL OR rested_until <= guard_now())
"""


async def take(
    connection: PoolConnection, service_ids: Sequence[UUID], worker: str, hold: timedelta
) -> list[Reservation | None]:
    """Take a connection of each service; None where all are held, or it is paused, rested or deleted."""
    rows = await connection.fetch(TAKE, list(service_ids), worker, hold)
    taken = {row["place"]: Reservation(*(row[name] for name in Reservation.__slots__)) for row in rows}
    return [taken.get(place) for place in range(1, len(service_ids) + 1)]


async def renew(connection: PoolConnection, held: Sequence[Reservation], worker: str, hold: timedelta) -> None:
    """Go on holding these connections."""
    ids = [reservation.service_id for reservation in held]
    await connection.execute(RENEW, worker, hold, ids, [reservation.connection_no for reservation in held])


async def release(connection: PoolConnection, held: Sequence[Reservation], worker: str) -> list[None]:
    """Let others have these connections. Safe to repeat."""
    ids = [reservation.service_id for reservation in held]
    await connection.execute(RELEASE, worker, ids, [reservation.connection_no for reservation in held])
    return [None] * len(held)


async def let_go(connection: PoolConnection, worker: str, left: timedelta) -> None:
    """Forget what a worker has left to expire: its reservations that last no longer than this.

    It could not give them back, or never heard that it got them, because the database was away.
    """
    await connection.execute(LET_GO, worker, left)


async def clean(connection: PoolConnection) -> None:
    """Forget what has expired; what somebody takes over just now is left to them."""
    await connection.execute(CLEAN)


async def rest(connection: PoolConnection, service_id: UUID, reason: str) -> None:
    """Give a failing service a pause: 30 s, doubled with each failure in a row, an hour at most.

    A service that rests already is left as it is, so that several connections failing together count once.
    """
    await connection.execute(REST, service_id, reason)
