"""A program whose wall clock jumps while it runs, and whose monotonic clock does not."""

import asyncio
import os
import sys
import time
from pathlib import Path

import pytest

from stack.false_clock import environment, find_library, set_clock

HOUR = 3600
TELLS = "import sys, time\nfor _ in sys.stdin: print(time.time(), time.monotonic(), flush=True)"


@pytest.mark.skipif(find_library() is None, reason="libfaketime is not installed")
async def test_a_clock_jumps_under_a_running_program_and_time_that_is_measured_does_not(tmp_path: Path) -> None:
    clock = tmp_path / "clock"
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-c", TELLS, env={**os.environ, **environment(clock)},
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert program.stdin
    assert program.stdout

    async def told() -> tuple[float, float]:
        assert program.stdin
        assert program.stdout
        program.stdin.write(b"\n")
        wall, measured = (await asyncio.wait_for(program.stdout.readline(), 10)).split()
        return float(wall) - time.time(), float(measured) - time.monotonic()

    wall, measured = await told()
    assert abs(wall) < HOUR / 2
    set_clock(clock, HOUR)
    async with asyncio.timeout(10):
        while (jumped := await told())[0] < HOUR / 2:  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.1)
    program.stdin.close()
    await program.wait()

    assert abs(jumped[1] - measured) < HOUR / 2
