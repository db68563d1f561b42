"""A program that has spoken with Temporal ends with its status, also where a thread of the client is not done."""

import subprocess
import sys

from stack.programs import CHECKOUT

# One thread at a time, for as long as it likes: so the last call's thread still waits when the main thread ends.
# Without `ending`, every third child or so is aborted.
PROGRAM = """
import asyncio, os, sys
from temporalio.client import Client
from runtime.ending import ending

async def ask():
    client = await Client.connect(sys.argv[1])
    print("asks")
    sys.setswitchinterval(60)
    await client.count_workflows()

for _ in range(8):
    if (child := os.fork()) == 0:
        with ending():
            asyncio.new_event_loop().run_until_complete(ask())
            sys.exit(7)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


def run(program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-W", "ignore", "-c", program, *arguments]
    return subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)


def test_what_was_said_and_the_status_arrive_whatever_the_clients_threads_do(temporal_address: str) -> None:
    ended = run(PROGRAM, temporal_address)

    assert ended.stdout.split() == ["asks", "7"] * 8, ended.stderr


def test_a_status_in_words_and_what_is_to_be_done_at_exit_are_kept() -> None:
    ended = run(
        "import atexit, sys; from runtime.ending import ending\n"
        "atexit.register(print, 'last')\n"
        "with ending(): sys.exit('It cannot start.')"
    )

    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "last\n", "It cannot start.\n")
