"""One child process: what it is, how it is started, when it is ready, how it ends."""

import asyncio
import os
import shutil
import signal
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from stack.account import Account
from stack.errors import ChildFailedError

LAUNCHER = Path(__file__).with_name("launch.py")
PROBE_PAUSE = 0.05
LOG_LIMIT = 20_000_000
"""A log larger than this many bytes is moved aside before its child starts."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A program the supervisor keeps running."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    """Added to the supervisor's own."""
    inherits: bool = True
    """Whether it gets the supervisor's environment. A foreign program does not: variables there may mislead it."""
    needs: tuple[str, ...] = ()
    """Parts that must be ready before this one starts; it is stopped before they are."""
    before: Callable[[], Awaitable[None]] | None = None
    """Run ahead of every start, restarts included."""
    ready: Callable[[int], Awaitable[bool]] | None = None
    """Whether the process of this id serves now; asked again and again at each start. None: as soon as it runs."""
    account: Account | None = None
    folder: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    """What the kernel sends it when the supervisor dies without stopping it."""
    grace: float = 10.0
    """Seconds between the stop signal and SIGKILL."""
    start_limit: float = 60.0
    """Seconds it may take to become ready."""
    essential: bool = True
    """Whether the stack ends when this child cannot be kept running."""


class RunningChild:
    """A started child. Its output goes to the log, its process group is its own."""

    def __init__(self, child: Child, log: Path, process: asyncio.subprocess.Process) -> None:
        self.child = child
        self.log = log
        self.started_at = time.monotonic()
        self._process = process

    @property
    def pid(self) -> int:
        """The process id, also after the end."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not been seen to end."""
        return self._process.returncode is None

    @property
    def succeeded(self) -> bool:
        """Whether it ended with status 0."""
        return self._process.returncode == 0

    async def ended(self) -> str:
        """Wait for the end and return it in words."""
        status = await self._process.wait()
        if status < 0:
            return f"was ended by {signal.Signals(-status).name}"
        return f"ended with status {status}"

    async def until_ready(self) -> None:
        """Wait until the probe says yes; raise `ChildFailedError` when it ends first or takes too long."""
        deadline = self.started_at + self.child.start_limit
        while not await self._answers():
            if not self.alive:
                raise ChildFailedError(self.child.name, await self.ended(), self.log)
            if time.monotonic() > deadline:
                await self.stop()
                raise ChildFailedError(self.child.name, f"was not ready in {self.child.start_limit:.0f} s", self.log)
            await asyncio.sleep(PROBE_PAUSE)

    async def stop(self) -> None:
        """Ask it to end; after its grace, kill it and whatever it started."""
        if not self.alive:
            return
        with suppress(ProcessLookupError):
            self._process.send_signal(self.child.stop_signal)
        try:
            await asyncio.wait_for(self._process.wait(), self.child.grace)
        except TimeoutError:
            await self.kill()

    async def kill(self) -> None:
        """End the whole process group at once."""
        if self.alive:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.pid, signal.SIGKILL)
        await self._process.wait()

    async def _answers(self) -> bool:
        return self.alive and (self.child.ready is None or await self.child.ready(self.pid))


async def launch(child: Child, logs: Path) -> RunningChild:
    """Start the child in a session of its own, so that Ctrl-C reaches only the supervisor, and return at once."""
    if child.before is not None:
        await child.before()
    log = logs / f"{child.name}.log"
    with suppress(FileNotFoundError):
        if log.stat().st_size > LOG_LIMIT:
            log.replace(log.with_suffix(".log.old"))
    uid, gid = (child.account.uid, child.account.gid) if child.account else (-1, -1)
    environment = _environment(child)
    program = shutil.which(child.command[0], path=environment.get("PATH")) or child.command[0]
    rights = (str(number) for number in (os.getpid(), int(child.death_signal), uid, gid))
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-I", "-S", str(LAUNCHER), *rights, program, *child.command[1:]),
            env=environment,
            cwd=child.folder,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
        )
    finally:
        os.close(descriptor)
    return RunningChild(child, log, process)


def is_alive(process: psutil.Process) -> bool:
    """Whether the process still does anything. Unlike psutil's own wait, this leaves its status to its parent."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


async def complete(child: Child, logs: Path) -> None:
    """Run a program that does its work and ends; raise `ChildFailedError` unless it ends well."""
    running = await launch(child, logs)
    try:
        how = await running.ended()
    finally:
        await running.kill()
    if not running.succeeded:
        raise ChildFailedError(child.name, how, running.log)


def _environment(child: Child) -> dict[str, str]:
    plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**(os.environ if child.inherits else plain), **child.environment}
