"""Files of NiceGUI are sent to their end: who leaves a page early is no error."""

from typing import Final

from starlette.types import ASGIApp, Receive, Scope, Send

SENDS_FAIL: Final = "2.4"
"""From this version of ASGI on, servers tell by a failing send that nobody listens any more."""


class WholeFiles:
    """ASGI middleware around NiceGUI.

    Starlette watches whether the browser still listens while it reads a file, and what is compressed begins with its
    first piece. Who leaves before gets no answer at all, which NiceGUI's own middlewares take for an error ("No
    response returned."). A server that is said to tell by itself is not watched: uvicorn drops what nobody reads, and
    these files are small.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on, with the version changed."""
        if scope["type"] == "http":
            scope = {**scope, "asgi": {**scope["asgi"], "spec_version": SENDS_FAIL}}
        await self._app(scope, receive, send)
