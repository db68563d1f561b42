"""How a process serves until it is told to leave: signals, and what runs beside its work."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager


def on_leave(leave: Callable[[], object]) -> None:
    """Have this called at SIGTERM or SIGINT, instead of what Python does then."""
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, leave)


@asynccontextmanager
async def beside(*loops: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Run what has no end while the block does."""
    running = [asyncio.create_task(loop) for loop in loops]
    try:
        yield
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
