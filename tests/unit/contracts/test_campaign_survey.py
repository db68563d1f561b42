"""What a campaign does next follows from a survey alone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from contracts.campaign import CampaignSurvey, RoundSurvey
from workflows.campaign_story import details

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DAY = timedelta(days=1)
TASK = UUID(int=7)


def survey(*rounds: RoundSurvey, **changes: Any) -> CampaignSurvey:
    """A campaign that sends."""
    whole = {
        "campaign_id": TASK, "user_id": TASK, "pool_id": TASK, "as_of": NOW, "status": "sending", "name": "Spring",
        "rounds": rounds,
    }  # fmt: skip
    return CampaignSurvey.model_validate(whole | changes)


def begun(round_no: int = 1, **changes: Any) -> RoundSurvey:
    whole = {"round_no": round_no, "task_id": TASK, "began_at": NOW - DAY, "total": 10, "sent": 4, "open": 6}
    return RoundSurvey.model_validate(whole | changes)


def test_a_round_that_is_due_begins_while_the_one_before_sends() -> None:
    found = survey(begun(), RoundSurvey(round_no=2, due_at=NOW))
    assert found.round_is_due
    assert not found.may_close


@pytest.mark.parametrize("status", ["paused", "cancelled", "completed"])
def test_a_campaign_that_does_not_run_begins_no_round(status: str) -> None:
    found = survey(begun(), RoundSurvey(round_no=2, due_at=NOW - DAY), status=status)
    assert found.begins_at is None
    assert not found.round_is_due


def test_a_campaign_closes_when_all_its_rounds_have_ended() -> None:
    assert survey(begun(ended=True), begun(2, ended=True)).may_close
    assert not survey(begun(ended=True), begun(2)).may_close
    assert not survey(begun(ended=True), RoundSurvey(round_no=2)).may_close


def test_a_cancelled_campaign_closes_when_what_had_begun_has_ended() -> None:
    rest = RoundSurvey(round_no=2)
    assert survey(begun(ended=True), rest, status="cancelled").may_close
    assert not survey(begun(), rest, status="cancelled").may_close


def test_a_round_whose_task_was_deleted_has_begun_and_ended() -> None:
    found = survey(begun(task_id=None, ended=True), RoundSurvey(round_no=2, due_at=NOW))
    assert found.next_round is not None
    assert found.next_round.round_no == 2


def test_people_read_where_each_round_stands() -> None:
    told = details(survey(begun(), RoundSurvey(round_no=2, due_at=NOW + DAY), RoundSurvey(round_no=3)))
    assert told.split("\n\n") == [
        "**Spring** is sending: 1 of 3 rounds have begun.",
        "Round 1: 4 of 10 sent, 6 open.",
        "Round 2 begins on 2026-03-03 12:00 UTC.",
        "Round 3 begins when mails of the round before are old enough.",
    ]


@pytest.mark.parametrize(
    ("status", "said"), [("paused", "waits until the campaign is resumed"), ("cancelled", "will not begin")]
)
def test_people_read_why_a_round_does_not_begin(status: str, said: str) -> None:
    assert said in details(survey(begun(), RoundSurvey(round_no=2, due_at=NOW), status=status))
