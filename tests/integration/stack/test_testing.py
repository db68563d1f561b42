"""The servers that the processes of one test run share."""

import os
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

from stack.testing import RUN_FOLDER

CHECKOUT = Path(__file__).parents[3]
RUN = """
import os, signal, subprocess, sys
from stack import testing

testing.own_servers()
ask = "from stack import testing; print(testing.postgres_for_tests())"
answer = subprocess.run([sys.executable, "-c", ask], stdout=subprocess.PIPE, text=True, check=True).stdout
assert answer.strip() == testing.postgres_for_tests()
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
print(os.environ[testing.RUN_FOLDER], flush=True)
signal.sigwait([signal.SIGTERM])
testing.end_servers()
"""


def run_of_tests() -> "subprocess.Popen[str]":
    """Start a process that owns servers, as a run of the tests does, and another that uses them."""
    environment = {name: value for name, value in os.environ.items() if name != RUN_FOLDER}
    return subprocess.Popen(
        [sys.executable, "-c", RUN],
        env=environment | {"PYTHONPATH": str(CHECKOUT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def servers_folder(run: "subprocess.Popen[str]") -> Path:
    assert run.stdout is not None
    return Path(run.stdout.readline().strip())


def test_the_processes_of_a_run_share_a_server_that_ends_with_the_run() -> None:
    with run_of_tests() as run:
        folder = servers_folder(run)
        assert (folder / "postgres.address").exists()
        run.terminate()
        assert run.wait() == 0
    assert not folder.exists()


async def test_nothing_is_left_of_a_run_that_was_killed(until: Callable[[Callable[[], bool]], Awaitable[None]]) -> None:
    with run_of_tests() as run:
        folder = servers_folder(run)
        run.kill()
    await until(lambda: not folder.exists())
    assert not folder.exists()
