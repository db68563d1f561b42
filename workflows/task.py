"""One mailing from its first survey to its last mail: grants in, deliveries out, timers for what must wait."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from temporalio import workflow

from contracts import identifiers
from contracts.allocator import WakeAllocator
from contracts.delivery import BatchOutcome, DeliverBatch
from contracts.task import ChangePriority, ChangeTaskPriority, Steering, Survey, TaskState, TaskTotals
from scheduling.permit import Grant, PermitRun, fan_out
from workflows.options import DELIVERY, LONG_LEDGER, told
from workflows.steering import Steered, show
from workflows.steps import at_once
from workflows.task_story import deliver_summary, details

with workflow.unsafe.imports_passed_through():
    from activities.allocator import AllocatorActivities
    from activities.delivery import DeliveryActivities
    from activities.task import TaskActivities

SURVEY_EVERY = timedelta(minutes=10)
"""However quiet a sending task is, it looks at the ledger this often."""
SURVEY_IDLE_EVERY = timedelta(hours=6)
"""The same for a task that is paused or not begun: people change it, and reconcile says so if they could not."""
LAST_MOMENTS = timedelta(seconds=3)
"""Given to running activities before continue-as-new; what runs longer records itself.

A little more than a tick's horizon: an activity that ends in the very moment has the server refuse the new history
(`UNHANDLED_COMMAND`), and to try again the worker replays the old one, which took it three seconds of a busy relay.
"""
SHORTEST_PAUSE = timedelta(milliseconds=10)
GRANTS_REMEMBERED = 200

Move = Callable[..., Coroutine[Any, Any, Survey]]
"""An activity that changes the ledger and answers with a survey."""
LONG_MOVES = (TaskActivities.prepare, TaskActivities.cancel)
"""Those that may touch a million mails."""
STEERING: Final[dict[Steering, Move]] = {
    "pause": TaskActivities.pause,
    "resume": TaskActivities.resume,
    "cancel": TaskActivities.cancel,
}


@workflow.defn(name=identifiers.TASK_WORKFLOW)
class TaskWorkflow(Steered):
    """`task-{id}`. Knows its mails only as numbers that surveys of the ledger bring."""

    @workflow.init
    def __init__(self, state: TaskState) -> None:
        self._state = state
        self._survey: Survey | None = None
        self._surveyed_at = workflow.now()
        self._orders: list[tuple[Move, object]] = []
        self._running: set[asyncio.Task[None]] = set()
        self._stale = True
        """The ledger is known to have changed since the newest survey."""
        self._allocator_told = False
        """The allocator knows that mails are ready, and nothing happened since."""
        self._news = asyncio.Event()
        self._alarm: asyncio.Task[None] | None = None
        self._alarm_at = workflow.now()

    @workflow.run
    async def run(self, state: TaskState) -> TaskTotals:
        """Prepare, then serve what surveys and signals bring, until no mail is open."""
        if state.begin:
            await self._begin()
        while True:
            self._news.clear()
            survey = await self._look()
            if survey.ended:
                show(survey, details(survey))
                return totals(survey)
            if workflow.info().is_continue_as_new_suggested():
                await self._continue_as_new()
            if await self._advance(survey):
                continue
            await self._wait(survey)

    async def _begin(self) -> None:
        """Prepare and wake the allocator in one step: a small task's first mail should not wait for three."""
        self._state.begin = self._stale = False
        await self._step(TaskActivities.begin, self._id)
        self._allocator_told = self._survey is not None and self._survey.prepared

    async def _look(self) -> Survey:
        """Carry out people's orders, and have a survey that is no older than what is known to have happened."""
        while self._orders:
            await self._step(*self._orders.pop(0))
            self._allocator_told = False
        overdue = workflow.now() >= self._survey_due
        if self._stale or self._survey is None or overdue:
            self._stale = False
            await self._step(TaskActivities.survey, self._id)
            self._allocator_told = self._allocator_told and not overdue
        assert self._survey is not None
        return self._survey

    async def _advance(self, survey: Survey) -> bool:
        """Take the one step that is due; False where there is nothing to do but wait."""
        cancelled = survey.status == "cancelled"
        if cancelled and survey.ready + survey.retrying:
            return await self._step(TaskActivities.cancel, self._id)
        if survey.open == 0 and not self._running and (survey.prepared or cancelled):
            return await self._step(TaskActivities.close, self._id)
        if survey.status == "paused":
            self._state.grants.clear()
        elif not survey.prepared and not cancelled and self._may_start(survey):
            return await self._step(TaskActivities.prepare, self._id)
        elif survey.status == "sending" and survey.prepared:
            await self._send(survey)
        return False

    def _may_start(self, survey: Survey) -> bool:
        return survey.start_at is None or survey.start_at <= workflow.now()

    async def _send(self, survey: Survey) -> None:
        """Fan out what was granted, release due retries, and see to it that the allocator knows of the rest."""
        for grant in self._state.grants:
            for runs in fan_out(grant, survey.fanout_width, survey.batch_size):
                self._spawn(self._deliver(runs))
        self._state.grants.clear()
        if survey.retrying and survey.next_retry_at is not None and survey.next_retry_at <= survey.as_of + self._age:
            await self._step(TaskActivities.release_retries, self._id)
            survey = self._survey or survey
            self._allocator_told = False
        if survey.ready and not self._running and not self._allocator_told:
            self._allocator_told = True
            order = WakeAllocator(pool_id=survey.pool_id, task_id=self._id)
            await at_once(AllocatorActivities.wake, order)

    async def _deliver(self, runs: tuple[PermitRun, ...]) -> None:
        """Use permits in one activity; its result is only a survey, for the ledger holds what became of the mails."""
        outcome: BatchOutcome = await workflow.execute_activity_method(
            DeliveryActivities.deliver,
            DeliverBatch(task_id=self._id, runs=runs),
            **told(DELIVERY, deliver_summary(runs)),
        )
        if outcome.survey is None:
            self._stale = True
        else:
            self._note(outcome.survey)
        if outcome.sent + outcome.failed < sum(run.count for run in runs):
            self._allocator_told = False  # what came back may find it asleep: it saw none ready; else it knows

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)

        def ended(done: asyncio.Task[None]) -> None:
            self._running.discard(done)
            self._stale = self._stale or done.cancelled() or done.exception() is not None
            self._news.set()

        task.add_done_callback(ended)

    async def _step(self, move: Move, order: object) -> bool:
        """One move of the ledger, which answers with a survey."""
        if move in LONG_MOVES:
            self._note(await workflow.execute_activity_method(move, order, **LONG_LEDGER))
        else:
            self._note(await at_once(move, order))
        return True

    async def _wait(self, survey: Survey) -> None:
        """Sleep until a signal, an order, a result, a retry, the start, or the next routine survey."""
        until, why = self._survey_due, "the next routine survey"
        if survey.status == "sending" and survey.retrying and survey.next_retry_at is not None:
            retry_at = self._surveyed_at + (survey.next_retry_at - survey.as_of)
            until, why = min((until, why), (retry_at, "the next retry"))
        if survey.status in ("scheduled", "sending") and not survey.prepared and survey.start_at is not None:
            until, why = min((until, why), (survey.start_at, "the task's start"))
        show(survey, details(survey))
        self._set_alarm(until, why)
        await self._news.wait()

    def _set_alarm(self, until: datetime, why: str) -> None:
        """See to it that there is news by then. A timer that rings sooner is left alone: a new one costs two events."""
        if self._alarm is not None and not self._alarm.done():
            if self._alarm_at <= until:
                return
            self._alarm.cancel()
        self._alarm_at = until
        self._alarm = asyncio.create_task(self._ring(max(until - workflow.now(), SHORTEST_PAUSE), why))

    async def _ring(self, pause: timedelta, why: str) -> None:
        await workflow.sleep(pause, summary=f"until {why}")
        self._news.set()

    async def _continue_as_new(self) -> None:
        """Begin a new history. Dialogues under way record themselves; the next survey tells the rest."""
        if self._running:
            await workflow.wait(list(self._running), timeout=LAST_MOMENTS.total_seconds())
        while self._orders:
            await self._step(*self._orders.pop(0))
        workflow.continue_as_new(self._state)

    def _note(self, survey: Survey) -> None:
        """Believe the newest of all surveys."""
        if self._survey is None or survey.as_of > self._survey.as_of:
            self._survey = survey
            self._surveyed_at = workflow.now()

    @property
    def _id(self) -> UUID:
        return self._state.task_id

    @property
    def _survey_due(self) -> datetime:
        sends = self._survey is not None and (self._survey.status == "sending" or self._survey.in_flight)
        return self._surveyed_at + (SURVEY_EVERY if sends else SURVEY_IDLE_EVERY)

    @property
    def _age(self) -> timedelta:
        """How old the newest survey is: with it, the ledger's clock can be told."""
        return workflow.now() - self._surveyed_at

    @workflow.signal
    def granted(self, grant: Grant) -> None:
        """Note the grant; the loop fans it out. One that was seen before is ignored."""
        if grant.id not in self._state.seen_grants:
            self._state.seen_grants = [*self._state.seen_grants[-GRANTS_REMEMBERED:], grant.id]
            self._state.grants.append(grant)
            self._news.set()

    @workflow.signal
    def ledger_changed(self) -> None:
        """Note that someone else changed this task's mails."""
        self._stale = True
        self._allocator_told = False
        self._news.set()

    @workflow.update
    def change_priority(self, order: ChangePriority) -> None:
        """Serve this task before, among or after the others."""
        change = ChangeTaskPriority(task_id=self._id, priority=order.priority)
        self._order(TaskActivities.change_priority, change)

    @change_priority.validator
    def _may_change_priority(self, order: ChangePriority) -> None:
        self._refuse_if_ended("change the priority of")

    def _steer(self, order: Steering) -> None:
        self._order(STEERING[order], self._id)

    def _order(self, move: Move, order: object) -> None:
        """Note an order for the loop."""
        self._orders.append((move, order))
        self._news.set()

    @workflow.query
    def progress(self) -> Survey | None:
        """The newest survey."""
        return self._survey


def totals(survey: Survey) -> TaskTotals:
    """How the task ended."""
    names = ("status", "total", "sent", "failed", "suppressed", "unknown", "cancelled")
    return TaskTotals(**{name: getattr(survey, name) for name in names})
