"""How a process ends that has spoken with Temporal: with its status, whatever its threads still do."""

import atexit
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def ending() -> Iterator[None]:
    """End the process after the block, with the block's status, without taking the interpreter apart.

    A thread of Temporal's client that has handed over a result still needs the interpreter for a moment. If the process
    takes it apart meanwhile, all is aborted, status 134, after the work was done (temporalio/sdk-python, issue 300).
    The functions of `atexit` are run. An error goes on as ever; so do executors' threads, which `asyncio.run` ends.
    """
    code: str | int | None = None
    try:
        yield
    except SystemExit as left:
        code = left.code
    if isinstance(code, str):
        sys.stderr.write(f"{code}\n")
    status = code if isinstance(code, int) else int(code is not None)
    atexit._run_exitfuncs()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:  # nobody reads on, or the disk is full
        status = status or 1
    os._exit(status)
