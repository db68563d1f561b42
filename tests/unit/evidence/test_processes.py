import asyncio
import subprocess
import sys

from evidence.processes import SELF, Usage, watched


def test_the_table_says_shares_of_a_core_and_cost_per_mail() -> None:
    usage = Usage(begun_at=0, ended_at=2_000_000_000, cpu={"worker": 1.0, "api": 0.5})
    rows = usage.table(mails=100)
    assert rows["worker"] == {"core_share": 0.5, "cpu_ms_per_mail": 10.0}
    assert rows["all together"]["core_share"] == 0.75


async def test_a_childs_work_is_counted_with_that_of_its_own_children() -> None:
    burn = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'sum(range(3_000_000))'])"
    works = f"input(); {burn}; print(flush=True); input()"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", works, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout
    assert child.stdin
    async with watched({"child": child.pid}) as usage:
        child.stdin.write(b"\n")
        await child.stdout.readline()
    await child.communicate(b"\n")
    assert usage.cpu["child"] > 0
    assert SELF in usage.cpu
    assert usage.peak["child"] >= usage.baseline["child"] > 0


async def test_of_a_child_that_was_killed_no_work_is_told() -> None:
    # The kernel counts in ticks: of a child that has not worked for one, nothing is 0 less 0.
    works = "import time\nwhile time.process_time() < 0.1: pass\nprint(flush=True); input()"
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", works, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert child.stdout
    await child.stdout.readline()
    async with watched({"child": child.pid}) as usage:
        child.kill()
        await child.wait()
    assert "child" not in usage.cpu
