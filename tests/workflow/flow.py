"""What a flow test says: services at a simulator, a task, and what the journal saw."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

from temporalio.client import WorkflowHandle, WorkflowHistory

from contracts.identifiers import task_workflow_id
from contracts.task import Survey, TaskTotals
from database.queries.advisory_lock import advisory_lock
from database.queries.survey import survey
from runtime.reconcile import LOCK
from runtime.resources import Resources
from stack.simulator.config import ProviderConfig, SimulatorConfig
from stack.simulator.providers import Simulator
from stack.simulator.server import running
from tests.integration.ledger.world import World

PAUSE = 0.05
PATIENCE = 60.0


def activities_in(history: WorkflowHistory) -> list[str]:
    """Name the ordinary activities that a workflow scheduled, in order."""
    return [
        event.activity_task_scheduled_event_attributes.activity_type.name
        for event in history.events
        if event.HasField("activity_task_scheduled_event_attributes")
    ]


class Flow:
    """One user, one simulator, one worker."""

    def __init__(self, resources: Resources, world: World, folder: Path) -> None:
        self.resources = resources
        self.world = world
        self.journal = folder / "journal.jsonl"
        self._cleanup = AsyncExitStack()
        self._simulator: Simulator | None = None

    async def close(self) -> None:
        await self._cleanup.aclose()

    async def service(self, interval: float = 0.2, quota: int = 1000, kind: str = "mailbox", **provider: Any) -> UUID:
        """A service whose provider behaves as said; see `ProviderConfig`."""
        if self._simulator is None:
            config = SimulatorConfig(journal=self.journal)
            self._simulator, _ = await self._cleanup.enter_async_context(running(config))
        assert self._simulator is not None
        service_id = await self.world.service(interval=interval, quota=quota, kind=kind)
        running_provider = await self._simulator.add(ProviderConfig(name=service_id.hex, **provider))
        await self.world.pool.execute(
            "UPDATE email_services SET port = $2, name = $3 WHERE id = $1",
            service_id, running_provider.port, f"provider {running_provider.port}",
        )  # fmt: skip
        return service_id

    async def allow(self, mails: int = 1000) -> None:
        """Give all services another daily quota: what waited for it goes on."""
        await self.world.pool.execute(
            "UPDATE email_service_schedule SET daily_quota = $1, day_quota = $1, changed_at = clock_timestamp()", mails
        )
        await self.resources.orders.services_changed(self.world.pool_id)

    async def login(self, service_id: UUID, username: str, password: str) -> None:
        """Give the service a login."""
        sealed = self.resources.seal.seal(password, service_id)
        await self.world.pool.execute(
            "UPDATE email_services SET username = $2, password_sealed = $3 WHERE id = $1", service_id, username, sealed
        )

    async def start(self, task_id: UUID) -> None:
        await self.resources.orders.start(await self.survey(task_id))

    @asynccontextmanager
    async def unreconciled(self) -> AsyncIterator[None]:
        """Keep the worker's own reconcile away: it starts what a test has written and is about to start otherwise."""
        async with self.world.pool.acquire() as connection:
            while True:
                async with advisory_lock(connection, LOCK) as ours:
                    if ours:
                        yield
                        return
                await asyncio.sleep(PAUSE)

    async def survey(self, task_id: UUID) -> Survey:
        async with self.world.pool.acquire() as connection:
            return await survey(connection, task_id)

    async def until(self, task_id: UUID, condition: Callable[[Survey], bool]) -> Survey:
        """Wait for a survey of which this is true."""
        async with asyncio.timeout(PATIENCE):
            while not condition(found := await self.survey(task_id)):  # noqa: ASYNC110 - a database sets no event
                await asyncio.sleep(PAUSE)
        return found

    async def until_true(self, condition: Callable[[], Awaitable[bool]]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not await condition():  # noqa: ASYNC110 - the same
                await asyncio.sleep(PAUSE)

    async def totals(self, task_id: UUID) -> TaskTotals:
        """Wait for the end of the task's workflow."""
        async with asyncio.timeout(PATIENCE):
            return await self.handle(task_id).result()

    def handle(self, task_id: UUID) -> "WorkflowHandle[Any, TaskTotals]":
        """The task's workflow."""
        client = self.resources.temporal_client
        return client.get_workflow_handle(task_workflow_id(task_id), result_type=TaskTotals)

    def journaled(self, event: str = "mail") -> list[dict[str, Any]]:
        """What the providers saw."""
        lines = self.journal.read_text().splitlines() if self.journal.exists() else []
        return [entry for line in lines if (entry := json.loads(line))["event"] == event]

    def taken(self) -> list[str]:
        """Recipients of the mails that providers took, answered or not."""
        return sorted(
            entry["recipients"][0] for entry in self.journaled() if entry["code"] is None or entry["code"] < 300
        )
