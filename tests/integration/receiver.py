"""A receiver of webhooks on loopback: notes what it is sent, answers as it was told."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from standardwebhooks.webhooks import Webhook


@dataclass
class Receiver:
    """What has come, and what is answered to what comes next."""

    port: int = 0
    answers: list[str] = field(default_factory=list)
    """Status lines of the next answers, such as `500 Oops`; then 200."""
    came: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    """Cleared, it answers nothing."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def ids(self) -> list[str]:
        return [headers["webhook-id"] for headers, _ in self.came]

    def messages(self, secret: str) -> list[dict[str, Any]]:
        """Everything that came, as the standard's own library understands it: a wrong signature raises."""
        verifier = Webhook(secret)
        return [json.loads(json.dumps(verifier.verify(body.decode(), headers))) for headers, body in self.came]

    async def until(self, count: int) -> None:
        """Wait until so many have come."""
        async with asyncio.timeout(60), self.arrived:
            await self.arrived.wait_for(lambda: len(self.came) >= count)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer requests of one connection."""
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                lines = head.decode().splitlines()[1:-1]
                headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
                body = await reader.readexactly(int(headers["content-length"]))
                status = self.answers.pop(0) if self.answers else "200 OK"
                async with self.arrived:
                    self.came.append((headers, body))
                    self.arrived.notify_all()
                await self.open.wait()
                writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\n\r\nhm".encode())
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass  # the sender has closed
        finally:
            writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    """A receiver that listens."""
    receiver = Receiver()
    receiver.open.set()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        receiver.open.set()
        server.close()
