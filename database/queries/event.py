"""What came back for mails: opens, clicks, replies, bounces, complaints, unsubscribes."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from contracts.event import NewEvent
from database.connect import PoolConnection

RECORD = "SELECT record_events_v1($1, $2, $3, $4, $5, $6, $7)"


async def record(connection: PoolConnection, events: Sequence[NewEvent]) -> int:
    """Write events with all that follows from them; how many were new. Safe to repeat: a known key does nothing.

    An event of a mail that is not there is left out. Locks in the order that `record_events_v1` states.
    """
    if not events:
        return 0
    columns = (
        [event.task_id for event in events],
        [event.seq for event in events],
        [event.kind for event in events],
        [event.machine for event in events],
        [event.key for event in events],
        [event.occurred_at for event in events],
        [event.detail for event in events],
    )
    new: int = await connection.fetchval(RECORD, *columns)
    return new


class SentTimes(NamedTuple):
    """When mails went out, by the guard's clock, as `now` is."""

    now: datetime
    sent_at: dict[tuple[UUID, int], datetime | None]
    """None of a mail that has not gone out, as far as is known; no entry for one that is not there."""


# A reader may be quicker than the answer to the final dot: then the mail goes out since its delivery was marked.
SENT_TIMES = """
    SELECT m.task_id, m.seq, coalesce(b.sent_at, d.marked_at) AS sent_at, guard_now() AS now
    FROM unnest($1::uuid[], $2::int[]) m(task_id, seq)
    JOIN subtasks b ON b.task_id = m.task_id AND b.seq = m.seq
    LEFT JOIN deliveries d ON d.permit_id = b.permit_id
"""


async def sent_times(connection: PoolConnection, mails: Collection[tuple[UUID, int]]) -> SentTimes:
    """When these mails (task and number) went out."""
    rows = await connection.fetch(SENT_TIMES, [mail[0] for mail in mails], [mail[1] for mail in mails])
    now = rows[0]["now"] if rows else datetime.now(UTC)
    return SentTimes(now, {(row["task_id"], row["seq"]): row["sent_at"] for row in rows})
