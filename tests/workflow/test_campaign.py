"""Campaigns from their start to their last round: the guard's clock is moved, everything else is real."""

import pytest
from temporalio.client import WorkflowExecutionStatus
from temporalio.testing import TimeSkipper

from contracts.identifiers import CAMPAIGN, campaign_workflow_id, task_workflow_id
from runtime.campaign_orders import CampaignOrders
from runtime.reconcile import start_missing
from tests.workflow.campaigns import DAY, campaign
from tests.workflow.flow import Flow

pytestmark = pytest.mark.usefixtures("quick_clock")


async def test_a_campaign_of_three_rounds_begins_each_in_its_time_and_ends_with_the_last(flow: Flow) -> None:
    await flow.service(interval=0.05)
    made = await campaign(flow, mails=2, rounds=3)

    await made.start()
    await made.until_round_ended(1)
    assert (await made.survey()).rounds[1].began_at is None
    await made.pass_time(3 * DAY)
    await made.until_round_ended(2)
    assert (await made.survey()).rounds[2].began_at is None
    await made.pass_time(3 * DAY)
    totals = await made.totals()

    assert (totals.status, totals.rounds, totals.sent) == ("completed", 3, 6)
    assert len(flow.taken()) == 6
    assert (await made.survey()).ended


async def test_a_round_is_a_child_of_its_campaign_and_named_after_it(flow: Flow) -> None:
    await flow.service()
    made = await campaign(flow, rounds=1)
    await made.start()
    task = await made.until_round_ended(1)
    await made.totals()

    described = await flow.handle(task).describe()

    assert described.parent_id == campaign_workflow_id(made.id)
    assert await described.static_summary() == "Round 1 of 1: Spring"
    assert described.typed_search_attributes[CAMPAIGN] == str(made.id)


async def test_a_paused_campaign_holds_its_mails_and_begins_no_round_until_it_is_resumed(flow: Flow) -> None:
    await flow.service(quota=2)
    made = await campaign(flow, mails=6, rounds=2)
    await made.start()
    begun = await made.until(lambda survey: survey.rounds[0].sent == 2)
    task = begun.rounds[0].task_id
    assert task is not None

    await made.orders.steer(made.id, "pause")
    await flow.until(task, lambda survey: survey.status == "paused" and not survey.in_flight)
    await made.pass_time(4 * DAY)
    await made.orders.edit(made.id)
    held = await made.survey()
    assert (held.status, held.rounds[1].began_at) == ("paused", None)
    assert held.rounds[0].sent == 2

    await flow.allow()
    await made.orders.steer(made.id, "resume")
    await made.until_round_ended(1)
    await made.until(lambda survey: survey.rounds[1].total)
    await made.pass_time(3 * DAY)
    assert (await made.totals()).sent == 12


async def test_a_cancelled_campaign_cancels_what_waits_of_its_rounds_and_ends_after_them(flow: Flow) -> None:
    await flow.service(interval=0.5)
    made = await campaign(flow, mails=20, rounds=2)
    await made.start()
    begun = await made.until(lambda survey: survey.rounds[0].sent >= 1)

    await made.orders.steer(made.id, "cancel")
    totals = await made.totals()

    task = begun.rounds[0].task_id
    assert task is not None
    ended = await flow.survey(task)
    assert (totals.status, totals.rounds) == ("cancelled", 1)
    assert (ended.status, ended.ended, ended.open, ended.sent + ended.cancelled) == ("cancelled", True, 0, 20)


async def test_a_round_is_sent_as_it_was_when_it_began(flow: Flow) -> None:
    await flow.service()
    made = await campaign(flow, mails=1, rounds=2)
    await made.start()
    await made.until_round_ended(1)
    await flow.world.pool.execute("UPDATE rounds SET subject = 'changed', delay = 1 WHERE round_no = 2")

    await made.orders.edit(made.id)
    await made.pass_time(DAY)
    task = await made.until_round_ended(2)

    row = await flow.world.row("SELECT subject, name FROM tasks WHERE id = $1", task)
    assert tuple(row) == ("changed", "Spring, round 2")


async def test_a_campaign_and_a_round_whose_workflows_were_lost_are_started_by_reconcile(flow: Flow) -> None:
    await flow.service(interval=1)
    made = await campaign(flow, mails=8)
    await start_missing(flow.resources)
    begun = await made.until(lambda survey: survey.rounds[0].sent >= 1)
    task = begun.rounds[0].task_id
    assert task is not None

    async with flow.unreconciled():
        for lost in (campaign_workflow_id(made.id), task_workflow_id(task)):
            await flow.resources.temporal_client.get_workflow_handle(lost).terminate("test")
        started = await start_missing(flow.resources)

    assert started.missing_campaigns == [made.id]
    assert started.missing_tasks in ([], [task]), "its campaign may have been quicker"
    assert (await made.totals()).sent == len(flow.taken()) == 8
    assert (await flow.handle(task).describe()).parent_id == campaign_workflow_id(made.id)


async def test_a_campaign_that_lost_its_history_goes_by_the_ledger_while_its_round_sends_on(flow: Flow) -> None:
    await flow.service(interval=1)
    made = await campaign(flow, mails=8)
    await made.start()
    begun = await made.until(lambda survey: survey.rounds[0].sent >= 1)
    task = begun.rounds[0].task_id
    assert task is not None
    first = await flow.handle(task).describe()

    await made.handle.terminate("test")
    assert (await start_missing(flow.resources)).missing_tasks == []

    assert (await made.totals()).sent == len(flow.taken()) == 8
    last = await flow.handle(task).describe()
    assert (last.run_id, last.status) == (first.run_id, WorkflowExecutionStatus.COMPLETED)


async def test_a_campaign_of_next_week_begins_when_its_days_have_passed_for_the_guard_too(flow: Flow) -> None:
    await flow.service()
    client, queue = flow.resources.temporal_client, flow.resources.settings.temporal.task_queue
    async with flow.unreconciled():
        made = await campaign(flow, mails=1, start_in=7 * DAY)
        await made.start(CampaignOrders(TimeSkipper(client).client, queue))

    async def week_has_passed() -> bool:
        history = await made.handle.fetch_history()
        return any(event.HasField("timer_fired_event_attributes") for event in history.events)

    await flow.until_true(week_has_passed)
    assert (await made.survey()).status == "scheduled"
    await flow.world.advance_guard(7 * DAY)

    assert (await made.totals()).sent == 1
