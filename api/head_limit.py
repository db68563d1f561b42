"""Size and time of a request's head: uvicorn and httptools bound neither, so an endless one would fill the memory."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MOST = 64 * 1024
"""Bytes of request line and headers, roughly: what comes in one piece counts whole or not at all."""
WITHIN = 30.0
"""Seconds from a connection's begin, or a later request's first byte, to the end of the head."""


class HeadLimitProtocol(HttpToolsProtocol):
    """Cuts off who sends a head that is too large, or sends none."""

    within = WITHIN

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._size = 0
        self._alarm: asyncio.TimerHandle | None = None
        """Set while a head is awaited."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's own
        """Await the first request's head."""
        super().connection_made(transport)
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Await nothing more."""
        self._end_waiting()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Count what belongs to a head that is not yet whole."""
        self._size += len(data)
        super().data_received(data)
        if self._alarm is not None and self._size > MOST and not self.transport.is_closing():
            self.send_400_response(f"The head of a request may have at most {MOST} bytes.")

    def on_message_begin(self) -> None:
        """Also of the next request on a connection that is kept."""
        super().on_message_begin()
        if self._alarm is None:
            self._await_head()

    def on_headers_complete(self) -> None:
        """What follows is the body, which has limits of its own."""
        self._end_waiting()
        super().on_headers_complete()

    def _await_head(self) -> None:
        self._size = 0
        self._alarm = self.loop.call_later(self.within, self.transport.close)

    def _end_waiting(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
