"""Our Temporal server, as a worker and a client find it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.testing import TimeSkipper
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from stack.ports import choose_ports
from stack.supervisor import Supervisor
from stack.temporal import NAMESPACE, TemporalServer, all_ports, polls
from stack.temporal_binary import find_temporal
from stack.testing import SETTINGS, SUGGESTION

QUEUE = "stack-tests"
PRIORITY = SearchAttributeKey.for_int("TempostPriority")
ATTRIBUTES = {"TempostUser": "Keyword", "TempostPriority": "Int"}


@activity.defn
async def does_nothing() -> None:
    """Make the worker ask for activities."""


@workflow.defn
class SleepsTenDays:
    """Raises its priority after ten days."""

    @workflow.run
    async def run(self) -> None:
        """Sleep, then change a search attribute."""
        await workflow.sleep(timedelta(days=10))
        workflow.upsert_search_attributes([PRIORITY.value_set(1)])


@workflow.defn
class WritesHistory:
    """Writes history until the server suggests to continue as new."""

    @workflow.run
    async def run(self) -> int:
        """Return how many events that took."""
        while not workflow.info().is_continue_as_new_suggested():
            for number in range(10):
                workflow.upsert_search_attributes([PRIORITY.value_set(number)])
            await workflow.sleep(timedelta(milliseconds=1))
        return workflow.info().get_current_history_length()


def temporal(folder: Path, *, in_memory: bool, settings: dict[str, int | bool | str] | None = None) -> TemporalServer:
    return TemporalServer(
        program=find_temporal(print),
        folder=folder / "temporal",
        ports=choose_ports(folder / "ports.json", dict.fromkeys(all_ports(with_ui=True), 0), {}),
        search_attributes=ATTRIBUTES,
        in_memory=in_memory,
        settings=SETTINGS | (settings or {}),
    )


@asynccontextmanager
async def worker(server: TemporalServer) -> AsyncIterator[Client]:
    """Run a worker for the workflows above, as soon as the server calls itself ready."""
    client = await Client.connect(server.address, namespace=NAMESPACE)
    workflows = [SleepsTenDays, WritesHistory]
    runner = UnsandboxedWorkflowRunner()
    async with Worker(client, task_queue=QUEUE, workflows=workflows, activities=[does_nothing], workflow_runner=runner):
        yield client


@pytest.fixture
async def in_memory(supervisor: Supervisor, folder: Path) -> TemporalServer:
    server = temporal(folder, in_memory=True)
    await supervisor.start(server.children())
    return server


async def test_a_worker_is_seen_from_when_it_asks_for_work(in_memory: TemporalServer) -> None:
    assert not await polls(in_memory.address, QUEUE, os.getpid())
    async with worker(in_memory):
        while not await polls(in_memory.address, QUEUE, os.getpid()):
            continue


async def test_a_workflow_changes_its_search_attributes_after_days_that_are_skipped(in_memory: TemporalServer) -> None:
    attributes = TypedSearchAttributes([SearchAttributePair(PRIORITY, 0)])
    async with worker(in_memory) as client:
        skipping = TimeSkipper(client).client
        handle = await skipping.start_workflow(
            SleepsTenDays.run, id="sleeper", task_queue=QUEUE, search_attributes=attributes
        )
        await handle.result()
        assert (await handle.describe()).typed_search_attributes[PRIORITY] == 1


async def test_the_web_ui_shows_the_namespace(in_memory: TemporalServer) -> None:
    if in_memory.ui_url is None:
        pytest.skip("there is no Web UI on this machine")
    async with httpx.AsyncClient(trust_env=False) as browser:
        answer = await browser.get(f"{in_memory.ui_url}/api/v1/namespaces/{NAMESPACE}")
    assert answer.json()["namespaceInfo"]["name"] == NAMESPACE


async def test_continue_as_new_is_suggested_as_early_as_a_test_wants(supervisor: Supervisor, folder: Path) -> None:
    server = temporal(folder, in_memory=True, settings={SUGGESTION: 30})
    await supervisor.start(server.children())
    async with worker(server) as client:
        events = await client.execute_workflow(WritesHistory.run, id="writer", task_queue=QUEUE)
    assert 30 <= events < 60


async def test_a_workflow_survives_a_killed_server(supervisor: Supervisor, folder: Path, said: list[str]) -> None:
    server = temporal(folder, in_memory=False)
    await supervisor.start(server.children())
    client = await Client.connect(server.address, namespace=NAMESPACE)
    await client.start_workflow(SleepsTenDays.run, id="sleeper", task_queue=QUEUE)
    await supervisor.stop()
    after = Supervisor(folder / "logs", said.append)
    await after.start(server.children())
    try:
        description = await client.get_workflow_handle("sleeper").describe()
        assert description.workflow_type == "SleepsTenDays"
    finally:
        await after.stop()
