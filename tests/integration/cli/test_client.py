"""The client asks again where that is safe, with the same key, and turns every other answer into an error."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from api import client_transport
from api.client import ApiClient
from api.client_errors import ApiError, ApiUnreachableError

HANG_UP = b""
LIST = (
    b'{"id": "00000000-0000-0000-0000-000000000001", "name": "x", "contacts": 0, "createdAt": "2026-01-01T00:00:00Z"}'
)


def answer(status: str, body: bytes = b"{}", more: str = "") -> bytes:
    """One HTTP answer."""
    return f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{more}\r\n".encode() + body


@dataclass
class Script:
    """A server that gives these answers in turn, the last one again and again."""

    answers: list[bytes] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Note a request's head and answer."""
        self.requests.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(self.answers[min(len(self.requests), len(self.answers)) - 1])
        writer.close()

    def keys(self) -> list[bytes]:
        """Idempotency keys as they came."""
        lines = [line for request in self.requests for line in request.lower().splitlines()]
        return [line for line in lines if line.startswith(b"idempotency-key")]


@pytest.fixture
async def script(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Script]:
    """A server whose client does not pause between its tries."""
    monkeypatch.setattr(client_transport, "PAUSE", 0.0)
    monkeypatch.setattr(client_transport, "LONGEST_PAUSE", 0.0)
    scripted = Script()
    server = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    async with server:
        scripted.port = server.sockets[0].getsockname()[1]
        yield scripted


@pytest.fixture
async def api(script: Script) -> AsyncIterator[ApiClient]:
    """A client of it."""
    async with ApiClient(f"http://127.0.0.1:{script.port}", "tp_key") as opened:
        yield opened


@pytest.mark.parametrize(
    "first",
    [HANG_UP, answer("503 Down"), answer("429 Slow", more="Retry-After: 1\r\n"), answer("502 Gateway")],
    ids=["hang up", "503", "429", "502"],
)
async def test_what_may_pass_is_asked_again_with_the_same_key(api: ApiClient, script: Script, first: bytes) -> None:
    script.answers = [first, answer("201 Created", LIST)]
    assert (await api.create_list("x")).name == "x"
    assert len(script.requests) == 2
    assert len(set(script.keys())) == 1


async def test_what_will_not_pass_is_not_asked_again(api: ApiClient, script: Script) -> None:
    problem = b'{"code": "invalid", "title": "T", "detail": "D", "errors": [{"pointer": "#/name", "message": "M"}]}'
    script.answers = [answer("422 No", problem)]
    with pytest.raises(ApiError) as raised:
        await api.create_list("x")
    error = raised.value
    assert (error.status, error.code, error.title, error.detail) == (422, "invalid", "T", "D")
    assert error.errors == (("#/name", "M"),)
    assert len(script.requests) == 1


async def test_a_server_that_is_not_tempost_is_told_as_such(api: ApiClient, script: Script) -> None:
    script.answers = [answer("404 Not Found", b"<html>nginx</html>")]
    with pytest.raises(ApiError, match="is the address right"):
        await api.create_list("x")


async def test_one_that_never_answers_is_given_up(api: ApiClient, script: Script) -> None:
    script.answers = [HANG_UP]
    with pytest.raises(ApiUnreachableError, match=f"127.0.0.1:{script.port} does not answer"):
        await api.create_list("x")
    assert len(script.requests) == 3


async def test_a_long_list_is_read_page_by_page(api: ApiClient, script: Script) -> None:
    pages = [b'{"data": [' + LIST + b'], "nextCursor": "c1"}', b'{"data": [' + LIST + b"]}"]
    script.answers = [answer("200 OK", page) for page in pages]
    assert len([row async for row in api.lists()]) == 2
    assert b"cursor=c1" in script.requests[1]
