"""The whole local stack as a person runs it: a process of its own, with signals."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import psutil
import pytest

from stack.local import running_stack
from stack.ports import free_ports

CHECKOUT = Path(__file__).parents[3]
PROGRAM = """
import sys
from pathlib import Path
from stack.child import Child
from stack.local import up

def programs(where):
    command = (sys.executable, "-m", "http.server", str(where.ports["api"]), "--bind", "127.0.0.1")
    api = Child(name="api", command=command, needs=("migrations", "temporal"), environment=where.environment())
    return [api]

async def ready(stack):
    print(stack.surroundings.database_url, flush=True)
    return []

sys.exit(up(Path(sys.argv[1]), programs=programs, on_ready=ready))
"""


@contextmanager
def stack_process(folder: Path, **environment: str) -> Iterator["subprocess.Popen[str]"]:
    """Run the stack as `make up` does, with a plain web server as its API."""
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    with subprocess.Popen(
        command,
        cwd=CHECKOUT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.terminate()
            process.wait()


def ready(process: "subprocess.Popen[str]") -> str:
    """Wait until all runs and return the database's URL."""
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line, process.stderr and process.stderr.read()
    return line


async def fetch(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


@pytest.mark.timeout(500)
async def test_a_stopped_stack_continues_with_its_data_at_the_same_places(folder: Path) -> None:
    api, ui = free_ports(2)  # not the ones that people type, which any other stack would take meanwhile
    (folder / "ports.json").write_text(json.dumps({"api": api, "temporal-ui": ui}))
    with stack_process(folder) as first:
        url = ready(first)
        await fetch(url, "CREATE TABLE kept AS SELECT 42 AS answer")
        places = (folder / "ports.json").read_text(), (folder / "secret").read_text()
        first.send_signal(signal.SIGINT)
        assert first.wait() == 0
    with stack_process(folder) as second:
        assert ready(second) == url
        assert await fetch(url, "SELECT answer FROM kept") == 42
        assert ((folder / "ports.json").read_text(), (folder / "secret").read_text()) == places


@pytest.mark.timeout(500)
async def test_nothing_runs_on_after_the_stack_is_killed_and_the_next_start_recovers(folder: Path) -> None:
    with stack_process(folder) as first:
        url = ready(first)
        children = psutil.Process(first.pid).children(recursive=True)
        await fetch(url, "CREATE TABLE kept AS SELECT 42 AS answer")
        first.kill()
        first.wait()
        _, alive = psutil.wait_procs(children, timeout=30)
        assert alive == []
    with stack_process(folder) as second:
        assert await fetch(ready(second), "SELECT answer FROM kept") == 42


def test_the_stack_that_runs_is_found_by_other_programs_and_named_to_a_second_start(folder: Path) -> None:
    assert running_stack(folder) is None
    with stack_process(folder) as first:
        url = ready(first)
        found = running_stack(folder)
        assert found is not None
        assert found["environment"]["TEMPOST_DATABASE__URL"] == url
        with stack_process(folder) as second:
            _, errors = second.communicate()
        assert second.returncode == 1
        assert f"process {first.pid}" in errors
    assert running_stack(folder) is None


@pytest.mark.parametrize(
    ("environment", "complaint"),
    [
        ({"TEMPOST_API__PORT": "http"}, "TEMPOST_API__PORT=http is not a port"),
        ({"DATABASE_URL": "postgresql://127.0.0.1:1/none"}, "DATABASE_URL names a database that cannot be used"),
        ({"TEMPORAL_ADDRESS": "127.0.0.1:1"}, "TEMPORAL_ADDRESS names 127.0.0.1:1"),
    ],
)
def test_what_a_person_set_wrong_is_one_line(folder: Path, environment: dict[str, str], complaint: str) -> None:
    with stack_process(folder, **environment) as process:
        _, errors = process.communicate()
    assert process.returncode == 1
    assert complaint in errors
    assert "Traceback" not in errors
