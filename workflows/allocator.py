"""One pool's allocator: reads what changed, plans the next two seconds, publishes; and sleeps while nobody waits."""

import asyncio
from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from temporalio import workflow

from contracts import identifiers
from contracts.allocator import AllocatorRun, Exchange, News
from scheduling import pins
from scheduling.allocator import TICK, Plan, plan
from scheduling.allocator_state import absorb, without_rows
from workflows.options import EXCHANGE, told

with workflow.unsafe.imports_passed_through():
    from activities.allocator import AllocatorActivities

STALE = timedelta(milliseconds=1500)
"""A reading older than this is renewed before a plan is made."""
LOOK_EVERY = timedelta(seconds=15)
"""While mails wait, changes of services are looked for at least this often, though nobody said so."""
READ_WHOLE_EVERY = timedelta(minutes=1)


@workflow.defn(name=identifiers.ALLOCATOR_WORKFLOW)
class ServiceAllocatorWorkflow:
    """`allocator-{pool}`. Decides by a pure function; its state is bounded by services and waiting tasks."""

    @workflow.init
    def __init__(self, run: AllocatorRun) -> None:
        self._run = run
        self._woken = asyncio.Event()
        self._services_changed = False
        """A person changed the pool's services since the newest reading began."""
        self._looked_at: datetime | None = None
        """When the newest reading was made, by the workflow's clock."""

    @workflow.run
    async def run(self, run: AllocatorRun) -> None:
        """Tick for ever."""
        while True:
            self._woken.clear()
            if self._must_read():
                await self._exchange(None)
            began = workflow.now()
            decision = plan(self._run.state, self._guard_now())
            self._run.state = decision.state
            if decision.grants or decision.waits:
                await self._exchange(decision)
            if workflow.info().is_continue_as_new_suggested():
                # Before the rest, so that reading everything again falls into it and no permit comes late for it.
                self._run.state, self._run.read_whole_at = without_rows(self._run.state), None
                workflow.continue_as_new(self._run)
            await self._sleep(began, decision.wake_at)

    def _must_read(self) -> bool:
        """Whether there is news, or the newest reading is too old to plan by."""
        news = self._services_changed or self._run.named
        return bool(news) or self._looked_at is None or workflow.now() - self._looked_at > STALE

    async def _exchange(self, decision: Plan | None) -> None:
        """Publish a plan and, a tick after grants, read what changed; everything, once a minute."""
        self._services_changed = False
        named = tuple(self._run.named)
        self._run.named.clear()
        now = workflow.now()
        whole = self._run.read_whole_at is None or now - self._run.read_whole_at >= READ_WHOLE_EVERY
        grants = decision.grants if decision else ()
        order = Exchange(
            pool_id=self._run.pool_id,
            grants=grants,
            waits=decision.waits if decision else (),
            choices=decision.choices if decision else None,
            since=None if whole else self._run.read_at,
            named=named,
            lasts=TICK if grants else timedelta(0),
        )
        news: News = await workflow.execute_activity_method(
            AllocatorActivities.exchange, order, **told(EXCHANGE, _summary(order))
        )
        self._run.read_at = news.read_at
        self._run.read_whole_at = now if whole else self._run.read_whole_at
        self._looked_at = workflow.now()
        self._run.guard_ahead_seconds = (news.now - self._looked_at).total_seconds()
        self._run.state = absorb(self._run.state, pins.unpack(news.changes, news.pinned), news.now)
        # Who woke us during the rest was read after it.
        self._run.named = [task_id for task_id in self._run.named if task_id not in self._run.state.demands]

    async def _sleep(self, began: datetime, wake_at: datetime | None) -> None:
        """Until the next useful moment, or a signal; a tick at least."""
        waiting = any(demand.ready for demand in self._run.state.demands.values())
        if not waiting:
            workflow.set_current_details("No task waits: asleep until one does.")
            await self._woken.wait()
        else:
            workflow.set_current_details(f"{len(self._run.state.demands)} tasks wait for permits.")
            until = began + LOOK_EVERY
            if wake_at is not None:
                until = min(until, wake_at - timedelta(seconds=self._run.guard_ahead_seconds))
            await self._pause((until - workflow.now()).total_seconds())
        rest = (began + TICK - workflow.now()).total_seconds()
        if rest > 0:
            await workflow.sleep(rest, summary="until the next tick")

    async def _pause(self, seconds: float) -> None:
        if seconds > 0:
            with suppress(TimeoutError):
                summary = "until a service is free, or changes"
                await workflow.wait_condition(self._woken.is_set, timeout=seconds, timeout_summary=summary)

    def _guard_now(self) -> datetime:
        """The guard's clock, carried forward from the last reading by the workflow's own."""
        return workflow.now() + timedelta(seconds=self._run.guard_ahead_seconds)

    @workflow.signal
    def demands_changed(self, task_ids: list[UUID]) -> None:
        """Note that these tasks have mails ready."""
        self._run.named.extend(task_id for task_id in task_ids if task_id not in self._run.named)
        self._woken.set()

    @workflow.signal
    def services_changed(self) -> None:
        """Note that a person changed the pool's services: what waits may go now."""
        self._services_changed = True
        self._woken.set()


def _summary(order: Exchange) -> str:
    if not order.grants:
        return "read what changed"
    mails = sum(grant.count for grant in order.grants)
    return f"grant {mails} permits to {len(order.grants)} tasks"
