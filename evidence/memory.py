"""How much memory all children of this process hold together, at most."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

import psutil

PAUSE = 1.0


@dataclass(slots=True)
class Memory:
    """The peak so far. Pages that processes share, such as PostgreSQL's buffers, are counted in each of them."""

    peak_bytes: int = 0

    @property
    def peak_mb(self) -> float:
        """In units of 2²⁰ bytes."""
        return round(self.peak_bytes / 2**20, 1)


@asynccontextmanager
async def watched_memory() -> AsyncIterator[Memory]:
    """Look about once a second until the block ends."""
    memory = Memory()
    watching = asyncio.create_task(_watch(memory))
    try:
        yield memory
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


async def _watch(memory: Memory) -> None:
    while True:
        memory.peak_bytes = max(memory.peak_bytes, await asyncio.to_thread(_resident_bytes))
        await asyncio.sleep(PAUSE)


def _resident_bytes() -> int:
    total = 0
    for child in psutil.Process().children(recursive=True):
        with suppress(psutil.Error):
            total += child.memory_info().rss
    return total
