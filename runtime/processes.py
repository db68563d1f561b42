"""One program in several processes, one per core, under a parent that does nothing but keep them running."""

import asyncio
import ctypes
import logging
import os
import signal
import sys
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Sequence
from contextlib import suppress
from time import monotonic

from runtime.serving import on_leave

log = logging.getLogger("processes")

PAUSES = (0.1, 1.0, 2.0, 4.0)
"""Seconds before each new start after a quick death; one more quick death and all is given up."""
STEADY = 60.0
"""A process that lived this many seconds did not die quickly."""
PR_SET_PDEATHSIG = 1


class GivenUpError(Exception):
    """A process died again and again; the text is for people."""


class Processes:
    """Runs a command several times over until SIGTERM or SIGINT, which it passes on. Use it from the main thread."""

    def __init__(self, command: Sequence[str]) -> None:
        self._command = command
        self._running: set[Process] = set()
        self._leaving = asyncio.Event()

    async def keep(self, count: int) -> None:
        """Return when all have ended. Raises `GivenUpError`, after asking the others to end, where one cannot live."""
        on_leave(self._leave)
        ends = await asyncio.gather(*(self._keep_one() for _ in range(count)), return_exceptions=True)
        for error in ends:
            if error is not None:
                raise error

    async def _keep_one(self) -> None:
        """Start it again whenever it ends unasked."""
        quick = 0
        try:
            while not self._leaving.is_set():
                began, how = monotonic(), await self._run_once()
                if self._leaving.is_set():
                    return
                quick = quick + 1 if monotonic() - began < STEADY else 1
                if quick > len(PAUSES):
                    raise GivenUpError(f"A process {how}, {quick} times in a row. Giving up; its own lines say why.")
                log.warning("a process %s: starting another", how)
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._leaving.wait(), PAUSES[quick - 1])
        finally:
            self._leave()

    async def _run_once(self) -> str:
        """Run one process to its end; the end in words."""
        process = await asyncio.create_subprocess_exec(*self._command, stdin=DEVNULL)
        self._running.add(process)
        if self._leaving.is_set():  # the signal came while it was being started
            process.terminate()
        status = await process.wait()
        self._running.discard(process)
        return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"ended with status {status}"

    def _leave(self) -> None:
        self._leaving.set()
        for process in self._running:
            with suppress(ProcessLookupError):
                process.terminate()


def end_with(parent: int) -> None:
    """Have the kernel send this process SIGTERM when its parent dies (on Linux); end now if that has happened."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent process is gone")
