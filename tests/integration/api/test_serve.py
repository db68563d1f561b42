"""The API as a process: starts, says in a line what is wrong, and leaves in order."""

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import httpx
import uvicorn
from uvicorn.server import ServerState

from api.head_limit import MOST, HeadLimitProtocol
from runtime.resources import Resources
from stack.ports import free_ports
from stack.programs import CHECKOUT
from tests.integration.api.asker import Asker
from tests.integration.api.conftest import NOWHERE, SEAL_KEY
from tests.integration.api.sending import sending

PATIENCE = 90.0
PAUSE = 0.05


def environment(database_url: str, port: int, **changes: str) -> dict[str, str]:
    """What the process is told; nothing of ours."""
    return {
        "PATH": os.environ["PATH"],
        "TEMPOST_ENVIRONMENT": "local",
        "TEMPOST_DATABASE__URL": database_url,
        "TEMPOST_TEMPORAL__ADDRESS": NOWHERE,
        "TEMPOST_SECRETS__KEY": SEAL_KEY,
        "TEMPOST_API__PORT": str(port),
        **changes,
    }


async def started(variables: dict[str, str]) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "api.serve", cwd=CHECKOUT, env=variables, stdout=pipe, stderr=pipe
    )


@asynccontextmanager
async def serving(
    database_url: str, **changes: str
) -> AsyncIterator[tuple[asyncio.subprocess.Process, httpx.AsyncClient]]:
    """A process that answers."""
    (port,) = free_ports(1)
    process = await started(environment(database_url, port, **changes))
    try:
        base_url = f"http://127.0.0.1:{port}"
        async with httpx.AsyncClient(base_url=base_url, timeout=PATIENCE, trust_env=False) as client:
            async with asyncio.timeout(PATIENCE):
                while not await answers(client):
                    assert process.returncode is None, "it ended before it answered"
                    await asyncio.sleep(PAUSE)
            yield process, client
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


async def answers(client: httpx.AsyncClient) -> bool:
    try:
        return (await client.get("/healthz")).is_success
    except httpx.TransportError:
        return False


async def test_at_sigterm_it_ends_streams_and_leaves_in_order(
    ann: Asker, resources: Resources, database_url: str
) -> None:
    task = await sending(ann, resources, people=1)
    async with serving(database_url) as (process, client):
        headers = {"Authorization": f"Bearer {ann.key}"}
        async with client.stream("GET", f"{task.path}/events", headers=headers) as stream:
            lines = stream.aiter_lines()
            assert await anext(lines) == "event: status"
            process.send_signal(signal.SIGTERM)
            async with asyncio.timeout(PATIENCE):
                rest = [line async for line in lines]
                _, errors = await process.communicate()
    assert (len(rest) % 3, rest[-1]) == (2, ""), "each event is told whole: its kind, its data, an empty line"
    assert process.returncode == 0
    assert b"Traceback" not in errors
    assert ann.key.encode() not in errors


async def test_wrong_settings_are_told_in_a_line_without_their_value(database_url: str) -> None:
    process = await started(environment(database_url, 0, TEMPOST_SECRETS__KEY="tell-nobody"))
    output, errors = await process.communicate()
    assert process.returncode == 1
    assert b"TEMPOST_SECRETS__KEY" in errors
    assert b"Traceback" not in errors
    assert b"tell-nobody" not in output + errors


async def test_a_port_that_is_taken_is_told_in_a_line(database_url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        process = await started(environment(database_url, port))
        _, errors = await process.communicate()
    assert process.returncode
    assert str(port).encode() in errors
    assert b"Traceback" not in errors


async def test_a_body_that_does_not_come_is_given_up_and_a_head_without_end_is_cut_off(
    database_url: str, admin: Asker
) -> None:
    listed = await admin.made("/api/contact-lists", {"name": "People"})
    short = {"TEMPOST_API__BODY_TIMEOUT": "PT0.2S", "TEMPOST_API__UPLOAD_TIMEOUT": "PT0.2S"}
    async with serving(database_url, **short) as (_, client), asyncio.timeout(PATIENCE):
        port = client.base_url.port
        assert port is not None
        for path in ("/api/contact-lists", f"/api/contact-lists/{listed['id']}/import"):
            answer = await answer_to_half_a_request(port, path, admin.key)
            assert answer.startswith(b"HTTP/1.1 408 "), path
            assert b"application/problem+json" in answer
        await cut_off(port)


async def answer_to_half_a_request(port: int, path: str, key: str) -> bytes:
    head = (
        f"POST {path} HTTP/1.1\r\nHost: tempost\r\nAuthorization: Bearer {key}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 99\r\n\r\n--b\r\n"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode())
    answer = await reader.read()
    writer.close()
    return answer


async def cut_off(port: int) -> None:
    """Send a head until the server takes no more of it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /healthz HTTP/1.1\r\nX: ")
    with suppress(ConnectionError):
        while not writer.is_closing():
            writer.write(b"x" * MOST)
            await writer.drain()
    with suppress(ConnectionError):
        assert (await reader.read()).startswith(b"HTTP/1.1 400 ")


async def test_a_head_that_does_not_come_is_given_up() -> None:
    class Hasty(HeadLimitProtocol):
        within = 1.0

    config = uvicorn.Config(lambda *_: None, log_config=None, lifespan="off")

    def protocol() -> Hasty:
        return Hasty(config, ServerState(), {})

    async with await asyncio.get_running_loop().create_server(protocol, "127.0.0.1") as server:
        reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
        writer.write(b"GET / HTTP/1.1\r\n")
        assert await reader.read() == b""
        writer.close()
