"""Nobody gets further than the sign-in page without a session: no page is built, no socket opened."""

from typing import Final
from urllib.parse import quote

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from dashboard.header import guarded
from dashboard.session import Sessions
from dashboard.settings import DashboardSettings

OPEN: Final = ("/sign-in", "/style.css", "/favicon.ico", "/healthz")


class Gate:
    """ASGI middleware. What passes finds `session` and `settings` in its request's state."""

    def __init__(self, app: ASGIApp, settings: DashboardSettings, sessions: Sessions) -> None:
        self._app = app
        self._settings = settings
        self._sessions = sessions

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let through who is signed in, and what is open to all."""
        if scope["type"] == "http":
            send = guarded(send)
        if scope["type"] not in ("http", "websocket") or scope["path"] in OPEN:
            await self._app(scope, receive, send)
            return
        session = self._sessions.read(Headers(scope=scope))
        if session is not None:
            scope["state"] = {**scope.get("state", {}), "session": session, "settings": self._settings}
            await self._app(scope, receive, send)
        elif scope["type"] == "http":
            await _turned_away(scope)(scope, receive, send)
        else:
            await receive()
            await send({"type": "websocket.close", "code": 4401, "reason": "not signed in"})


def _turned_away(scope: Scope) -> ASGIApp:
    """To the sign-in page, and back afterwards; a program that asks for anything but a page is told plainly."""
    if "text/html" not in Headers(scope=scope).get("accept", ""):
        return PlainTextResponse("not signed in", status_code=401)
    query = f"?{scope['query_string'].decode('latin-1')}" if scope["query_string"] else ""
    return RedirectResponse(f"/sign-in?next={quote(scope['path'] + query)}", status_code=303)
