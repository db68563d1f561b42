"""Tells one receiver what came back for mails: at once when there is news, again and again while it does not listen."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

from temporalio import workflow

from contracts import identifiers
from contracts.webhook import DeliverEvents, WebhookOutcome, WebhookRun
from workflows.options import WEBHOOK

with workflow.unsafe.imports_passed_through():
    from activities.webhook import WebhookActivities

LOOK_EVERY = timedelta(minutes=5)
"""Without any news it looks by itself: whoever recorded an event may have died before they could say so."""
JITTER = 0.1
"""Of a wait, at most: receivers that were down together are not asked together."""


@workflow.defn(name=identifiers.WEBHOOK_WORKFLOW)
class WebhookWorkflow:
    """`webhook-{id}`. Holds nothing but facts about itself: position, failures and secrets stand in the row."""

    @workflow.init
    def __init__(self, run: WebhookRun) -> None:
        self._webhook_id = run.webhook_id
        self._news = False
        self._changed = False

    @workflow.run
    async def run(self, run: WebhookRun) -> None:
        """Deliver, wait, deliver, until the webhook is deleted or given up."""
        while True:
            self._news = self._changed = False
            outcome = await workflow.execute_activity_method(
                WebhookActivities.deliver, DeliverEvents(webhook_id=self._webhook_id), **WEBHOOK
            )
            workflow.set_current_details(_described(outcome))
            if outcome.status != "active" and not self._changed:
                return
            await self._wait_after(outcome)
            if workflow.info().is_continue_as_new_suggested():
                workflow.continue_as_new(run)

    async def _wait_after(self, outcome: WebhookOutcome) -> None:
        """News do not shorten the wait for a receiver that does not listen; a person's change does."""
        if outcome.retry_in is not None:
            jitter = 1 + JITTER * workflow.random().random()
            await self._until(lambda: self._changed, outcome.retry_in * jitter, "tries again")
        elif outcome.status == "active" and not outcome.more:
            await self._until(lambda: self._news or self._changed, LOOK_EVERY, "looks for itself")

    async def _until(self, condition: Callable[[], bool], at_most: timedelta, what: str) -> None:
        with suppress(TimeoutError):
            await workflow.wait_condition(condition, timeout=at_most, timeout_summary=what)

    @workflow.signal
    def events_recorded(self) -> None:
        """Note that there are new events."""
        self._news = True

    @workflow.signal
    def changed(self) -> None:
        """Note that a person made, changed or resumed it."""
        self._changed = True


def _described(outcome: WebhookOutcome) -> str:
    if outcome.status != "active":
        return {"gone": "The webhook was deleted.", "disabled": "The webhook is disabled; its row says why."}[
            outcome.status
        ]
    if outcome.retry_in is not None:
        return f"The receiver did not take a message; it is tried again in {outcome.retry_in}."
    return f"{outcome.delivered} messages were taken the last time."
