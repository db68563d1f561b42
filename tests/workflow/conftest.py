"""A worker in this process, on a queue and a database of its own, before a simulator of its own."""

import asyncio
import base64
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from temporalio.client import Client

import activities.delivery
import worker
from runtime.resources import Resources, open_resources
from runtime.settings import (
    DatabaseSettings,
    SecretsSettings,
    Settings,
    SmtpSettings,
    TemporalSettings,
)
from stack import testing
from tests.integration.ledger.world import World
from tests.workflow import history
from tests.workflow.flow import Flow

Replays = Callable[..., Awaitable[None]]

QUICK_RETRIES = "UPDATE system_config SET value = '1' WHERE key = 'queue.pending_retry_interval'"


def settings_for(database_url: str, temporal_address: str) -> Settings:
    """Settings of a process of this test."""
    return Settings(
        environment="local",
        database=DatabaseSettings(url=database_url),
        temporal=TemporalSettings(address=temporal_address, task_queue=f"test-{uuid4().hex}"),
        secrets=SecretsSettings(key=base64.urlsafe_b64encode(os.urandom(32)).decode()),
        smtp=SmtpSettings(allow_private_hosts=True, patience=timedelta(seconds=1)),
    )


@pytest.fixture
async def resources(database_url: str, temporal_address: str) -> AsyncIterator[Resources]:
    """What a process of Tempost holds."""
    async with open_resources(settings_for(database_url, temporal_address), asyncio.Event()) as resources:
        yield resources


@pytest.fixture
def quick_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have workers read the guard's clock often: every five seconds, each day that a test lets pass costs so many."""
    monkeypatch.setattr(activities.delivery, "RENEW_EVERY", 0.2)


@pytest.fixture
async def flow(resources: Resources, tmp_path: Path) -> AsyncIterator[Flow]:
    """A running worker, and a user with nothing yet."""
    await resources.ledger_pool.execute(QUICK_RETRIES)
    stop = asyncio.Event()
    running = asyncio.create_task(worker.run(resources, stop))
    flow = Flow(resources, World(resources.ledger_pool), tmp_path)
    try:
        await flow.world.begin()
        yield flow
    finally:
        await flow.close()
        stop.set()
        await running


@pytest.fixture(scope="session")
def impatient_temporal_address() -> str:
    """A Temporal server that suggests to continue as new after some 60 events: six ticks of an allocator."""
    return testing.temporal_for_tests(history_suggestion=60)


@pytest.fixture
def replays(temporal_client: Client, pytestconfig: pytest.Config) -> Replays:
    """Replay the history of a workflow's run, by default its last; keep it under a name where that was asked for."""

    async def replay(name: str, workflow_id: str, run_id: str | None = None) -> None:
        found = await temporal_client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
        await history.commands(found)
        if pytestconfig.getoption("record"):
            await history.keep(name, found)

    return replay
