"""A database that hangs: its connections stay open and nothing comes. Health is told all the same, with the cause."""

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import make_url

from runtime.health import HealthWatch
from runtime.settings import DatabaseSettings, Settings
from stack.gate import gate
from tests.integration.api.asker import Asker

PATIENCE = 60.0


@pytest.fixture
def patient() -> None:
    """What hangs never refuses: health gives it the time that it has."""


@pytest.fixture
async def way(database_url: str) -> AsyncIterator[tuple[Process, str]]:
    """A gate before the database: its process, and where it is."""
    url = make_url(database_url)
    child, address = gate("gate", f"{url.host}:{url.port}")
    process = await asyncio.create_subprocess_exec(*child.command, cwd=child.folder)
    assert child.ready is not None
    ready = child.ready
    await until(lambda: ready(process.pid))
    host, _, port = address.rpartition(":")
    yield process, url.set(host=host, port=int(port)).render_as_string(hide_password=False)
    process.kill()
    await process.wait()


@pytest.fixture
def settings(settings: Settings, way: tuple[Process, str]) -> Settings:
    """Those of a process that reaches its database through the gate."""
    return settings.model_copy(update={"database": DatabaseSettings(url=SecretStr(way[1]))})


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is true."""
    async with asyncio.timeout(PATIENCE):
        while not await condition():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.05)


async def test_a_database_that_hangs_is_told_of_as_one_that_is_away_and_is_back_when_it_goes_on(
    app: FastAPI, admin: Asker, http: httpx.AsyncClient, way: tuple[Process, str]
) -> None:
    async def away() -> bool:
        return "postgresql_down" in (await admin.get("/api/system/health")).json()["causes"]

    async def here() -> bool:
        return not await away()

    async def not_ready() -> bool:
        return (await http.get("/readyz")).status_code == 503

    watch: HealthWatch = app.state.health_watch
    keeping = asyncio.create_task(watch.keep())
    try:
        await until(here)
        way[0].send_signal(signal.SIGSTOP)
        await until(away)
        await until(not_ready)
        assert (await http.get("/healthz")).status_code == 200
        os.kill(way[0].pid, signal.SIGCONT)
        await until(here)
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
