"""Heartbeats from a task of their own, for activities that wait for one long thing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from temporalio import activity

HEARTBEAT_EVERY = 5.0


@asynccontextmanager
async def heartbeating() -> AsyncIterator[None]:
    """Tell Temporal that the activity lives, and learn from it when it is cancelled."""

    async def beat() -> None:
        while True:
            await asyncio.sleep(HEARTBEAT_EVERY)  # first: most are over by then, and every beat is a call
            activity.heartbeat()

    task = asyncio.create_task(beat())
    try:
        yield
    finally:
        task.cancel()
