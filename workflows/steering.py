"""What people order of a task or a campaign while it runs, and what they see of it in the Temporal Web UI."""

from typing import Final

from temporalio import workflow
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from contracts.campaign import CampaignSurvey
from contracts.identifiers import CAMPAIGN, POOL, PRIORITY, TASK_STATUS, USER
from contracts.task import Steering, Survey


class Steered:
    """Takes orders as updates, which leave them to the loop of `run`; once all has ended, they are refused."""

    _survey: Survey | CampaignSurvey | None
    """The newest."""

    @workflow.update
    def pause(self) -> None:
        """Let nothing new go out; of a campaign, begin no round either."""
        self._steer("pause")

    @workflow.update
    def resume(self) -> None:
        """Go on after a pause."""
        self._steer("resume")

    @workflow.update
    def cancel(self) -> None:
        """Send nothing more, and end when what is under way has ended."""
        self._steer("cancel")

    @pause.validator
    def _may_pause(self) -> None:
        self._refuse_if_ended("pause")

    @resume.validator
    def _may_resume(self) -> None:
        self._refuse_if_ended("resume")

    @cancel.validator
    def _may_cancel(self) -> None:
        self._refuse_if_ended("cancel")

    def _steer(self, order: Steering) -> None:
        """Note an order for the loop."""
        raise NotImplementedError

    def _refuse_if_ended(self, what: str) -> None:
        if self._survey is not None and self._survey.ended:
            raise ValueError(f"cannot {what} {workflow.info().workflow_id}: it has ended")


UPDATES: Final = {"pause": Steered.pause, "resume": Steered.resume, "cancel": Steered.cancel}
"""By the order that each takes."""


def show(survey: Survey | CampaignSurvey, story: str) -> None:
    """Keep what people see true: the story, and the attributes they search by."""
    workflow.set_current_details(story)
    known = workflow.info().typed_search_attributes
    if known.get(TASK_STATUS) != survey.status or known.get(PRIORITY) != survey.priority:
        workflow.upsert_search_attributes([TASK_STATUS.value_set(survey.status), PRIORITY.value_set(survey.priority)])


def attributes(survey: Survey | CampaignSurvey) -> TypedSearchAttributes:
    """What people find a task, a round or a campaign by."""
    campaign = [SearchAttributePair(CAMPAIGN, str(survey.campaign_id))] if survey.campaign_id else []
    return TypedSearchAttributes(
        [
            SearchAttributePair(USER, str(survey.user_id)),
            SearchAttributePair(POOL, str(survey.pool_id)),
            SearchAttributePair(TASK_STATUS, survey.status),
            SearchAttributePair(PRIORITY, survey.priority),
            *campaign,
        ]
    )
