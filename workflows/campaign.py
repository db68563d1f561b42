"""A campaign from its start to the end of its last round: weeks of waiting, and a child workflow for each round.

What its rounds do is read from the ledger, never from the children: their results reach only the run that started
them, and a campaign may outlive its runs (decision 0024).
"""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from temporalio import workflow
from temporalio.exceptions import WorkflowAlreadyStartedError

from contracts import identifiers
from contracts.campaign import CampaignState, CampaignSurvey, CampaignTotals, RoundSurvey
from contracts.task import Steering, TaskState
from workflows.campaign_story import details, round_summary
from workflows.steering import Steered, attributes, show
from workflows.steps import at_once
from workflows.task import TaskWorkflow

with workflow.unsafe.imports_passed_through():
    from activities.campaign import CampaignActivities

SURVEY_EVERY = timedelta(hours=6)
"""However quiet it is, a campaign looks at the ledger this often. More often is not needed: a round that waits for the
first mail of the one before is due a day later at the earliest, and tasks say when they end."""
SHORTEST_PAUSE = timedelta(milliseconds=10)

Move = Callable[..., Coroutine[Any, Any, CampaignSurvey]]
"""An activity that takes the campaign's id, and answers with a survey."""
STEERING: Final[dict[Steering, Move]] = {
    "pause": CampaignActivities.pause,
    "resume": CampaignActivities.resume,
    "cancel": CampaignActivities.cancel,
}


@workflow.defn(name=identifiers.CAMPAIGN_WORKFLOW)
class CampaignWorkflow(Steered):
    """`campaign-{id}`. Begins each round when its earliest mail may be due; the ledger decides for each."""

    @workflow.init
    def __init__(self, state: CampaignState) -> None:
        self._state = state
        self._survey: CampaignSurvey | None = None
        self._surveyed_at = workflow.now()
        self._orders: list[Move] = []
        self._children: set[workflow.ChildWorkflowHandle[Any, Any]] = set()
        """Those of this run that have not ended."""
        self._stale = True
        """The ledger may have changed since the newest survey."""
        self._news = False

    @workflow.run
    async def run(self, state: CampaignState) -> CampaignTotals:
        """Begin one round after the other, each while the one before may still send, until all have ended."""
        while True:
            self._news = False
            survey = await self._look()
            await self._start_rounds(survey)
            show(survey, details(survey))
            if survey.ended:
                return totals(survey)
            if workflow.info().is_continue_as_new_suggested():
                await self._continue_as_new()
            if survey.may_close and not self._children:
                await self._step(CampaignActivities.close)
            elif survey.round_is_due:
                await self._step(CampaignActivities.begin_round)
            else:
                await self._wait(survey)

    async def _look(self) -> CampaignSurvey:
        """Carry out people's orders, and have a survey that is no older than what is known to have happened."""
        while self._orders:
            await self._step(self._orders.pop(0))
        if self._stale or self._survey is None:
            await self._step(CampaignActivities.survey)
        assert self._survey is not None
        return self._survey

    async def _start_rounds(self, survey: CampaignSurvey) -> None:
        """See to it that each round that has begun has its workflow."""
        for each in survey.rounds:
            if each.task_id is not None and not each.ended and each.task_id not in self._state.started:
                await self._start_round(survey, each, each.task_id)
                self._state.started.append(each.task_id)

    async def _start_round(self, survey: CampaignSurvey, begun: RoundSurvey, task_id: UUID) -> None:
        """Start a round's task as a child; one that runs already is as good.

        It is abandoned where this workflow ends or continues as new: its mails go on.
        """
        with suppress(WorkflowAlreadyStartedError):
            child = await workflow.start_child_workflow(
                TaskWorkflow.run,
                TaskState(task_id=task_id, begin=True),
                id=identifiers.task_workflow_id(task_id),
                parent_close_policy=workflow.ParentClosePolicy.ABANDON,
                cancellation_type=workflow.ChildWorkflowCancellationType.ABANDON,
                static_summary=round_summary(survey, begun),
                static_details="A round of a campaign. Its mails stand in the ledger; here they are numbers.",
                search_attributes=attributes(survey),
            )
            self._children.add(child)
            child.add_done_callback(self._round_ended)

    async def _wait(self, survey: CampaignSurvey) -> None:
        """Sleep until a person or a task says something, the next round is due, or for a routine look."""
        until, why = self._surveyed_at + SURVEY_EVERY, "the next routine survey"
        if survey.begins_at is not None and survey.next_round is not None:
            begins_at = self._surveyed_at + (survey.begins_at - survey.as_of)
            until, why = min((until, why), (begins_at, f"round {survey.next_round.round_no} may begin"))
        pause = max(until - workflow.now(), SHORTEST_PAUSE)
        try:
            await workflow.wait_condition(lambda: self._news, timeout=pause, timeout_summary=f"until {why}")
        except TimeoutError:
            self._stale = True

    async def _continue_as_new(self) -> None:
        """Begin a new history, once no order waits. Rounds under way go on; they are known by their ids."""
        while self._orders:
            await self._step(self._orders.pop(0))
        workflow.continue_as_new(self._state)

    async def _step(self, move: Move) -> None:
        """One move of the ledger, which answers with a survey."""
        self._stale = False
        survey = await at_once(move, self._state.campaign_id)
        if self._survey is None or survey.as_of > self._survey.as_of:
            self._survey = survey
            self._surveyed_at = workflow.now()

    def _round_ended(self, child: Any) -> None:
        """Note that a child of this run has ended; the ledger knows how.

        Its end is waited for: coming while this workflow closes, it would have the server refuse that.
        """
        self._children.discard(child)
        if not child.cancelled():
            child.exception()  # read, for one that nobody reads is reported as a fault of this workflow
        self.ledger_changed()

    @workflow.signal
    def ledger_changed(self) -> None:
        """Note that a task of this campaign has ended, or that its rows were changed."""
        self._stale = self._news = True

    @workflow.signal
    def round_lost(self, task_id: UUID) -> None:
        """Note that the workflow of a round does not run: it is started again unless its task has ended."""
        self._state.started = [each for each in self._state.started if each != task_id]
        self._stale = self._news = True

    @workflow.update
    def edit(self) -> None:
        """Go by what people have changed of the campaign, or of rounds that have not begun."""
        self._order(CampaignActivities.survey)

    @edit.validator
    def _may_edit(self) -> None:
        self._refuse_if_ended("edit")

    def _steer(self, order: Steering) -> None:
        self._order(STEERING[order])

    def _order(self, move: Move) -> None:
        """Note an order for the loop."""
        self._orders.append(move)
        self._news = True

    @workflow.query
    def progress(self) -> CampaignSurvey | None:
        """The newest survey."""
        return self._survey


def totals(survey: CampaignSurvey) -> CampaignTotals:
    """How the campaign ended."""
    return CampaignTotals(
        status=survey.status,
        rounds=sum(each.began_at is not None for each in survey.rounds),
        total=sum(each.total for each in survey.rounds),
        sent=sum(each.sent for each in survey.rounds),
    )
