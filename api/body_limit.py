"""Size and time of bodies: one that is too large or does not come is refused, and its sender cut off."""

import asyncio
import re
from datetime import timedelta

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import http_problem
from runtime.settings import ApiSettings

UPLOAD = re.compile(r"/api/contact-lists/[^/]+/import")
"""Streamed, with a size of its own that the route keeps, and a time of its own."""
CLOSE = {"Connection": "close"}
"""What still comes of a refused body is not read."""


class BodyLimitMiddleware:
    """Refuses bodies beyond `max_body_bytes` bytes, and those that are not whole in time."""

    def __init__(self, app: ASGIApp, settings: ApiSettings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge by the announced length at once, and by what really comes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if UPLOAD.fullmatch(scope["path"]):
            await self._app(scope, _limited(receive, None, self._settings.upload_timeout), send)
            return
        most = self._settings.max_body_bytes
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > most:
            await http_problem(_too_large(most))(scope, receive, send)
            return
        await self._app(scope, _limited(receive, most, self._settings.body_timeout), send)


def _limited(receive: Receive, most: int | None, within: timedelta) -> Receive:
    """Receive a body of at most `most` bytes; after its end, wait as long as asked for the connection to end."""
    size, whole = 0, False
    deadline = asyncio.get_running_loop().time() + within.total_seconds()

    async def limited() -> Message:
        nonlocal size, whole
        if whole:
            return await receive()
        try:
            async with asyncio.timeout_at(deadline):
                message = await receive()
        except TimeoutError:
            text = f"The body was not whole after {within.total_seconds():g} seconds. Send it faster, or in parts."
            raise HTTPException(408, text, CLOSE) from None
        whole = not message.get("more_body", False)
        size += len(message.get("body", b""))
        if most is not None and size > most:
            raise _too_large(most)
        return message

    return limited


def _too_large(most: int) -> HTTPException:
    return HTTPException(413, f"A body may have at most {most} bytes. Send several smaller requests.", CLOSE)
