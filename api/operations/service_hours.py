"""How many mails services sent in each of the last hours."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.api_key import KeyHolder
from api.schemas.service import SentPerHourOut, ServiceHoursOut
from database.queries import service, statistics

HOUR: Final = timedelta(hours=1)
HOURS: Final = 24
"""With the one that runs."""


async def sent_per_hour(connection: AsyncConnection, caller: KeyHolder, service_ids: Sequence[UUID]) -> SentPerHourOut:
    """Count for those of these services that are the caller's, in the order they are named."""
    now = await statistics.now(connection)
    since = now.replace(minute=0, second=0, microsecond=0) - (HOURS - 1) * HOUR
    sent = {each: [0] * HOURS for each in await service.own_ids(connection, caller.user_id, service_ids)}
    for row in await service.sent_per_hour(connection, list(sent), since):
        sent[row["service_id"]][min((row["hour"] - since) // HOUR, HOURS - 1)] += row["sent"]
    data = [ServiceHoursOut(service_id=each, sent=sent[each]) for each in dict.fromkeys(service_ids) if each in sent]
    return SentPerHourOut(since=since, data=data)
