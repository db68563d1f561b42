"""What a webhook's workflow reads and writes: where it stands, what is new, how each try went."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol
from uuid import UUID

from database.connect import PoolConnection, Row

KEPT: Final = 1_000
"""Deliveries of each webhook that can be viewed."""
PATIENCE: Final = 5.0
"""Seconds to wait for transactions under way."""
PAUSE: Final = 0.02

ENDPOINT = """
    SELECT id, user_id, url, kinds, status, last_event_id, failures, secret_sealed,
        CASE WHEN previous_until > clock_timestamp() THEN previous_sealed END AS previous_sealed
    FROM webhooks WHERE id = $1
"""
# Ids are given out before their transactions commit: a smaller one may become visible after a larger one. Whoever holds
# an id below the newest that is visible had a transaction id before it, so it is among those that run in this snapshot;
# once they have ended, all events up to the newest are there or never will be.
NEWEST = """
    SELECT max(id) AS id, pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS running_before
    FROM events WHERE user_id = $1 AND id > $2
"""
ENDED = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint >= $1"
EVENTS = """
    SELECT e.id, e.user_id, e.key, e.kind, e.machine, e.occurred_at, e.detail, e.task_id, e.seq, b.contact_id, b.email,
        b.message_id, t.campaign_id, t.round_no
    FROM events e JOIN tasks t ON t.id = e.task_id JOIN subtasks b ON b.task_id = e.task_id AND b.seq = e.seq
    WHERE e.user_id = $1 AND e.id > $2 AND e.id <= $3 AND e.kind = ANY ($4::text[])
    ORDER BY e.id LIMIT $5
"""
ADVANCE = """
    UPDATE webhooks SET last_event_id = $3, failures = CASE WHEN $4 THEN 0 ELSE failures END,
        failing_since = CASE WHEN NOT $4 THEN failing_since END, retry_at = CASE WHEN NOT $4 THEN retry_at END,
        last_error = CASE WHEN NOT $4 THEN last_error END,
        last_taken_at = CASE WHEN $4 THEN clock_timestamp() ELSE last_taken_at END
    WHERE id = $1 AND last_event_id = $2 AND status = 'active'
"""
# Who resumed it meanwhile, or gave it another address, has begun anew: this failure is of the past.
FAIL = """
    UPDATE webhooks SET failures = failures + 1, failing_since = coalesce(failing_since, clock_timestamp()),
        last_error = $2, retry_at = clock_timestamp() + $3::interval,
        status = CASE WHEN $3::interval IS NULL THEN 'disabled' ELSE status END,
        disabled_at = CASE WHEN $3::interval IS NULL THEN clock_timestamp() END
    WHERE id = $1 AND status = 'active'
"""
DISABLE = """
    UPDATE webhooks SET status = 'disabled', disabled_at = clock_timestamp(), last_error = $2, retry_at = NULL
    WHERE id = $1 AND status = 'active'
"""
KEEP = """
    INSERT INTO webhook_deliveries (webhook_id, message_id, type, task_id, seq, status_code, error, seconds)
    SELECT id, $2, $3, $4, $5, $6, $7, $8 FROM webhooks WHERE id = $1
"""
FORGET = """
    DELETE FROM webhook_deliveries WHERE webhook_id = $1 AND id <= (
        SELECT id FROM webhook_deliveries WHERE webhook_id = $1 ORDER BY id DESC OFFSET $2 LIMIT 1
    )
"""
LISTENING = """
    SELECT DISTINCT w.id FROM tasks t JOIN webhooks w ON w.user_id = t.user_id AND w.status = 'active'
    WHERE t.id = ANY ($1::uuid[]) ORDER BY 1
"""
ACTIVE = "SELECT id FROM webhooks WHERE status = 'active' ORDER BY id"


class Posted(Protocol):
    """A message that was posted."""

    @property
    def id(self) -> str: ...  # noqa: D102 - its name says it
    @property
    def type(self) -> str: ...  # noqa: D102 - its name says it


class Answered(Protocol):
    """What became of it."""

    @property
    def status(self) -> int | None: ...  # noqa: D102 - its name says it
    @property
    def error(self) -> str | None: ...  # noqa: D102 - its name says it
    @property
    def seconds(self) -> float: ...  # noqa: D102 - its name says it


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A webhook as its workflow sees it."""

    id: UUID
    user_id: UUID
    url: str
    kinds: list[str]
    status: str
    last_event_id: int
    failures: int
    secrets_sealed: list[bytes]
    """The newest first."""


async def endpoint(connection: PoolConnection, webhook_id: UUID) -> Endpoint | None:
    """Where a webhook stands; None: it was deleted."""
    row = await connection.fetchrow(ENDPOINT, webhook_id)
    if row is None:
        return None
    values = dict(row)
    sealed = [values.pop("secret_sealed"), values.pop("previous_sealed")]
    return Endpoint(**values, secrets_sealed=[each for each in sealed if each is not None])


async def settled(connection: PoolConnection, to: Endpoint) -> int | None:
    """Up to which event all are there; None: transactions go on that may still add some, ask again.

    Outside a transaction only: each look must see what is newest.
    """
    row = await connection.fetchrow(NEWEST, to.user_id, to.last_event_id)
    assert row is not None
    if row["id"] is None:
        return to.last_event_id
    clock = asyncio.get_running_loop().time
    until = clock() + PATIENCE
    while not await connection.fetchval(ENDED, row["running_before"]):
        if clock() > until:
            return None
        await asyncio.sleep(PAUSE)
    upto: int = row["id"]
    return upto


async def next_events(connection: PoolConnection, to: Endpoint, upto: int, limit: int) -> list[Row]:
    """Read what is to be told next, with whose mail it is about."""
    return list(await connection.fetch(EVENTS, to.user_id, to.last_event_id, upto, to.kinds, limit))


async def advance(
    connection: PoolConnection, webhook_id: UUID, position: int, event_id: int, *, taken: bool = False
) -> bool:
    """Move on, if nobody else has; `taken`: because a message was, which ends a row of failures."""
    status = await connection.execute(ADVANCE, webhook_id, position, event_id, taken)
    return bool(status == "UPDATE 1")


async def fail(connection: PoolConnection, webhook_id: UUID, error: str, retry_in: timedelta | None) -> None:
    """Note that a message was not taken; without a next try, the webhook is disabled."""
    await connection.execute(FAIL, webhook_id, error, retry_in)


async def disable(connection: PoolConnection, webhook_id: UUID, error: str) -> None:
    """Tell it nothing more until a person resumes it. Safe to repeat."""
    await connection.execute(DISABLE, webhook_id, error)


async def keep(
    connection: PoolConnection, webhook_id: UUID, message: Posted, event: Row | None, answer: Answered
) -> None:
    """Keep how one try went, for people to see; of a test, without an event."""
    mail = (None, None) if event is None else (event["task_id"], event["seq"])
    await connection.execute(
        KEEP, webhook_id, message.id, message.type, *mail, answer.status, answer.error, answer.seconds
    )


async def forget(connection: PoolConnection, webhook_id: UUID) -> None:
    """Delete all but the newest deliveries."""
    await connection.execute(FORGET, webhook_id, KEPT)


async def listening(connection: PoolConnection, task_ids: Sequence[UUID]) -> list[UUID]:
    """List the active webhooks of the users of these tasks."""
    return [row["id"] for row in await connection.fetch(LISTENING, task_ids)]


async def active(connection: PoolConnection) -> list[UUID]:
    """List those whose workflows must run."""
    return [row["id"] for row in await connection.fetch(ACTIVE)]
