"""Two weeks in a minute: the guard's clock and the clocks of the campaign's workflows are moved on together."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from database.connect import create_engine, transaction
from database.queries.system import set_guard_clock
from stack.temporal_settings import Setting

SETTINGS: dict[str, Setting] = {"frontend.WorkflowTimeSkippingEnabled": True}
"""What Temporal's server needs to let a workflow's time pass."""
LEDGER_CHANGED = "ledger_changed"
"""Signal of tasks and campaigns alike."""
PATIENCE = 0.5
"""Seconds for a workflow's timers to ring."""


class Calendar:
    """What day it is for the ledger and for workflows; activities and processes keep the real one."""

    def __init__(self, database_url: str, client: Client) -> None:
        self._database_url = database_url
        self._skipper = TimeSkipper(client)
        self._client = client
        self.ahead = timedelta(0)

    @property
    def now(self) -> datetime:
        """The guard's time."""
        return datetime.now(UTC) + self.ahead

    async def let_pass(self, span: timedelta, workflow_ids: Iterable[str]) -> None:
        """Move the guard's clock first, so that a timer that rings finds the ledger's day come."""
        self.ahead += span
        engine = create_engine(self._database_url, size=2)
        try:
            async with transaction(engine) as connection:
                await set_guard_clock(connection, self.ahead)
        finally:
            await engine.dispose()
        await asyncio.gather(*(self._skip(workflow_id, span) for workflow_id in workflow_ids))

    async def _skip(self, workflow_id: str, span: timedelta) -> None:
        """Let a workflow's timers ring, then tell it to look at the ledger's new day; one that has ended needs none.

        The server lets no time pass for a workflow that has no timer, or that waits for an activity or a child.
        """
        handle = self._client.get_workflow_handle(workflow_id)
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE), _ended_or_not():
                await self._skipper.fast_forward(handle, span)
        async with _ended_or_not():
            await handle.signal(LEDGER_CHANGED)


@asynccontextmanager
async def _ended_or_not() -> AsyncIterator[None]:
    """Forgive that a workflow has ended meanwhile."""
    try:
        yield
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
