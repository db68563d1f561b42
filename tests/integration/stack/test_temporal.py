"""Our Temporal server, as a worker and a client find it."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.common import SearchAttributeKey, SearchAttributePair, TypedSearchAttributes
from temporalio.service import RPCError
from temporalio.testing import TimeSkipper
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from runtime.temporal_serves import temporal_serves
from stack.ports import choose_ports
from stack.supervisor import Supervisor
from stack.temporal import NAMESPACE, TemporalServer, all_ports, polls
from stack.temporal_binary import Kind, find_temporal
from stack.testing import SETTINGS

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


def temporal(folder: Path, *, in_memory: bool) -> TemporalServer:
    return TemporalServer(
        program=find_temporal(print),
        folder=folder / "temporal",
        ports=choose_ports(folder / "ports.json", dict.fromkeys(all_ports(with_ui=True), 0), {}),
        search_attributes=ATTRIBUTES,
        in_memory=in_memory,
        settings=SETTINGS,
    )


@asynccontextmanager
async def worker(address: str, task_queue: str = QUEUE) -> AsyncIterator[Client]:
    """Run a worker for the workflow above, as soon as the server calls itself ready."""
    client = await Client.connect(address, namespace=NAMESPACE)
    async with Worker(
        client, task_queue=task_queue, workflows=[SleepsTenDays], activities=[does_nothing],
        workflow_runner=UnsandboxedWorkflowRunner(), build_id="test",
    ):  # fmt: skip
        yield client


async def test_a_worker_is_seen_from_when_it_asks_for_work(temporal_address: str) -> None:
    queue = f"asked-{uuid4().hex}"  # Temporal remembers for minutes who asked
    assert not await polls(temporal_address, queue, os.getpid())
    async with worker(temporal_address, queue):
        while not await polls(temporal_address, queue, os.getpid()):  # noqa: ASYNC110 - a server sets no event
            await asyncio.sleep(0.05)


async def test_a_workflow_changes_its_search_attributes_after_days_that_are_skipped(temporal_address: str) -> None:
    attributes = TypedSearchAttributes([SearchAttributePair(PRIORITY, 0)])
    async with worker(temporal_address) as client:
        skipping = TimeSkipper(client).client
        handle = await skipping.start_workflow(
            SleepsTenDays.run, id="sleeper", task_queue=QUEUE, search_attributes=attributes
        )
        await handle.result()
        assert (await handle.describe()).typed_search_attributes[PRIORITY] == 1


async def test_a_server_serves_once_it_moves_workflows(temporal_address: str) -> None:
    client = await Client.connect(temporal_address, namespace=NAMESPACE)
    assert await temporal_serves(client, QUEUE, timedelta(seconds=10))
    nowhere = await Client.connect(temporal_address, namespace="nowhere")
    assert not await temporal_serves(nowhere, QUEUE, timedelta(seconds=10))


@pytest.mark.parametrize("services", ["frontend", "frontend,history", "frontend,matching"])
async def test_a_server_of_which_parts_are_missing_serves_not_though_it_calls_itself_well(
    supervisor: Supervisor, folder: Path, services: str
) -> None:
    server = temporal(folder, in_memory=True)
    if server.program.kind is not Kind.SERVER:
        pytest.skip("the command-line tool starts all parts or none")
    client = await Client.connect(server.address, namespace=NAMESPACE, lazy=True)

    async def is_well(_: object) -> bool:
        with suppress(RPCError, RuntimeError):
            return await client.service_client.check_health()
        return False

    child = server.children()[0]
    environment = {**child.environment, "TEMPORAL_SERVICES": services}
    await supervisor.start([replace(child, environment=environment, ready=is_well)])
    assert not await temporal_serves(client, QUEUE, timedelta(seconds=10))


async def test_the_web_ui_shows_the_namespace(supervisor: Supervisor, folder: Path) -> None:
    server = temporal(folder, in_memory=True)
    await supervisor.start(server.children())
    if server.ui_url is None:
        pytest.skip("there is no Web UI on this machine")
    async with httpx.AsyncClient(timeout=60, trust_env=False) as browser:
        answer = await browser.get(f"{server.ui_url}/api/v1/namespaces/{NAMESPACE}")
    assert answer.json()["namespaceInfo"]["name"] == NAMESPACE


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
