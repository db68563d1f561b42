"""Worker processes as people start them."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import psutil

import worker
from runtime.settings import Settings
from stack.child import is_alive
from stack.temporal import polls

PATIENCE = 60.0


def start(*arguments: str, **environment: str) -> "subprocess.Popen[str]":
    """The command as people type it."""
    return subprocess.Popen(
        [sys.executable, worker.__file__, *arguments],
        env={**os.environ, **environment},
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(settings: Settings, processes: int = 1) -> Iterator[psutil.Process]:
    """A worker, or the parent of several, on a test's database and queue; asked to leave at the end."""
    process = start(
        f"--processes={processes}",
        TEMPOST_ENVIRONMENT="local",
        TEMPOST_DATABASE__URL=settings.database.url.get_secret_value(),
        TEMPOST_TEMPORAL__ADDRESS=settings.temporal.address,
        TEMPOST_TEMPORAL__TASK_QUEUE=settings.temporal.task_queue,
        TEMPOST_SECRETS__KEY=settings.secrets.key.get_secret_value(),
        TEMPOST_SMTP__ALLOW_PRIVATE_HOSTS="true",
    )
    with process:
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            process.communicate(timeout=PATIENCE)


async def all_poll(settings: Settings, processes: list[psutil.Process]) -> bool:
    """Whether all of these live and ask for work; the server remembers dead ones for a while."""
    temporal = settings.temporal
    return all([is_alive(each) and await polls(temporal.address, temporal.task_queue, each.pid) for each in processes])


def leave(process: psutil.Process) -> int:
    """Ask a process to leave, and wait for the end; its exit status."""
    process.send_signal(signal.SIGTERM)
    return int(process.wait(PATIENCE))
