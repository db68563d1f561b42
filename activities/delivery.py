"""Deliveries: permits in, mails out, a survey back."""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from uuid import UUID

import asyncpg
from temporalio import activity

from activities.attempt import Attempt, Means, Result
from activities.heartbeat import heartbeating
from contracts.delivery import BatchOutcome, DeliverBatch
from contracts.task import Survey
from database.errors import UNREACHABLE
from database.queries.survey import TaskGoneError, survey
from scheduling.permit import Permit

log = logging.getLogger(__name__)

RENEW_EVERY = 3.0
"""Well below the shortest reservation time-out, 10 s; a changed setting is taken up within five."""


class DeliveryActivities:
    """Uses permits. `ledger_changed` tells a task's workflow that a late answer was recorded."""

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        means: Means,
        ledger_changed: Callable[[UUID], Awaitable[None]],
    ) -> None:
        self._pool = pool
        self._means = means
        self._ledger_changed = ledger_changed
        self._attempts: dict[asyncio.Task[None], Attempt] = {}
        self._draining = False

    @activity.defn(name="delivery.deliver")
    async def deliver(self, batch: DeliverBatch) -> BatchOutcome:
        """Send at most one mail per permit. Run again with the same permits, it sends nothing twice."""
        attempts = [self._begin(permit, batch.task_id) for run in batch.runs for permit in run.permits()]
        try:
            async with heartbeating():
                results = await asyncio.gather(*(asyncio.shield(attempt.settled) for attempt in attempts))
        except asyncio.CancelledError:
            for attempt in attempts:
                attempt.lapse()
            raise
        return summary(results, await self._survey(batch.task_id))

    def _begin(self, permit: Permit, task_id: UUID) -> Attempt:
        attempt = Attempt(permit, task_id, self._means)
        if self._draining:
            attempt.lapse()
        task = asyncio.create_task(self._run(attempt))
        self._attempts[task] = attempt
        task.add_done_callback(self._attempts.pop)
        return attempt

    async def _run(self, attempt: Attempt) -> None:
        """Run to the end, in this process, whatever becomes of the activity."""
        result = await attempt.run()
        if attempt.settled.result() is not result:
            await self._ledger_changed(attempt.task_id)

    async def _survey(self, task_id: UUID) -> Survey | None:
        """None where it cannot be read: the workflow then asks for itself."""
        try:
            async with self._pool.acquire() as connection:
                return await survey(connection, task_id)
        except (TaskGoneError, *UNREACHABLE):
            return None

    async def keep(self) -> None:
        """Renew what this process holds, and re-read settings and clock, for as long as the process runs."""
        while True:
            try:
                under_way = [attempt.permit.id for attempt in self._attempts.values() if attempt.transmitting]
                await self._means.ledger.renew(under_way, self._means.connections.held)
                await self._means.ledger.refresh()
            except UNREACHABLE as error:
                log.warning("ledger unreachable, nothing is renewed: %s", error)
            except Exception:  # an outermost loop: without it, all that this process holds would be lost unnoticed
                log.exception("nothing is renewed, trying again")
            await asyncio.sleep(RENEW_EVERY)

    def drain(self) -> None:
        """Let waiting permits lapse, now and from now on; dialogues go on."""
        self._draining = True
        for attempt in self._attempts.values():
            attempt.lapse()

    async def finish(self, seconds: float) -> None:
        """Give dialogues under way this long to end and to be recorded."""
        if self._attempts:
            await asyncio.wait(list(self._attempts), timeout=seconds)
        await self._means.connections.close()


def summary(results: list[Result], found: Survey | None) -> BatchOutcome:
    """Counts of a batch."""
    words = Counter(result.word for result in results)
    lapsed = Counter(result.reason or "lapsed" for result in results if result.word == "lapsed")
    names = ("sent", "failed", "unknown", "returned", "waiting")
    return BatchOutcome(**{name: words[name] for name in names}, lapsed=dict(lapsed), survey=found)
