"""The application as a server runs it."""

import asyncio
import base64
from collections.abc import MutableMapping
from typing import Any

import pytest
from nicegui import __version__, helpers
from pydantic import SecretStr
from starlette.types import ASGIApp

from dashboard.app import create_app
from dashboard.session import COOKIE, Sessions
from dashboard.settings import DashboardSettings

SECRET = base64.urlsafe_b64encode(bytes(32)).decode()
MANY = 100
"""More than there are threads that read files: some wait for long enough."""


async def answer_to_nobody(app: ASGIApp) -> int:
    """The status of an answer with a file to a browser that has left already."""
    cookie = f"{COOKIE}={Sessions(SECRET).seal('tp_key')}"
    scope = {
        "type": "http", "asgi": {"version": "3.0", "spec_version": "2.3"}, "http_version": "1.1", "method": "GET",
        "scheme": "http", "path": f"/_nicegui/{__version__}/static/nicegui.js", "raw_path": b"", "root_path": "",
        "query_string": b"", "headers": [(b"cookie", cookie.encode()), (b"accept-encoding", b"gzip")],
    }  # fmt: skip
    sent: list[MutableMapping[str, Any]] = []

    async def gone() -> dict[str, str]:
        return {"type": "http.disconnect"}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await app(scope, gone, send)
    return int(sent[0]["status"])


async def test_a_browser_that_leaves_before_a_file_was_read_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(helpers, "is_pytest", lambda: False)  # it leaves out what a server has: compression
    app = create_app(DashboardSettings(api_url="http://127.0.0.1:1", secret=SecretStr(SECRET)))

    statuses = await asyncio.gather(*(answer_to_nobody(app) for _ in range(MANY)))

    assert set(statuses) == {200}
