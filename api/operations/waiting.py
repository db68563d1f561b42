"""Why the mails of all of a person's tasks wait."""

from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.api_key import KeyHolder
from api.schemas.task import WaitingSumOut
from database.queries import waiting
from runtime.health import HealthWatch


async def waiting_by_reason(connection: AsyncConnection, watch: HealthWatch, caller: KeyHolder) -> list[WaitingSumOut]:
    """Sum by reason, from counters, the allocators' last word and the mails that are tried again."""
    halted_by = (await watch.now()).around.halted_by
    rows = await waiting.by_reason(connection, caller.user_id, halted_by)
    return [WaitingSumOut.model_validate(dict(row)) for row in rows]
