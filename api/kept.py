"""Readings that many ask for at once, kept for a moment in this process."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Kept(Generic[K, V]):
    """Reads a key at most once in so many seconds, and keeps the `most` newest; a reading that failed is not kept."""

    def __init__(
        self,
        read: Callable[[K], Awaitable[V]],
        seconds: float,
        most: int,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._seconds = seconds
        self._most = most
        self._clock = clock
        self._kept: OrderedDict[K, tuple[float, asyncio.Future[V]]] = OrderedDict()

    async def get(self, key: K) -> V:
        """What was read of it lately. Who asks while it is read waits for the same reading."""
        read_at, reading = self._kept.get(key, (0.0, None))
        if reading is None or self._clock() - read_at > self._seconds or _failed(reading):
            reading = asyncio.ensure_future(self._read(key))
            self._kept[key] = self._clock(), reading
            self._kept.move_to_end(key)
            if len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return reading.result() if reading.done() else await asyncio.shield(reading)

    def is_late(self, key: K, seconds: float) -> bool:
        """Whether it is being read, and has been for longer than this."""
        read_at, reading = self._kept.get(key, (0.0, None))
        return reading is not None and not reading.done() and self._clock() - read_at > seconds

    def forget(self) -> None:
        """Read every key anew, also those that are being read now."""
        self._kept.clear()


def _failed(reading: "asyncio.Future[V]") -> bool:
    return reading.done() and (reading.cancelled() or reading.exception() is not None)
