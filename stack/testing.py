"""PostgreSQL and Temporal for one run of the tests, shared by all its processes.

The run's first process calls `own_servers()`; any of its processes then asks for an address, and the first to ask
starts that server. A keeper (`python -m stack.testing NAME FOLDER OWNER`) holds each server and ends with the owner,
however that ends, so nothing is left behind. Data are not durable: they lie in a folder that the keeper removes.
"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

from runtime.namespace import search_attributes
from stack.child import Child, is_alive
from stack.errors import StackError
from stack.files import open_folder, waiting_lock, write_private
from stack.ports import choose_ports, free_ports
from stack.postgres import PostgresServer
from stack.programs import CHECKOUT
from stack.supervisor import Supervisor
from stack.temporal import TemporalServer, all_ports
from stack.temporal_binary import find_temporal
from stack.temporal_settings import Setting

RUN_FOLDER = "TEMPOST_TEST_RUN"
START_LIMIT = 90.0
PAUSE = 0.05
SETTINGS: dict[str, Setting] = {
    "frontend.WorkflowTimeSkippingEnabled": True,
    "system.namespaceCacheRefreshInterval": "100ms",
}
"""The second makes a new server usable a second sooner."""
SUGGESTION = "limit.historyCount.suggestContinueAsNew"


def own_servers() -> None:
    """Make this process the owner of the run's servers, unless a parent process is it already."""
    if RUN_FOLDER in os.environ:
        return
    folder = open_folder(Path(tempfile.mkdtemp(prefix="tempost-tests-")))
    (folder / "owner").write_text(str(os.getpid()), encoding="ascii")
    os.environ[RUN_FOLDER] = str(folder)


def end_servers() -> None:
    """End the run's servers and remove what they left. Does nothing in a process that does not own them."""
    folder = _run_folder()
    if int((folder / "owner").read_text("ascii")) != os.getpid():
        return
    keepers = [_process(int(file.read_text("ascii"))) for file in folder.glob("*.keeper")]
    for keeper in keepers:
        with suppress(psutil.Error):
            if keeper:
                keeper.terminate()
    psutil.wait_procs([keeper for keeper in keepers if keeper], timeout=30)
    shutil.rmtree(folder, ignore_errors=True)
    del os.environ[RUN_FOLDER]


def postgres_for_tests() -> str:
    """Return the URL of a server on which every test may make databases."""
    return _address("postgres")


def temporal_for_tests(history_suggestion: int | None = None) -> str:
    """Return the address of an in-memory server with the namespace `default` and Tempost's search attributes.

    With a number, a second server that suggests to continue as new after so many events.
    """
    return _address(_temporal_name(history_suggestion))


def once_per_run(name: str, make: Callable[[], str]) -> str:
    """Return what `make` returned in the first process of the run that asked under this name."""
    folder = _run_folder()
    with waiting_lock(folder / f"{name}.lock"):
        value = folder / f"{name}.value"
        if not value.exists():
            write_private(value, make())
        return value.read_text("utf-8")


def _temporal_name(history_suggestion: int | None) -> str:
    return "temporal" if history_suggestion is None else f"temporal-{history_suggestion}"


def _run_folder() -> Path:
    own_servers()
    return Path(os.environ[RUN_FOLDER])


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def _begin(name: str) -> Path:
    """Start the server's keeper unless one was; return the file that will hold the address."""
    folder = _run_folder()
    with waiting_lock(folder / f"{name}.lock"):
        note = folder / f"{name}.keeper"
        if not note.exists():
            command = [sys.executable, "-m", "stack.testing", name, str(folder), (folder / "owner").read_text("ascii")]
            with (folder / f"{name}.log").open("wb") as log:
                keeper = subprocess.Popen(  # noqa: S603 - our own module
                    command, cwd=CHECKOUT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
                )
            keeper.returncode = 0  # not ours to wait for: it outlives this process, which may be a worker of the run
            note.write_text(str(keeper.pid), encoding="ascii")
    return folder / f"{name}.address"


def _address(name: str) -> str:
    address = _begin(name)
    keeper = _process(int(address.with_suffix(".keeper").read_text("ascii")))
    deadline = time.monotonic() + START_LIMIT
    while not address.exists():
        if not (keeper and is_alive(keeper)) or time.monotonic() > deadline:
            said = address.with_suffix(".log").read_text("utf-8", errors="replace")
            raise StackError(f"{name} for the tests did not start:\n{said}")
        time.sleep(PAUSE)
    return address.read_text("utf-8")


def _children(name: str, folder: Path) -> tuple[list[Child], str]:
    """Describe a server and say where it will be."""
    if name == "postgres":
        postgres = PostgresServer(folder, free_ports(1)[0], durable=False)
        return [postgres.child()], postgres.url()
    suggestion = name.partition("-")[2]
    temporal = TemporalServer(
        program=find_temporal(_say, with_ui=False),
        folder=folder / "temporal",
        ports=choose_ports(folder / "ports.json", dict.fromkeys(all_ports(with_ui=False), 0), {}),
        search_attributes=search_attributes(),
        in_memory=True,
        settings=SETTINGS | ({SUGGESTION: int(suggestion)} if suggestion else {}),
    )
    return temporal.children(), temporal.address


def _say(line: str) -> None:
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


async def _keep(name: str, run: Path, owner: psutil.Process | None) -> None:
    """Run one server until its owner ends or SIGTERM comes."""
    folder = open_folder(run / name)
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    supervisor = Supervisor(folder / "logs", _say)
    try:
        children, address = await asyncio.to_thread(_children, name, folder)
        await supervisor.start(children)
        write_private(run / f"{name}.address", address)
        while owner and is_alive(owner) and not ended.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(ended.wait(), 1)
    finally:
        await supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)
        if not (owner and is_alive(owner)):
            shutil.rmtree(run, ignore_errors=True)


def main(name: str, folder: str, owner: str) -> int:
    """Keep one server for the run in this folder."""
    try:
        asyncio.run(_keep(name, Path(folder), _process(int(owner))))
    except StackError as error:
        _say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
