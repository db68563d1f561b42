"""Schedules are there, once each, and what they start measures and keeps the tables in order."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from temporalio.client import ScheduleHandle, WorkflowHandle
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from activities.metric import MetricActivities
from runtime.resources import Resources
from runtime.schedules import PERIODIC, ensure_schedules
from tests.workflow.conftest import Replays
from tests.workflow.flow import PATIENCE
from workflows.metric import MeasureWorkflow, UpkeepWorkflow


@pytest.fixture
async def schedules(resources: Resources) -> AsyncIterator[dict[str, ScheduleHandle]]:
    """Those of an installation of its own, on a queue that a worker serves; gone after the test."""
    client, queue = resources.temporal_client, f"installation-{uuid4().hex}"
    activities = MetricActivities(resources.ledger_pool)
    async with Worker(
        client, task_queue=queue, workflows=[MeasureWorkflow, UpkeepWorkflow],
        activities=[activities.measure, activities.upkeep], workflow_runner=UnsandboxedWorkflowRunner(),
        build_id="test",
    ):  # fmt: skip
        await ensure_schedules(client, queue)
        handles = {name: client.get_schedule_handle(f"{queue}-{name}") for name, *_ in PERIODIC}
        yield handles
        for handle in handles.values():
            await handle.delete()


async def started(resources: Resources, schedule: ScheduleHandle) -> WorkflowHandle[Any, Any]:
    """Have it start now; the workflow, ended."""
    await schedule.trigger()
    async with asyncio.timeout(PATIENCE):
        while not (actions := (await schedule.describe()).info.recent_actions):  # noqa: ASYNC110 - it sets no event
            await asyncio.sleep(0.05)
    run = actions[-1].action
    handle = resources.temporal_client.get_workflow_handle(run.workflow_id, run_id=run.first_execution_run_id)  # type: ignore[attr-defined]  # it starts workflows only
    async with asyncio.timeout(PATIENCE):
        await handle.result()
    return handle


@pytest.mark.parametrize(
    ("name", "looked_for"),
    [("measure", "system_performance_metrics WHERE metric_name = 'queue_throughput'"), ("upkeep", "pg_class")],
)
async def test_what_a_schedule_starts_does_its_work_and_replays(
    resources: Resources, schedules: dict[str, ScheduleHandle], replays: Replays, name: str, looked_for: str
) -> None:
    handle = await started(resources, schedules[name])
    assert await resources.ledger_pool.fetchval(f"SELECT count(*) FROM {looked_for}")
    await replays(name, handle.id, handle.run_id)


async def test_schedules_that_are_there_are_left_alone_and_a_lost_one_is_made_again(
    resources: Resources, schedules: dict[str, ScheduleHandle]
) -> None:
    await schedules["measure"].pause(note="a person says so")
    await schedules["upkeep"].delete()
    queue = schedules["measure"].id.removesuffix("-measure")

    for _ in range(2):
        await ensure_schedules(resources.temporal_client, queue)

    assert (await schedules["measure"].describe()).schedule.state.paused
    intervals = {
        name: (await schedules[name].describe()).schedule.spec.intervals[0].every for name in ("measure", "upkeep")
    }
    assert intervals == {name: every for name, _, every, _ in PERIODIC}


async def test_a_schedule_of_another_version_is_changed(
    resources: Resources, schedules: dict[str, ScheduleHandle], monkeypatch: pytest.MonkeyPatch
) -> None:
    from runtime import schedules as module

    seldom = tuple((name, run, every * 2, meaning) for name, run, every, meaning in PERIODIC)
    monkeypatch.setattr(module, "PERIODIC", seldom)
    await ensure_schedules(resources.temporal_client, schedules["measure"].id.removesuffix("-measure"))
    changed = (await schedules["measure"].describe()).schedule.spec.intervals[0].every
    assert changed == PERIODIC[0][2] * 2
