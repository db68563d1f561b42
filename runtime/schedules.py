"""Temporal Schedules of an installation: created where they are missing, changed where the code says otherwise."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError

from runtime.resources import Resources
from workflows.metric import MeasureWorkflow, UpkeepWorkflow

log = logging.getLogger(__name__)

AGAIN = 600.0
"""Seconds between two looks whether they are there."""
SOON = 10.0
"""The same while Temporal is away."""
PERIODIC = (
    ("measure", MeasureWorkflow.run, timedelta(minutes=1), "Notes the figures of each minute."),
    ("upkeep", UpkeepWorkflow.run, timedelta(hours=1), "Makes next month's partitions, forgets what is too old."),
)


async def keep_schedules(resources: Resources) -> None:
    """See to it that they are there, for as long as the process runs; someone may delete them, or all of Temporal."""
    while True:
        try:
            await ensure_schedules(resources.temporal_client, resources.settings.temporal.task_queue)
        except (RPCError, RuntimeError) as error:
            log.warning("schedules are not looked after, trying again: %s", error)
            await asyncio.sleep(SOON)
        else:
            await asyncio.sleep(AGAIN)


async def ensure_schedules(client: Client, task_queue: str) -> None:
    """Create or change them. Safe to repeat, and from several processes at once."""
    for name, run, every, meaning in PERIODIC:
        schedule_id = f"{task_queue}-{name}"
        wanted = _schedule(run, f"{task_queue}-{name}", task_queue, every, meaning)
        try:
            await client.create_schedule(schedule_id, wanted)
        except ScheduleAlreadyRunningError:
            await client.get_schedule_handle(schedule_id).update(_changed_to(wanted))


def _schedule(run: Any, workflow_id: str, task_queue: str, every: timedelta, meaning: str) -> Schedule:
    """One at a time; what was missed while Temporal or the workers were away is left out."""
    return Schedule(
        action=ScheduleActionStartWorkflow(
            run, id=workflow_id, task_queue=task_queue, static_summary=meaning, execution_timeout=every * 10
        ),
        spec=ScheduleSpec(intervals=[ScheduleIntervalSpec(every=every)]),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=timedelta(seconds=30)),
    )


def _changed_to(wanted: Schedule) -> Any:
    """What `update` asks for; a schedule that a person paused stays so."""

    def change(found: ScheduleUpdateInput) -> ScheduleUpdate | None:
        before = found.description.schedule
        if before.spec.intervals == wanted.spec.intervals and before.policy == wanted.policy:
            return None
        wanted.state = before.state
        return ScheduleUpdate(schedule=wanted)

    return change
