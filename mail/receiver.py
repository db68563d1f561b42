"""A receiver of mail: LMTP (RFC 2033) and SMTP (RFC 5321) on one port, told apart by LHLO and EHLO.

Takes mails for us alone: nothing is relayed, nothing is stored here. What was taken is answered 250, and only once
whoever takes it has done with it; a mail whose taker cannot just now is answered 451, so its sender brings it again.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

log = logging.getLogger(__name__)

COMMAND_BYTES = 2_048
MOST_RECIPIENTS = 100
AGAIN = 1.0
"""Seconds until a connection that was told to end is told again."""
MOST_FAULTS = 20
"""Commands that are not understood, in one connection."""
PATH = re.compile(r"(?:FROM|TO):\s*<(?:@[^:<>]*:)?([^<>\s]*)>(.*)", re.IGNORECASE)
SIZE = re.compile(r"\bSIZE=(\d{1,12})\b", re.IGNORECASE)
PLAIN_ANSWERS = {"NOOP": "250 2.0.0 OK", "VRFY": "252 2.5.2 send, and see", "QUIT": "221 2.0.0 bye"}


class TryLaterError(Exception):
    """The mail cannot be taken just now; its sender shall bring it again."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one peer may ask of the receiver."""

    mail_bytes: int = 30_000_000
    kept_bytes: int = 524_288
    """Of a mail that are handed on; the rest is read and let go."""
    connections: int = 100
    command_seconds: float = 300.0
    """RFC 5321, 4.5.3.2.7."""


Take = Callable[[bytes, list[str]], Awaitable[None]]
"""Takes the beginning of a mail for these recipients. Raises `TryLaterError`."""
Accepts = Callable[[str], Awaitable[bool]]
"""Whether mails to an address are for us. Raises `TryLaterError`."""


@dataclass
class _Envelope:
    sender: str | None = None
    recipients: list[str] = field(default_factory=list)


class Receiver:
    """Serves until it is closed."""

    def __init__(self, take: Take, accepts: Accepts, name: str, limits: Limits | None = None) -> None:
        self._take = take
        self._accepts = accepts
        self._name = name
        self._limits = limits or Limits()
        self._open: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> int:
        """Take connections; the port (another one than asked for if that was 0)."""
        self._server = await asyncio.start_server(self._serve, host, port, limit=COMMAND_BYTES)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Take no more connections, and end those that are open; a mail whose 250 was not sent comes again.

        They are told until they have: a taker that fails just then may swallow the first word.
        """
        if self._server is not None:
            self._server.close()
        while self._open:
            for each in self._open:
                each.cancel()
            await asyncio.wait(self._open, timeout=AGAIN)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = asyncio.current_task()
        assert session is not None, "asyncio serves each connection in a task of its own"
        self._open.add(session)
        try:
            if self._server is not None and not self._server.is_serving():  # let in just before it was closed
                writer.write(b"421 4.3.2 shutting down\r\n")
                return
            if len(self._open) > self._limits.connections:
                writer.write(b"421 4.3.2 too many connections, try again later\r\n")
                return
            await _Session(self._take, self._accepts, self._name, self._limits, reader, writer).run()
        except (ConnectionError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ValueError):
            pass  # a peer that left, slept, or speaks no SMTP
        except asyncio.CancelledError:
            writer.write(b"421 4.3.2 shutting down\r\n")
        except Exception:  # the outermost place of a connection: the others go on
            log.exception("a connection ended in a fault of ours")
        finally:
            self._open.discard(session)
            with suppress(ConnectionError, TimeoutError):
                writer.close()


class _Session:
    def __init__(  # noqa: PLR0913, PLR0917 - what a dialogue needs
        self, take: Take, accepts: Accepts, name: str, limits: Limits,
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter,
    ) -> None:  # fmt: skip
        self._take = take
        self._accepts = accepts
        self._name = name
        self._limits = limits
        self._reader = reader
        self._writer = writer
        self._greeted = ""
        self._envelope = _Envelope()

    async def run(self) -> None:
        """Answer commands until the peer leaves."""
        await self._say(f"220 {self._name} ESMTP LMTP")
        faults = 0
        while faults < MOST_FAULTS:
            async with asyncio.timeout(self._limits.command_seconds):
                line = (await self._reader.readuntil(b"\n")).decode("utf-8", "replace").strip()
            word, _, rest = line.partition(" ")
            answer = await self._answer(word.upper(), rest.strip())
            faults += answer.startswith("5")
            await self._say(answer)
            if word.upper() == "QUIT":
                return
        await self._say("421 4.7.0 too many faults")

    async def _answer(self, word: str, rest: str) -> str:
        match word:
            case "LHLO" | "EHLO" | "HELO":
                answer = self._greet(word)
            case "MAIL":
                answer = self._mail(rest)
            case "RCPT":
                answer = await self._recipient(rest)
            case "DATA":
                answer = await self._data()
            case "RSET":
                self._envelope, answer = _Envelope(), "250 2.0.0 OK"
            case _:
                answer = PLAIN_ANSWERS.get(word, "500 5.5.1 this command is not known here")
        return answer

    def _greet(self, word: str) -> str:
        self._greeted, self._envelope = word, _Envelope()
        if word == "HELO":
            return f"250 {self._name}"
        offers = [
            self._name,
            "PIPELINING",
            "8BITMIME",
            "SMTPUTF8",
            "ENHANCEDSTATUSCODES",
            f"SIZE {self._limits.mail_bytes}",
        ]
        return "\r\n".join(
            f"250{' ' if place == len(offers) - 1 else '-'}{offer}" for place, offer in enumerate(offers)
        )

    def _mail(self, rest: str) -> str:
        path = PATH.fullmatch(rest)
        if not self._greeted or self._envelope.sender is not None:
            return "503 5.5.1 not now: LHLO or EHLO, then MAIL once"
        if path is None or not rest.upper().startswith("FROM:"):
            return "501 5.5.4 write MAIL FROM:<address>"
        size = SIZE.search(path[2])
        if size and int(size[1]) > self._limits.mail_bytes:
            return f"552 5.3.4 mails of at most {self._limits.mail_bytes} bytes are taken"
        self._envelope.sender = path[1]
        return "250 2.1.0 OK"

    async def _recipient(self, rest: str) -> str:
        path = PATH.fullmatch(rest)
        if self._envelope.sender is None:
            return "503 5.5.1 MAIL first"
        if path is None or not rest.upper().startswith("TO:") or "@" not in path[1]:
            return "501 5.5.4 write RCPT TO:<address>"
        if len(self._envelope.recipients) >= MOST_RECIPIENTS:
            return "452 4.5.3 too many recipients, send the mail in several"
        try:
            accepted = await self._accepts(path[1])
        except TryLaterError as error:
            return f"451 4.3.0 {error}"
        if not accepted:
            return "550 5.7.1 no service of ours has an address in this domain; nothing is relayed"
        self._envelope.recipients.append(path[1])
        return "250 2.1.5 OK"

    async def _data(self) -> str:
        if not self._envelope.recipients:
            return "503 5.5.1 RCPT first"
        await self._say("354 end with a line of one dot")
        raw, size = await self._body()
        envelope, self._envelope = self._envelope, _Envelope()
        answer = await self._taken(raw, size, envelope)
        lines = len(envelope.recipients) if self._greeted == "LHLO" else 1
        return "\r\n".join([answer] * lines)

    async def _taken(self, raw: bytes, size: int, envelope: _Envelope) -> str:
        if size > self._limits.mail_bytes:
            return f"552 5.3.4 mails of at most {self._limits.mail_bytes} bytes are taken"
        try:
            await self._take(raw, envelope.recipients)
        except TryLaterError as error:
            return f"451 4.3.0 {error}"
        return "250 2.0.0 taken"

    async def _body(self) -> tuple[bytes, int]:
        """The beginning of the mail, dots unstuffed, and how large the whole was. Memory is bounded by what is kept.

        Only a dot between two CR LF ends it: servers that also take bare line feeds let mails be smuggled in.
        """
        kept, size, tail = bytearray(), 0, b"\r\n"
        while True:
            async with asyncio.timeout(self._limits.command_seconds):
                try:
                    chunk = await self._reader.readuntil(b"\r\n")
                except asyncio.LimitOverrunError as over:
                    chunk = await self._reader.readexactly(max(over.consumed, 1))
            if tail.endswith(b"\r\n") and chunk == b".\r\n":
                return bytes(kept), size
            if tail.endswith(b"\r\n") and chunk.startswith(b"."):
                chunk = chunk[1:]
            tail = (tail + chunk)[-2:]
            size += len(chunk)
            kept += chunk[: self._limits.kept_bytes - len(kept)]

    async def _say(self, answer: str) -> None:
        self._writer.write(answer.encode() + b"\r\n")
        async with asyncio.timeout(self._limits.command_seconds):
            await self._writer.drain()
