"""A changed setting reaches processes and running workflows while they run."""

import asyncio
import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from temporalio import activity, workflow
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

import runtime.presence
from database.queries import health
from runtime.presence import keep_present
from runtime.resources import Resources
from runtime.slots import Slots
from tests.workflow.flow import PATIENCE, Flow

LONG = timedelta(minutes=1)
SET = "UPDATE system_config SET value = $2 WHERE key = $1"


class Holding:
    """Activities that stay until they are let go, and how many do."""

    def __init__(self) -> None:
        self.held = 0
        self.changed = asyncio.Event()
        self.let_go = asyncio.Event()

    @activity.defn(name="holding.hold")
    async def hold(self) -> None:
        """Stay."""
        self.held += 1
        self.changed.set()
        await self.let_go.wait()

    async def until(self, count: int) -> None:
        """Wait until so many are held."""
        async with asyncio.timeout(PATIENCE):
            while self.held < count:
                self.changed.clear()
                await self.changed.wait()


@workflow.defn
class Holder:
    """Runs five of them at once."""

    @workflow.run
    async def run(self) -> None:
        """Wait for all."""
        await asyncio.gather(
            *(workflow.execute_activity("holding.hold", start_to_close_timeout=LONG) for _ in range(5))
        )


async def test_a_worker_takes_as_many_activities_as_it_may_now(resources: Resources) -> None:
    queue, client, slots, holding = f"holder-{uuid4().hex}", resources.temporal_client, Slots(2), Holding()
    runner = UnsandboxedWorkflowRunner()
    async with Worker(
        client, task_queue=queue, workflows=[Holder], activities=[holding.hold], workflow_runner=runner,
        tuner=slots.tuner(), build_id="test",
    ):  # fmt: skip
        handle = await client.start_workflow(Holder.run, id=queue, task_queue=queue)
        await holding.until(2)
        assert slots.try_reserve_slot(None) is None  # type: ignore[arg-type]  # it is not looked at
        slots.resize(4)
        await holding.until(4)
        assert slots.try_reserve_slot(None) is None  # type: ignore[arg-type]
        holding.let_go.set()
        await handle.result()
    assert holding.held == 5


async def test_a_worker_takes_up_a_changed_setting_and_says_that_it_lives(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime.presence, "EVERY", 0.02)
    slots = Slots(500)
    present = asyncio.create_task(keep_present(resources, "host:1:aa", slots))
    async with asyncio.timeout(PATIENCE), resources.ledger_pool.acquire() as connection:
        while (await health.workers(connection))["live"] != 1:  # noqa: ASYNC110 - a database sets no event
            await asyncio.sleep(0.02)
        await connection.execute(SET, "queue.central_batch_size", "80")
        while slots.most != 800:  # noqa: ASYNC110 - the same
            await asyncio.sleep(0.02)
        present.cancel()
        await asyncio.gather(present, return_exceptions=True)
        assert (await health.workers(connection))["live"] == 0


async def test_a_running_task_that_is_told_surveys_with_the_changed_setting(flow: Flow) -> None:
    task = await flow.world.task(mails=1)
    await flow.start(task)
    await flow.until_true(lambda: surveyed_with(flow, task, 50))
    await flow.resources.ledger_pool.execute(SET, "queue.fanout_width", "7")

    await flow.resources.orders.survey_anew(task)

    await flow.until_true(lambda: surveyed_with(flow, task, 7))


async def surveyed_with(flow: Flow, task_id: UUID, width: int) -> bool:
    """Whether the workflow's newest survey, a marker of its history, says so."""
    history = await flow.handle(task_id).fetch_history()
    markers = [event.marker_recorded_event_attributes.details for event in history.events]
    told = [payload.data for details in markers if "result" in details for payload in details["result"].payloads]
    surveys = [json.loads(data) for data in told if b"fanout_width" in data]
    return bool(surveys) and surveys[-1]["fanout_width"] == width
