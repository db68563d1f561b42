"""A small SMTP server that follows a script, for behaviour no decent server shows."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager
from dataclasses import dataclass, field


@dataclass
class Dialogue:
    """One connection, as the server sees it."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    commands: list[str] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    dots: int = 0

    async def say(self, *lines: str) -> None:
        self.writer.write("".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape"))
        await self.writer.drain()

    async def hear(self) -> str:
        line = (await self.reader.readline()).decode("utf-8", "surrogateescape").rstrip("\r\n")
        self.commands.append(line)
        return line

    async def hear_body(self) -> bytes | None:
        """Read the body up to its dot, undone of dot-stuffing; None if the connection ended before the dot."""
        body = b""
        while line := await self.reader.readline():
            if line == b".\r\n":
                self.dots += 1
                self.bodies.append(body)
                return body
            body += line.removeprefix(b".")
        return None

    async def greet(self, *extensions: str) -> None:
        await self.say("220 odd ESMTP")
        await self.answer_ehlo(*extensions)

    async def answer_ehlo(self, *extensions: str) -> None:
        await self.hear()
        lines = ["odd.test", *extensions]
        await self.say(*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}")

    async def take_envelope(self) -> None:
        """MAIL, RCPT and DATA, all welcome."""
        for answer in ("250 sender ok", "250 recipient ok", "354 go ahead"):
            await self.hear()
            await self.say(answer)

    async def start_tls(self, context: ssl.SSLContext, *, injected: str = "") -> None:
        await self.hear()
        self.writer.write(b"220 ready\r\n" + injected.encode())
        await self.writer.start_tls(context)

    def drop(self) -> None:
        self.writer.transport.abort()


Script = Callable[[Dialogue], Awaitable[None]]


@dataclass
class OddServer:
    port: int
    dialogues: list[Dialogue]
    failures: list[BaseException]


@asynccontextmanager
async def odd_server(script: Script, context: ssl.SSLContext | None = None) -> AsyncIterator[OddServer]:
    """Serve `script` on a free port of 127.0.0.1; what a script failed at is raised at the end."""
    server_record = OddServer(0, [], [])
    serving: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.append(task)
        dialogue = Dialogue(reader, writer)
        server_record.dialogues.append(dialogue)
        try:
            await script(dialogue)
            await reader.read()  # until the client has closed
        except (ConnectionError, ssl.SSLError):
            pass
        except AssertionError as error:
            server_record.failures.append(error)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=context)
    server_record.port = server.sockets[0].getsockname()[1]
    try:
        yield server_record
    finally:
        server.close()
        await asyncio.gather(*serving)
    for failure in server_record.failures:
        raise failure


@asynccontextmanager
async def odd_server_in_a_thread(script: Script) -> AsyncIterator[OddServer]:
    """Serve from a loop of its own, so that answers come while the client's loop is at work."""
    started: Future[tuple[OddServer, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def serve() -> None:
        async with odd_server(script) as server:
            ended = asyncio.Event()
            started.set_result((server, asyncio.get_running_loop(), ended))
            await ended.wait()

    serving = asyncio.create_task(asyncio.to_thread(asyncio.run, serve()))
    server, loop, ended = await asyncio.wrap_future(started)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(ended.set)
        await serving
