"""The rate of relays at the wire: a process that was held up goes on at the rate and does not make up for it."""

import asyncio
import math
from datetime import timedelta
from uuid import UUID


class Pace:
    """When this process last began a mail of each relay: the guard gives moments, and none is used in a burst."""

    def __init__(self) -> None:
        self._began: dict[UUID, float] = {}
        """By the loop's clock."""

    async def wait(self, service_id: UUID, seconds: float, spacing: timedelta) -> None:
        """Wait for a mail's moment in so many seconds, and until the one before it began at least `spacing` ago."""
        loop = asyncio.get_running_loop()
        moment = loop.time() + seconds
        while (left := max(moment, self._free_at(service_id, spacing)) - loop.time()) > 0:  # noqa: ASYNC110 - time sets none
            await asyncio.sleep(left)
        self._began[service_id] = loop.time()

    def _free_at(self, service_id: UUID, spacing: timedelta) -> float:
        return self._began.get(service_id, -math.inf) + spacing.total_seconds()
