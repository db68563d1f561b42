"""With Temporal up, orders reach workflows; a workflow that is not there is no error for the person."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus, WorkflowHandle

import api.operations.temporal
import worker
from contracts.identifiers import campaign_workflow_id, task_workflow_id
from runtime.resources import Resources, open_resources
from runtime.settings import Settings
from stack.simulator.config import ProviderConfig, SimulatorConfig
from stack.simulator.providers import Simulator
from stack.simulator.server import running
from tests.integration.api import orders
from tests.integration.api.asker import Asker
from tests.integration.api.conftest import with_temporal
from tests.integration.api.sending import CONTENT

PATIENCE = 60.0
PAUSE = 0.1
ONCE = {"Idempotency-Key": "to-eva-once"}
TO_EVA = {"name": "To Eva", "recipients": [{"email": "eva@example.org"}], "content": CONTENT}


@pytest.fixture
def settings(settings: Settings, temporal_address: str) -> Settings:
    """Settings of a process whose Temporal is up."""
    return with_temporal(settings, temporal_address)


@pytest.fixture(autouse=True)
def told(monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer waits until Temporal knows, however busy the machine is."""
    monkeypatch.setattr(api.operations.temporal, "PATIENCE", PATIENCE)


@pytest.fixture
async def simulator(tmp_path: Path) -> AsyncIterator[Simulator]:
    """A provider that takes everything."""
    config = SimulatorConfig(journal=tmp_path / "journal", providers=(ProviderConfig(name="open"),))
    async with running(config) as (simulator, _):
        yield simulator


@pytest.fixture
async def working(settings: Settings, temporal_address: str) -> AsyncIterator[None]:
    """A worker."""
    stop = asyncio.Event()
    async with open_resources(settings, stop) as resources:
        serving = asyncio.create_task(worker.run(resources, stop))
        yield
        stop.set()
        await serving


def handle(resources: Resources, task: dict[str, Any]) -> WorkflowHandle[Any, Any]:
    return resources.temporal_client.get_workflow_handle(task_workflow_id(task["id"]))


async def until(asker: Asker, path: str, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Ask until this is true of the answer."""
    answer: dict[str, Any] = {}
    async with asyncio.timeout(PATIENCE):
        while not condition(answer := (await asker.get(path)).json()):  # noqa: ASYNC110 - a server far away
            await asyncio.sleep(PAUSE)
    return answer


async def test_a_task_that_is_written_has_its_workflow(ann: Asker, resources: Resources) -> None:
    await ann.made("/api/services", orders.service())
    task = await ann.made("/api/tasks", TO_EVA)
    described = await handle(resources, task).describe()
    assert described.status == WorkflowExecutionStatus.RUNNING


async def test_a_campaign_that_is_written_has_its_workflow(ann: Asker, resources: Resources) -> None:
    await ann.made("/api/services", orders.service())
    listed = await ann.made("/api/contact-lists", {"name": "People"})
    await ann.made(f"/api/contact-lists/{listed['id']}/contacts", orders.contacts(1))
    order = {"name": "Spring", "contactListId": listed["id"], "rounds": [{"content": CONTENT}]}
    campaign = await ann.made("/api/campaigns", order)
    workflow_id = campaign_workflow_id(campaign["id"])
    described = await resources.temporal_client.get_workflow_handle(workflow_id).describe()
    assert described.status == WorkflowExecutionStatus.RUNNING
    assert await described.static_summary() == "Campaign: Spring"


async def test_a_repeated_order_leaves_the_workflow_alone(ann: Asker, resources: Resources) -> None:
    await ann.made("/api/services", orders.service())
    task = (await ann.post("/api/tasks", TO_EVA, headers=ONCE)).json()
    first = await handle(resources, task).describe()
    assert (await ann.post("/api/tasks", TO_EVA, headers=ONCE)).json() == task
    again = await handle(resources, task).describe()
    assert (again.run_id, again.status) == (first.run_id, WorkflowExecutionStatus.RUNNING)


@pytest.mark.parametrize(
    ("order", "status"),
    [("pause", WorkflowExecutionStatus.RUNNING), ("cancel", WorkflowExecutionStatus.TERMINATED)],
)
async def test_a_repeated_order_starts_a_workflow_that_is_gone_unless_the_task_is_final(
    ann: Asker, resources: Resources, order: str, status: WorkflowExecutionStatus
) -> None:
    await ann.made("/api/services", orders.service())
    task = (await ann.post("/api/tasks", TO_EVA, headers=ONCE)).json()
    await handle(resources, task).terminate("as if it had never been started")
    await ann.post(f"/api/tasks/{task['id']}/{order}")
    assert (await ann.post("/api/tasks", TO_EVA, headers=ONCE)).json() == task
    assert (await handle(resources, task).describe()).status == status


async def test_a_workflow_that_is_gone_is_no_error_for_the_person(ann: Asker, resources: Resources) -> None:
    await ann.made("/api/services", orders.service())
    task = await ann.made("/api/tasks", TO_EVA)
    await handle(resources, task).terminate("as the Web UI would")
    for order, status in (("pause", "paused"), ("resume", "sending"), ("cancel", "cancelled")):
        answer = await ann.post(f"/api/tasks/{task['id']}/{order}")
        assert (answer.status_code, answer.json()["status"]) == (200, status)


async def test_without_a_worker_orders_are_written_all_the_same(ann: Asker) -> None:
    await ann.made("/api/services", orders.service())
    task = await ann.made("/api/tasks", TO_EVA)
    answer = await ann.post(f"/api/tasks/{task['id']}/pause")
    assert (answer.status_code, answer.json()["status"]) == (200, "paused")


@pytest.mark.usefixtures("working")
async def test_with_temporal_and_a_worker_it_is_healthy(admin: Asker) -> None:
    health = await until(admin, "/api/system/health", lambda answer: answer["status"] == "healthy")
    assert (health["workers"]["live"], health["problems"]) == (1, [])


@pytest.mark.usefixtures("working")
async def test_an_order_becomes_a_mail(ann: Asker, simulator: Simulator) -> None:
    port = simulator.providers["open"].port
    await ann.made(
        "/api/services", orders.service(host="127.0.0.1", port=port, security="none", username=None, password=None)
    )
    task = await ann.made("/api/tasks", TO_EVA)
    path = f"/api/tasks/{task['id']}"
    ended = await until(ann, path, lambda answer: answer["status"] == "completed")
    assert ended["byStatus"]["sent"] == 1
    history = (await ann.get(f"{path}/subtasks/1")).json()
    assert [each["outcome"] for each in history["deliveries"]] == ["sent"]


@pytest.mark.usefixtures("working")
async def test_people_pause_resume_and_cancel_a_running_task(ann: Asker, resources: Resources) -> None:
    await ann.made("/api/services", orders.service(host="127.0.0.1", port=1, security="none"))
    task = await ann.made("/api/tasks", TO_EVA)
    path = f"/api/tasks/{task['id']}"
    before = {"preparing", "workers_missing"}
    await until(
        ann, f"{path}/realtime-status", lambda answer: not before & {each["reason"] for each in answer["waiting"]}
    )
    assert (await ann.post(f"{path}/pause")).json()["status"] == "paused"
    assert (await ann.patch(path, {"priority": 1})).json()["priority"] == 1
    assert (await ann.post(f"{path}/resume")).json()["status"] == "sending"
    assert (await ann.post(f"{path}/cancel")).json()["status"] == "cancelled"
    ended = await until(ann, path, lambda answer: answer["completedAt"] is not None)
    assert ended["byStatus"]["cancelled"] == 1
    async with asyncio.timeout(PATIENCE):
        assert (await handle(resources, task).result())["status"] == "cancelled"


@pytest.mark.usefixtures("working")
async def test_a_service_that_cannot_be_reached_is_named_among_the_reasons(ann: Asker) -> None:
    await ann.made("/api/services", orders.service(name="dead", host="127.0.0.1", port=1, security="none"))
    task = await ann.made("/api/tasks", TO_EVA)
    path = f"/api/tasks/{task['id']}/realtime-status"
    reason = "service_rested"
    status = await until(ann, path, lambda answer: reason in [wait["reason"] for wait in answer["waiting"]])
    (wait,) = (wait for wait in status["waiting"] if wait["reason"] == reason)
    assert wait["services"] == ["dead"]
    (service,) = (await ann.get("/api/services")).json()["data"]
    assert service["restReason"]
