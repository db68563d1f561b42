"""The gate before a server: open it passes bytes on, stopped it keeps them and tells nobody."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from stack.gate import gate

SOON = 60.0


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        writer.write(line)
    writer.close()


@asynccontextmanager
async def through_a_gate() -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter, int]]:
    """A connection to a server that repeats lines, and the process of the gate between."""
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    child, address = gate("gate", f"127.0.0.1:{server.sockets[0].getsockname()[1]}")
    process = await asyncio.create_subprocess_exec(*child.command, cwd=child.folder)
    try:
        assert child.ready is not None
        async with asyncio.timeout(SOON):
            while not await child.ready(process.pid):  # noqa: ASYNC110 - another process makes it true
                await asyncio.sleep(0.05)
        host, _, port = address.rpartition(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        yield reader, writer, process.pid
        writer.close()
    finally:
        process.kill()
        await process.wait()
        server.close()


async def test_what_is_sent_while_a_gate_is_stopped_arrives_when_it_goes_on() -> None:
    async with through_a_gate() as (reader, writer, pid):
        writer.write(b"before\n")
        assert await asyncio.wait_for(reader.readline(), SOON) == b"before\n"

        os.kill(pid, signal.SIGSTOP)
        writer.write(b"meanwhile\n")
        answer = asyncio.ensure_future(reader.readline())
        done, _ = await asyncio.wait([answer], timeout=0.5)
        assert not done, "a stopped gate lets nothing through"

        os.kill(pid, signal.SIGCONT)
        assert await asyncio.wait_for(answer, SOON) == b"meanwhile\n"
