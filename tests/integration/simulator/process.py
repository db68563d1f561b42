"""A simulator as people start it: a process of its own, told what to do over its control endpoint."""

import json
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parents[3]
PATIENCE = 30.0
MESSAGE = "Message-ID: <{}@example.org>\r\nSubject: Hello\r\n\r\nGood day\r\n"


@dataclass
class Simulator:
    """A running process and what it wrote when it was ready."""

    process: subprocess.Popen[bytes]
    journal: Path
    ready: Path
    ports: dict[str, int]
    control: httpx.Client

    _numbers = count(1)

    def add(self, **settings: Any) -> "Provider":
        """Open one more provider with a name of its own."""
        name = f"provider-{next(self._numbers)}"
        answer = self.control.post("/providers", json={"name": name, **settings})
        assert answer.status_code == 200, answer.text
        return Provider(self, name, answer.json()["port"])

    def lines(self) -> list[dict[str, Any]]:
        """All of the journal but a last line that is being written."""
        whole, _, _ = self.journal.read_text().rpartition("\n")
        return [json.loads(line) for line in whole.splitlines()]

    def end(self) -> int:
        """Send SIGTERM; return the exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE)


@dataclass
class Provider:
    """One port of it."""

    simulator: Simulator
    name: str
    port: int

    def client(self, *, hello: bool = True) -> smtplib.SMTP:
        """A connection of the standard library's client."""
        client = smtplib.SMTP("127.0.0.1", self.port, timeout=PATIENCE)
        if hello:
            client.ehlo("client.example.org")
        return client

    def raw(self) -> "Raw":
        """A bare connection."""
        return Raw(socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE))

    def change(self, **settings: Any) -> httpx.Response:
        """Change settings while it runs."""
        return self.simulator.control.patch(f"/providers/{self.name}", json=settings)

    def state(self) -> dict[str, Any]:
        """What the control endpoint tells of it."""
        found: dict[str, Any] = self.simulator.control.get(f"/providers/{self.name}").json()
        return found

    def lines(self, event: str | None = None) -> list[dict[str, Any]]:
        """This provider's lines of the journal."""
        mine = (line for line in self.simulator.lines() if line["provider"] == self.name)
        return [line for line in mine if event in {None, line["event"]}]

    def send(self, recipient: str, number: str = "1") -> tuple[int, str]:
        """Send one mail over a connection of its own; return the answer that decided."""
        with self.client() as client:
            client.mail("sender@example.org")
            code, text = client.rcpt(recipient)
            if code != 250:
                return code, text.decode()
            client.putcmd("data")
            code, text = client.getreply()
            if code == 354:
                client.send(f"{MESSAGE.format(number)}.\r\n")
                code, text = client.getreply()
            return code, text.decode()


@dataclass
class Raw:
    """Bytes in, lines out."""

    socket: socket.socket

    def __post_init__(self) -> None:
        self._file = self.socket.makefile("rb")

    def say(self, *lines: str) -> None:
        """Send the lines in one piece."""
        self.socket.sendall("".join(f"{line}\r\n" for line in lines).encode())

    def reply(self) -> str:
        """Read one answer, its last line; nothing when the connection has ended."""
        while True:
            try:
                line = self._file.readline().decode().rstrip("\r\n")
            except ConnectionResetError:
                return ""
            if line[3:4] != "-":
                return line

    def ask(self, line: str) -> str:
        """Send a line and read its answer."""
        self.say(line)
        return self.reply()

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self.socket.close()

    def __enter__(self) -> "Raw":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@contextmanager
def simulator(folder: Path, **config: Any) -> Iterator[Simulator]:
    """Start a process in this folder and wait until it says that it is ready."""
    journal, ready, file = folder / "journal.jsonl", folder / "ready.json", folder / "simulator.json"
    file.write_text(json.dumps({"journal": str(journal), "ready": str(ready), **config}))
    command = (sys.executable, "-m", "stack.simulator", "--config", str(file))
    words = folder / "stderr"
    with words.open("ab") as stderr, subprocess.Popen(command, cwd=ROOT, stderr=stderr) as process:
        try:
            wait_for(lambda: ready.exists() or process.poll() is not None)
            told = json.loads(ready.read_text())
            with httpx.Client(base_url=f"http://127.0.0.1:{told['control_port']}", timeout=PATIENCE) as control:
                yield Simulator(process, journal, ready, told["ports"], control)
        finally:
            process.terminate()
    assert words.read_text() == "", "a simulator has nothing to complain of"


def wait_for(condition: Callable[[], object]) -> None:
    """Wait until it holds; the only bound is patience."""
    end = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.01)
