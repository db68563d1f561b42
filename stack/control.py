"""Orders to a stack that runs: stop one of its processes and hold it down, start it again. For trying out faults.

A socket in a folder that only the user may enter; one line of JSON each way.
"""

import asyncio
import json
import shutil
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from stack.errors import StackError
from stack.supervisor import Supervisor

ORDERS = ("list", "stop", "start")
PATIENCE = 120.0
"""Seconds: a worker finishes its dialogues first, a server may take a minute to be ready."""


class StackControl:
    """Listens while the stack runs. The folder's name is short: a socket's path may not exceed some hundred bytes."""

    def __init__(self, supervisor: Supervisor) -> None:
        self._supervisor = supervisor
        self._folder = Path(tempfile.mkdtemp(prefix="tempost-"))
        self.path = self._folder / "control"
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen from now on."""
        self._server = await asyncio.start_unix_server(self._answer, self.path)

    async def close(self) -> None:
        """Listen no longer."""
        if self._server is not None:
            self._server.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            order = json.loads(await reader.readline())
            answer = await self._done(str(order["order"]), str(order.get("name", "")))
        except StackError as error:
            answer = {"error": str(error)}
        except (ValueError, KeyError, TypeError, AttributeError):
            answer = {"error": f"an order is one of {', '.join(ORDERS)}, with a name"}
        with suppress(ConnectionError):
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()
        writer.close()

    async def _done(self, order: str, name: str) -> dict[str, Any]:
        names = self._supervisor.names
        if order not in ORDERS:
            raise StackError(f"there is no order {order!r}: an order is one of {', '.join(ORDERS)}")
        if order != "list" and name not in names:
            raise StackError(f"the stack has no {name!r}: it has {', '.join(names)}")
        if order == "stop":
            await self._supervisor.hold(name)
        elif order == "start":
            await self._supervisor.release(name)
        running = self._supervisor.pids()
        return {"processes": {each: running.get(each) for each in names}}


def give(path: Path, order: str, name: str = "") -> dict[str, int | None]:
    """Give an order and wait until it is done; the process id of each process, None of one that is held down.

    Raises `StackError`.
    """
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE)
            connection.connect(str(path))
            connection.sendall(json.dumps({"order": order, "name": name}).encode() + b"\n")
            with connection.makefile("rb") as answering:
                answer = json.loads(answering.readline())
    except (OSError, ValueError) as error:
        raise StackError(f"the stack does not take orders ({error}): does it still run?") from error
    if "error" in answer:
        raise StackError(answer["error"])
    processes: dict[str, int | None] = answer["processes"]
    return processes
