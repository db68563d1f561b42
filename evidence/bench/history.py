"""What Temporal's history tells: how many mails an activity was given, and how often a workflow began anew."""

from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from contracts.delivery import DeliverBatch
from contracts.identifiers import task_workflow_id
from evidence.processes import Usage

DELIVER = "delivery.deliver"


@dataclass(slots=True)
class Fanout:
    """How a task's permits were handed out."""

    runs: int = 0
    """Histories one after the other: one more than continue-as-new happened."""
    events: int = 0
    sizes: Counter[int] = field(default_factory=Counter)
    """How many activities had so many permits."""

    @property
    def activities(self) -> int:
        """Delivery activities."""
        return self.sizes.total()

    @property
    def alone_share(self) -> float | None:
        """The share of the permits that had an activity to themselves."""
        return round(self.sizes[1] / self.permits, 4) if self.permits else None

    @property
    def permits(self) -> int:
        """Permits in all of them."""
        return sum(size * count for size, count in self.sizes.items())


async def fanout(address: str, task_id: UUID, usage: Usage) -> Fanout:
    """Read all histories of a task's workflow, the newest first; of the activities, those of a measurement."""
    client = await Client.connect(address, data_converter=pydantic_data_converter)
    found, run_id = Fanout(), None
    while True:
        found.runs += 1
        before = ""
        async for event in _events(client, task_workflow_id(task_id), run_id):
            found.events += 1
            before = before or event.workflow_execution_started_event_attributes.continued_execution_run_id
            await _note(found, event, usage)
        if not before:
            return found
        run_id = before


async def runs(address: str, workflow_id: str) -> int:
    """Count the histories of a workflow by its newest one's chain."""
    client = await Client.connect(address)
    count, run_id = 0, None
    while True:
        count += 1
        async for event in _events(client, workflow_id, run_id):
            run_id = event.workflow_execution_started_event_attributes.continued_execution_run_id
            break
        if not run_id:
            return count


def _events(client: Client, workflow_id: str, run_id: str | None) -> AsyncIterator[HistoryEvent]:
    return client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history_events()


async def _note(found: Fanout, event: HistoryEvent, usage: Usage) -> None:
    scheduled = event.activity_task_scheduled_event_attributes
    measured = usage.begun_at <= event.event_time.ToNanoseconds() < usage.ended_at
    if measured and scheduled.activity_type.name == DELIVER:
        [batch] = await pydantic_data_converter.decode(scheduled.input.payloads, [DeliverBatch])
        found.sizes[sum(run.count for run in batch.runs)] += 1
