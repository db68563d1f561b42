"""A worker that is held down: health names it within half a minute, one alert is raised, and is over by itself."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from typer.testing import CliRunner, Result

import cli
from api.client import ApiClient
from api.operations.admin_key import make_admin_key
from api.schemas.system import Health
from stack.files import open_folder
from stack.local import LocalStack
from stack.surroundings import stack_ports

PATIENCE = 90.0
HALF_A_MINUTE = 30.0


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder whose `.tempost` PostgreSQL's account can reach; not `tmp_path`, which root keeps closed."""
    made = open_folder(Path(tempfile.mkdtemp(prefix="tempost-test-")))
    yield made
    shutil.rmtree(made)


@pytest.fixture
async def stack(home: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LocalStack]:
    """The stack of the folder in which commands are given."""
    monkeypatch.chdir(home)
    stack_ports(open_folder(home / ".tempost"), well_known=False)
    async with LocalStack(home / ".tempost", say=lambda _: None) as stack:
        yield stack


async def tempost(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, cli.app, list(arguments))


async def until(api: ApiClient, condition: Callable[[Health], Awaitable[bool]]) -> Health:
    """Ask for health until this is true."""
    async with asyncio.timeout(PATIENCE):
        while not await condition(answer := await api.health()):  # noqa: ASYNC110 - a server sets no event
            await asyncio.sleep(0.2)
    return answer


@pytest.mark.timeout(300)
async def test_it_is_named_within_half_a_minute_told_once_and_over_by_itself(stack: LocalStack) -> None:
    where = stack.surroundings
    key = await make_admin_key(where.database_url, "admin@tempost.example", "test")
    async with ApiClient(where.api_url, key) as api:

        async def kinds(state: str) -> list[str]:
            return [alert.kind async for alert in api.alerts(state)]  # type: ignore[arg-type]  # one of its words

        async def well(answer: Health) -> bool:
            return answer.status == "healthy"

        async def named(answer: Health) -> bool:
            return answer.causes == ["workers_missing"] and answer.status == "degraded"

        await until(api, well)
        await until(api, lambda _: _is(kinds("open"), []))
        before = await kinds("all")  # one, where the worker was long in coming
        stopped = await tempost("stack", "stop", "worker")
        assert "held down" in stopped.stdout, stopped.output
        async with asyncio.timeout(HALF_A_MINUTE):
            await until(api, named)
        await until(api, lambda _: _is(kinds("open"), ["workers_missing"]))
        assert "Start the missing ones" in (await tempost("--api-url", where.api_url, "--key", key, "alerts")).stdout

        assert (await tempost("stack", "start", "worker")).exit_code == 0
        await until(api, well)
        await until(api, lambda _: _is(kinds("open"), []))
        assert await kinds("all") == ["workers_missing", *before]
        families = text_string_to_metric_families((await api.metrics()).decode())
        assert {"queue_throughput", "tempost_health"} <= {family.name for family in families}


async def _is(found: Awaitable[list[str]], wanted: list[str]) -> bool:
    return await found == wanted
