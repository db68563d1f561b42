"""`tempost repair` as people call it: what was missing runs again, and is named."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from uuid import uuid4

import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from typer.testing import CliRunner, Result

import cli
from contracts.identifiers import task_workflow_id
from database.connect import create_pool
from runtime.settings import load_settings
from stack.ports import free_ports
from tests.integration.cli.test_check import KEY
from tests.integration.ledger.world import World

Repair = Callable[[], Awaitable[Result]]


@pytest.fixture
def tempost_repair(database_url: str, temporal_address: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repair]:
    """Run it with the settings of an installation whose workers are all gone."""
    monkeypatch.setenv("TEMPOST_DATABASE__URL", database_url)
    monkeypatch.setenv("TEMPOST_SECRETS__KEY", KEY)
    monkeypatch.setenv("TEMPOST_TEMPORAL__ADDRESS", temporal_address)
    monkeypatch.setenv("TEMPOST_TEMPORAL__TASK_QUEUE", f"test-{uuid4().hex}")
    monkeypatch.setenv("TEMPOST_ENVIRONMENT", "local")
    load_settings.cache_clear()
    yield lambda: asyncio.to_thread(CliRunner().invoke, cli.app, ["repair"])
    load_settings.cache_clear()


async def test_a_task_without_a_workflow_is_begun_anew_once(
    tempost_repair: Repair, database_url: str, temporal_client: Client
) -> None:
    pool = await create_pool(database_url)
    world = World(pool)
    await world.begin()
    task = await world.task(mails=1)
    await pool.close()

    first, second = await tempost_repair(), await tempost_repair()

    assert first.exit_code == second.exit_code == 0, first.output + second.output
    assert "1 tasks have not ended: 1 had no workflow" in first.stdout
    assert f"task {task}" in first.stdout
    assert "1 tasks have not ended: 0 had no workflow" in second.stdout
    handle = temporal_client.get_workflow_handle(task_workflow_id(task))
    assert (await handle.describe()).status is WorkflowExecutionStatus.RUNNING
    await handle.terminate("the test has ended")


async def test_a_temporal_that_does_not_answer_is_told_in_a_line(
    tempost_repair: Repair, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPOST_TEMPORAL__ADDRESS", f"127.0.0.1:{free_ports(1)[0]}")
    pool = await create_pool(database_url)
    world = World(pool)
    await world.begin()
    await world.task(mails=1)
    await pool.close()

    result = await tempost_repair()

    assert result.exit_code == 1
    assert "not all was repaired" in result.stderr
