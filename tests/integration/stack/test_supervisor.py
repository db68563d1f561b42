"""The supervisor with real programs: order, restarts, ends."""

import asyncio
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import psutil
import pytest

from stack.child import Child, complete
from stack.control import StackControl, give
from stack.errors import ChildFailedError, StackError, StackRunningError
from stack.files import stack_lock
from stack.ports import free_ports, listens
from stack.supervisor import Step, Supervisor

CHECKOUT = Path(__file__).parents[3]
NOTES_ITS_END = """
import pathlib, signal, sys
place, name = pathlib.Path(sys.argv[1]), sys.argv[2]
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
(place / name).touch()
signal.sigwait([signal.SIGTERM])
with (place / 'ends').open('a') as ends:
    ends.write(name + ' ')
"""
IGNORES_SIGTERM = (
    "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); signal.pause()"
)
SUPERVISES_ONE = """
import asyncio, pathlib, signal, sys
from stack.child import Child
from stack.supervisor import Supervisor

async def main():
    supervisor = Supervisor(pathlib.Path(sys.argv[1]), print)
    await supervisor.start([Child(name="sleeper", command=(sys.executable, "-c", "import signal; signal.pause()"))])
    print(supervisor.pid("sleeper"), flush=True)
    await asyncio.Event().wait()

asyncio.run(main())
"""


Until = Callable[[Callable[[], bool]], Awaitable[None]]


def python(name: str, program: str, *arguments: str) -> Child:
    return Child(name=name, command=(sys.executable, "-c", program, *arguments))


def web_server() -> Child:
    port = free_ports(1)[0]
    command = (sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1")
    return Child(name="web", command=command, ready=lambda _: listens(port))


def noting(folder: Path, name: str, *needs: str) -> Child:
    """Make a child that is ready once it takes signals, and notes when it is asked to end."""

    async def ready(_: int) -> bool:
        return (folder / name).exists()

    return Child(name=name, command=(sys.executable, "-c", NOTES_ITS_END, str(folder), name), needs=needs, ready=ready)


def is_gone(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_a_child_that_is_killed_runs_again(supervisor: Supervisor, said: list[str], until: Until) -> None:
    await supervisor.start([web_server()])
    first = supervisor.pid("web")
    os.kill(first, signal.SIGKILL)
    await until(lambda: "web is back" in said)
    assert supervisor.pid("web") != first


async def test_a_part_starts_only_when_what_it_needs_is_ready(supervisor: Supervisor) -> None:
    web = web_server()
    found_ready = []

    async def look() -> None:
        assert web.ready is not None
        found_ready.append(await web.ready(0))

    await supervisor.start([Step(name="look", run=look, needs=("web",)), web])
    assert found_ready == [True]


async def test_children_end_after_those_that_need_them(supervisor: Supervisor, folder: Path) -> None:
    async def nothing() -> None:
        pass

    between = Step(name="between", run=nothing, needs=("middle",))
    top, middle, base = noting(folder, "top", "between"), noting(folder, "middle", "base"), noting(folder, "base")
    await supervisor.start([top, between, base, middle])
    await supervisor.stop()
    assert (folder / "ends").read_text().split() == ["top", "middle", "base"]


async def test_a_child_deaf_to_its_signal_is_killed_after_its_grace(supervisor: Supervisor, folder: Path) -> None:
    log = folder / "logs" / "deaf.log"

    async def ready(_: int) -> bool:
        return "deaf" in log.read_text()

    command = (sys.executable, "-c", IGNORES_SIGTERM)
    await supervisor.start([Child(name="deaf", command=command, ready=ready, grace=0.1)])
    pid = supervisor.pid("deaf")
    await supervisor.stop()
    assert is_gone(pid)


async def test_a_child_that_ends_at_its_start_is_an_error_with_its_last_words(supervisor: Supervisor) -> None:
    with pytest.raises(ChildFailedError, match=r"broken ended with status 3.*broken\.log\n  no luck today"):
        await supervisor.start(
            [Child(name="broken", command=("/bin/sh", "-c", "echo no luck today; exit 3"), ready=listening_nowhere)]
        )


async def listening_nowhere(_: int) -> bool:
    return False


async def test_what_started_is_stopped_when_another_part_fails(supervisor: Supervisor, folder: Path) -> None:
    broken = Child(name="broken", command=("/bin/false",), needs=("base",), ready=listening_nowhere)
    with pytest.raises(ChildFailedError):
        await supervisor.start([noting(folder, "base"), broken])
    assert (folder / "ends").read_text().split() == ["base"]


async def test_a_child_that_keeps_dying_is_given_up(supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("stack.supervisor.PAUSES", (0.0, 0.0))
    await supervisor.start([python("mayfly", "raise SystemExit(7)")])
    with pytest.raises(ChildFailedError, match="mayfly ended with status 7, 3 times in a row; giving up"):
        await supervisor.failed()


async def test_a_child_that_is_struck_is_started_however_often(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("stack.supervisor.PAUSES", (0.0,))
    await supervisor.start([web_server()])
    pids = [supervisor.pid("web")]
    for number in (signal.SIGKILL, None, signal.SIGKILL):
        supervisor.strike("web", number)
        await supervisor.whole()
        pids.append(supervisor.pid("web"))
    assert len(set(pids)) == len(pids) == 4


async def test_a_child_that_is_not_essential_may_fail(supervisor: Supervisor, said: list[str]) -> None:
    broken = Child(name="broken", command=("/bin/false",), ready=listening_nowhere, essential=False)
    await supervisor.start([broken, web_server()])
    assert said[0].startswith("broken ended with status 1")


def test_children_die_with_a_supervisor_that_is_killed(folder: Path) -> None:
    command = [sys.executable, "-c", SUPERVISES_ONE, str(folder)]
    with subprocess.Popen(command, cwd=CHECKOUT, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        child = psutil.Process(int(supervisor.stdout.readline()))
        supervisor.kill()
    psutil.wait_procs([child], timeout=20)
    assert is_gone(child.pid)


async def test_a_child_leads_a_session_of_its_own(supervisor: Supervisor) -> None:
    await supervisor.start([web_server()])
    assert os.getsid(supervisor.pid("web")) == supervisor.pid("web")


async def test_a_foreign_program_does_not_see_our_environment(
    supervisor: Supervisor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "elsewhere")
    await complete(Child(name="env", command=("env",), inherits=False, environment={"DB": "sqlite"}), folder)
    lines = (folder / "env.log").read_text().splitlines()
    assert "DB=sqlite" in lines
    assert "TEMPORAL_NAMESPACE=elsewhere" not in lines


def test_a_second_stack_in_a_folder_is_refused_with_the_pid_of_the_first(folder: Path) -> None:
    refused = pytest.raises(StackRunningError, match=f"process {os.getpid()}")
    with stack_lock(folder / "stack.lock"), refused, stack_lock(folder / "stack.lock"):
        pass


def test_a_folder_is_free_again_after_its_stack(folder: Path) -> None:
    for _ in range(2):
        with stack_lock(folder / "stack.lock"):
            pass


async def test_a_child_that_is_held_down_stays_down_until_it_is_released(
    supervisor: Supervisor, said: list[str]
) -> None:
    await supervisor.start([web_server()])
    first = supervisor.pid("web")
    for _ in range(2):
        await supervisor.hold("web")
    assert is_gone(first)
    assert (supervisor.pids(), supervisor.names) == ({}, ("web",))
    for _ in range(2):
        await supervisor.release("web")
    assert supervisor.pids()["web"] != first
    os.kill(supervisor.pid("web"), signal.SIGKILL)
    await until_said(said, "web is back", 2)


async def until_said(said: list[str], line: str, times: int) -> None:
    """Wait until a person was told so often."""
    while said.count(line) < times:  # noqa: ASYNC110 - a list has no event
        await asyncio.sleep(0.01)


async def test_orders_come_through_a_socket_and_are_answered(supervisor: Supervisor) -> None:
    await supervisor.start([web_server()])
    control = StackControl(supervisor)
    await control.open()
    try:
        assert await asyncio.to_thread(give, control.path, "stop", "web") == {"web": None}
        assert (await asyncio.to_thread(give, control.path, "start", "web"))["web"] == supervisor.pid("web")
        for order, name, words in (("stop", "wbe", "it has web"), ("shake", "web", "no order 'shake'")):
            with pytest.raises(StackError, match=words):
                await asyncio.to_thread(give, control.path, order, name)
        assert stat.S_IMODE(control.path.parent.stat().st_mode) == 0o700
    finally:
        await control.close()
    with pytest.raises(StackError, match="does it still run"):
        give(control.path, "list")
