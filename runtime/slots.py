"""How many activities a worker process takes at once, changed while it runs."""

import asyncio
import threading

from temporalio.worker import (
    CustomSlotSupplier,
    FixedSizeSlotSupplier,
    SlotMarkUsedContext,
    SlotPermit,
    SlotReleaseContext,
    SlotReserveContext,
    WorkerTuner,
)

OTHERS = 100
"""Workflow tasks and local activities at once: the SDK's own default."""


class Slots(CustomSlotSupplier):
    """At most `most` activities. Lowered, it takes no new ones until enough of those under way have ended.

    Reserving is awaited on the event loop; marking and releasing come from the SDK's threads.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._loop = asyncio.get_running_loop()
        self._lock = threading.Lock()
        self._taken = 0
        self._changed = asyncio.Event()

    def resize(self, most: int) -> None:
        """Take so many from now on."""
        self.most = most
        self._changed.set()

    def tuner(self) -> WorkerTuner:
        """What a worker is given."""
        others = FixedSizeSlotSupplier(OTHERS)
        return WorkerTuner.create_composite(
            workflow_supplier=others, activity_supplier=self, local_activity_supplier=others, nexus_supplier=others
        )

    async def reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit:
        """Wait for a free one."""
        while (permit := self.try_reserve_slot(ctx)) is None:
            self._changed.clear()
            if (permit := self.try_reserve_slot(ctx)) is not None:
                return permit
            await self._changed.wait()
        return permit

    def try_reserve_slot(self, ctx: SlotReserveContext) -> SlotPermit | None:
        """Take one if one is free."""
        with self._lock:
            if self._taken >= self.most:
                return None
            self._taken += 1
        return SlotPermit()

    def mark_slot_used(self, ctx: SlotMarkUsedContext) -> None:
        """Nothing to do: what is reserved counts as taken."""

    def release_slot(self, ctx: SlotReleaseContext) -> None:
        """Give one back."""
        with self._lock:
            self._taken -= 1
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._changed.set)
