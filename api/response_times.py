"""How long answers take: measured around the whole application, kept for the newest thousand, noted once a minute."""

import asyncio
import json
import logging
import os
import socket
import time
from collections import deque
from datetime import UTC, datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from database.queries import metric
from runtime.endless import endured
from runtime.resources import Resources

log = logging.getLogger(__name__)

KEPT = 1000
MINUTE = 60.0


class ResponseTimes:
    """The newest answers' times."""

    def __init__(self) -> None:
        self._seconds: deque[float] = deque(maxlen=KEPT)

    def note(self, seconds: float) -> None:
        """Add one."""
        self._seconds.append(seconds)

    @property
    def mean_milliseconds(self) -> float:
        """0 before the first answer."""
        return 1000 * sum(self._seconds) / len(self._seconds) if self._seconds else 0.0


class ResponseTimeMiddleware:
    """Measures from the request to the first byte of its answer, as a stream may last for hours."""

    def __init__(self, app: ASGIApp, times: ResponseTimes) -> None:
        self._app = app
        self._times = times

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, and look at the clock."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()

        async def timed(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._times.note(time.perf_counter() - started)
            await send(message)

        await self._app(scope, receive, timed)


async def keep_noted(resources: Resources, times: ResponseTimes) -> None:
    """Note this process's mean at the end of each minute. Only the API knows it: the workers measure all else."""
    tags = json.dumps({"process": f"{socket.gethostname()}:{os.getpid()}"})
    while True:
        await asyncio.sleep(MINUTE - time.time() % MINUTE)
        minute = datetime.now(UTC).replace(second=0, microsecond=0)
        with endured(log, "response times are not noted"):
            async with resources.ledger_pool.acquire() as connection:
                await metric.note(connection, minute, [("avg_response_time", tags, times.mean_milliseconds)])
