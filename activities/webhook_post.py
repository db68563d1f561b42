"""Posts one message to a receiver outside: signed, in bounded time, and never to an address inside our own network.

Signatures are those of Standard Webhooks 1.0 (symmetric, `v1`).
"""

import asyncio
import base64
import hashlib
import hmac
import secrets
import socket
import ssl
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

import httpcore

from mail.outside import is_outside

TIMEOUT: Final = 15.0
"""Seconds for all of it: name, connection, request, head of the answer."""
MOST_READ: Final = 4096
"""Bytes of an answer's body; whatever is beyond is not read."""
MOST_KEPT: Final = 200
"""Characters of it that a person is shown."""
SECRET_PREFIX: Final = "whsec_"  # noqa: S105 - of every secret, and none itself
SECRET_BYTES: Final = 32
FAULTS = (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, TimeoutError, OSError, ValueError)
"""What a strange server can do to a request; `ValueError`: it has sent what is no HTTP."""


@dataclass(frozen=True, slots=True)
class Message:
    """What is posted. Sent again it has the same id."""

    id: str
    type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of it."""

    seconds: float
    status: int | None = None
    """Empty where no answer came."""
    error: str | None = None
    """Empty where it was taken."""
    retry_after: timedelta | None = None

    @property
    def taken(self) -> bool:
        """Whether the receiver has it: any 2xx."""
        return self.error is None


def new_secret() -> str:
    """Make a signing secret."""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Sign a message with one secret."""
    key = base64.b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(message: Message, keys: Sequence[str], timestamp: int) -> list[tuple[str, str]]:
    """What goes with a message, signed with every key: two while a secret is being changed, none where none is set."""
    signatures = " ".join(signature(key, message.id, timestamp, message.body) for key in keys)
    return [
        ("content-type", "application/json"),
        ("user-agent", "Tempost-Webhooks/1"),
        ("webhook-id", message.id),
        ("webhook-timestamp", str(timestamp)),
        *([("webhook-signature", signatures)] if signatures else []),
    ]


class OutsideOnly(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only. A name is resolved here, once: the address that was judged is the one used."""

    def __init__(self) -> None:
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's own signature
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Resolve, judge, connect. Raises `httpcore.ConnectError`."""
        try:
            found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(f"{host} is not known: {error.strerror or error}") from error
        addresses = [str(address[0]) for *_, address in found]
        inside = next((address for address in addresses if not is_outside(address)), None)
        if inside is not None or not addresses:
            raise httpcore.ConnectError(f"{host} leads to {inside}, which is a private or local address")
        return await self._network.connect_tcp(addresses[0], port, timeout, local_address, socket_options)

    async def sleep(self, seconds: float) -> None:
        """As everywhere."""
        await self._network.sleep(seconds)


class Poster:
    """Connections to receivers, for as long as the block lasts. Redirects are answers like others: not taken."""

    def __init__(self, tls: ssl.SSLContext, *, allow_private: bool) -> None:
        backend = None if allow_private else OutsideOnly()
        self._pool = httpcore.AsyncConnectionPool(ssl_context=tls, max_connections=1, network_backend=backend)

    async def __aenter__(self) -> "Poster":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._pool.aclose()

    async def post(self, url: str, message: Message, keys: Sequence[str]) -> Answer:
        """Post once. What goes wrong is an answer too."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(TIMEOUT):
                status, kept, retry_after = await self._send(url, message, keys)
        except FAULTS as error:
            text = str(error) or type(error).__name__
            late = isinstance(error, TimeoutError | httpcore.TimeoutException)
            told = f"no answer within {TIMEOUT:g} s" if late else f"no answer: {printable(text)}"
            return Answer(time.monotonic() - began, error=told)
        refused = None if 200 <= status < 300 else f"HTTP {status}{': ' if kept else ''}{kept}"
        return Answer(time.monotonic() - began, status, refused, retry_after)

    async def _send(self, url: str, message: Message, keys: Sequence[str]) -> tuple[int, str, timedelta | None]:
        sent = headers(message, keys, int(time.time()))
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), TIMEOUT)
        async with self._pool.stream(
            "POST", url, headers=sent, content=message.body, extensions={"timeout": timeouts}
        ) as response:
            body = b""
            async for chunk in response.aiter_stream():
                body += chunk
                if len(body) >= MOST_READ:
                    break
            after = dict(response.headers).get(b"retry-after", b"").decode("ascii", "replace")
            wait = timedelta(seconds=min(int(after), 10**6)) if after.isdecimal() else None
            return response.status, printable(body[:MOST_READ].decode("utf-8", "replace")), wait


def printable(text: str) -> str:
    """The beginning of a stranger's text, in one line that can be stored and shown."""
    return "".join(character if character.isprintable() else " " for character in text[:MOST_KEPT]).strip()
