"""The size of bodies: a request that announces or sends too much is refused before it is kept in memory."""

import re

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import http_problem

UPLOAD = re.compile(r"/api/contact-lists/[^/]+/import")
"""Streamed, with a limit of its own that the route keeps."""


class BodyLimitMiddleware:
    """Refuses bodies beyond `most` bytes."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge by the announced length at once, and by what really comes."""
        if scope["type"] != "http" or UPLOAD.fullmatch(scope["path"]):
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "")
        if announced.isdecimal() and int(announced) > self._most:
            await http_problem(self._too_large())(scope, receive, send)
            return
        size = 0

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > self._most:
                raise self._too_large()
            return message

        await self._app(scope, counted, send)

    def _too_large(self) -> HTTPException:
        return HTTPException(413, f"A body may have at most {self._most} bytes. Send several smaller requests.")
