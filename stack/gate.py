"""`python -m stack.gate OWN SERVER` (both `host:port`): passes bytes on both ways, and none while it is stopped.

Under SIGSTOP its connections stay open and nothing passes, nor is anybody told: a network that fails at its worst.
SIGCONT mends it, and what was sent meanwhile arrives.
"""

import asyncio
import sys
from contextlib import closing, suppress

import uvloop

from stack.child import Child
from stack.ports import listens
from stack.programs import CHECKOUT

HOST = "127.0.0.2"
"""Loopback as well, so that a gate needs no port that somebody else might take: it has its server's."""
CHUNK = 65_536


def gate(name: str, server: str) -> tuple[Child, str]:
    """Describe a gate before this server, and say where it is."""
    port = server.rpartition(":")[2]
    own = f"{HOST}:{port}"
    command = (sys.executable, "-m", "stack.gate", own, server)
    return Child(name=name, command=command, ready=lambda _: listens(int(port), HOST), folder=CHECKOUT), own


async def serve(own: tuple[str, int], server: tuple[str, int]) -> None:
    """Pass on until the process ends."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError), closing(writer):
            far_reader, far_writer = await asyncio.open_connection(*server)
            with closing(far_writer):
                ways = [_pass_on(reader, far_writer), _pass_on(far_reader, writer)]
                await asyncio.wait(map(asyncio.ensure_future, ways), return_when=asyncio.FIRST_COMPLETED)

    async with await asyncio.start_server(connected, *own) as listening:
        await listening.serve_forever()


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


if __name__ == "__main__":
    uvloop.run(serve(_address(sys.argv[1]), _address(sys.argv[2])))
