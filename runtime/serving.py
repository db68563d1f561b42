"""How a process serves until it is told to leave: signals, and what runs beside its work."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from typing import Final

AGAIN: Final = 5.0
"""Seconds until who was told to end is told again: longer than anybody takes to leave in order."""


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
        await end(running)


async def end(tasks: Sequence["asyncio.Task[None]"], again: float | None = None) -> list[BaseException | None]:
    """Cancel tasks until they have ended; how each did. Who ends others when it is told to end gives a shorter `again`.

    Once is not enough: an error on the way out takes the place of the cancellation, such as the one of a transaction
    whose connection has died, and a loop that waits out outages then goes on.
    """
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=AGAIN if again is None else again)
    return await asyncio.gather(*tasks, return_exceptions=True)
