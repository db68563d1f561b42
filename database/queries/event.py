"""What came back for mails: opens, clicks, replies, bounces, complaints, unsubscribes."""

from collections.abc import Sequence

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
