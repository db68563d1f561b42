"""The control endpoint: JSON over HTTP on loopback. Small on purpose: one request per connection."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus

from pydantic import ValidationError

from stack.simulator.config import ProviderConfig
from stack.simulator.provider import HOST, Provider, World
from stack.simulator.providers import Simulator

HEAD_LIMIT = 65_536
BODY_LIMIT = 4_000_000
REQUEST_SECONDS = 10.0
FIXED = ("name", "port")


class ControlError(Exception):
    """A request that cannot be answered: its status, and why in words."""

    def __init__(self, status: HTTPStatus, text: str) -> None:
        super().__init__(text)
        self.status = status


@asynccontextmanager
async def serve_control(simulator: Simulator, port: int) -> AsyncIterator[int]:
    """Serve until the end of the block; the port is given."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            await _answer(simulator, reader, writer)

    server = await asyncio.start_server(answer, HOST, port, limit=HEAD_LIMIT)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


async def _answer(simulator: Simulator, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    status: HTTPStatus = HTTPStatus.OK
    try:
        method, path, body = await _read(reader)
        answer = await route(simulator, method, path, body)
    except ControlError as error:
        status, answer = error.status, {"error": str(error)}
    except ValidationError as error:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        answer = {"error": "not valid", "errors": json.loads(error.json(include_url=False, include_input=False))}
    encoded = json.dumps(answer).encode()
    head = f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(encoded)}\r\nConnection: close\r\n\r\n".encode() + encoded)
    await writer.drain()
    writer.close()
    await writer.wait_closed()


async def _read(reader: asyncio.StreamReader) -> tuple[str, str, bytes]:
    try:
        async with asyncio.timeout(REQUEST_SECONDS):
            return await _request(reader)
    except (ValueError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
        raise ControlError(HTTPStatus.BAD_REQUEST, "not an HTTP request") from None


async def _request(reader: asyncio.StreamReader) -> tuple[str, str, bytes]:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    fields = dict(line.lower().split(":", 1) for line in head[1:] if ":" in line)
    length = int(fields.get("content-length", "0"))
    if not 0 <= length <= BODY_LIMIT:
        raise ControlError(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {BODY_LIMIT} bytes")
    return method, path.partition("?")[0], await reader.readexactly(length)


async def route(simulator: Simulator, method: str, path: str, body: bytes) -> object:
    """Do what a request asks for and return what to answer."""
    match method, path.strip("/").split("/"):
        case "GET", ["providers"]:
            return [shown(provider) for provider in simulator.providers.values()]
        case "POST", ["providers"]:
            return await _add(simulator, body)
        case "GET", ["providers", name]:
            return shown(_found(simulator, name))
        case "PATCH", ["providers", name]:
            return await _change(_found(simulator, name), body)
        case "POST", ["providers", name, "disconnect"]:
            _found(simulator, name).disconnect()
            return shown(_found(simulator, name))
        case "DELETE", ["providers", name]:
            _found(simulator, name)
            await simulator.remove(name)
            return {"removed": name}
    raise ControlError(HTTPStatus.NOT_FOUND, f"there is no {method} {path}")


def shown(provider: Provider) -> dict[str, object]:
    """Return a provider as the endpoint tells of it: settings without the password, and what it has done."""
    return provider.config.model_dump(mode="json", exclude={"password"}) | {
        "port": provider.port,
        "open_connections": len(provider.connections),
        "taken_today": provider.taken_today(),
        "counts": dict(provider.counts),
    }


def _found(simulator: Simulator, name: str) -> Provider:
    if name not in simulator.providers:
        raise ControlError(HTTPStatus.NOT_FOUND, f"there is no provider {name!r}")
    return simulator.providers[name]


async def _add(simulator: Simulator, body: bytes) -> object:
    config = ProviderConfig.model_validate_json(body)
    if config.name in simulator.providers:
        raise ControlError(HTTPStatus.CONFLICT, f"there is a provider {config.name!r} already")
    _check_tls(simulator.world, config)
    try:
        return shown(await simulator.add(config))
    except OSError as error:
        raise ControlError(HTTPStatus.CONFLICT, f"port {config.port}: {error.strerror or error}") from None


async def _change(provider: Provider, body: bytes) -> object:
    try:
        change = json.loads(body)
    except ValueError:
        change = None
    if not isinstance(change, dict):
        raise ControlError(HTTPStatus.BAD_REQUEST, "the body must be a JSON object")
    if fixed := [name for name in FIXED if name in change]:
        raise ControlError(HTTPStatus.UNPROCESSABLE_ENTITY, f"{' and '.join(fixed)} cannot be changed")
    config = ProviderConfig.model_validate(provider.config.model_dump(mode="json") | change)
    _check_tls(provider.world, config)
    await provider.apply(config)
    return shown(provider)


def _check_tls(world: World, config: ProviderConfig) -> None:
    if config.security != "none" and world.tls is None:
        raise ControlError(HTTPStatus.UNPROCESSABLE_ENTITY, "the simulator was started without a certificate")
