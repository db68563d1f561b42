"""A task from its start to its end: ledger, workflows, SMTP and journal agree."""

from itertools import pairwise

import pytest

import activities.task
from contracts.identifiers import TASK_STATUS, task_workflow_id
from tests.workflow.flow import Flow, activities_in
from workflows.task import TaskWorkflow


async def test_every_contact_gets_one_mail_and_the_task_ends(flow: Flow) -> None:
    for _ in range(5):
        await flow.service()
    task = await flow.world.task(mails=30)

    await flow.start(task)

    totals = await flow.totals(task)
    assert (totals.status, totals.sent, totals.total) == ("completed", 30, 30)
    taken = flow.taken()
    assert len(taken) == len(set(taken)) == 30


async def test_a_task_started_twice_is_one_task(flow: Flow) -> None:
    await flow.service()
    task = await flow.world.task(mails=3)

    await flow.start(task)
    await flow.start(task)

    assert (await flow.totals(task)).sent == len(flow.taken()) == 3


async def test_a_paused_task_sends_nothing_until_it_is_resumed(flow: Flow) -> None:
    await flow.service(quota=2)
    task = await flow.world.task(mails=8)
    await flow.start(task)
    await flow.until(task, lambda survey: survey.sent == 2)

    await flow.resources.orders.steer(task, "pause")
    paused = await flow.until(task, lambda survey: survey.status == "paused" and not survey.in_flight)
    await flow.allow()
    assert paused.sent == len(flow.taken()) == 2

    await flow.resources.orders.steer(task, "resume")
    assert (await flow.totals(task)).sent == 8


async def test_a_cancelled_task_ends_with_sums_that_add_up(flow: Flow) -> None:
    await flow.service(interval=1)
    task = await flow.world.task(mails=50)
    await flow.start(task)
    await flow.until(task, lambda survey: survey.sent >= 1)

    await flow.resources.orders.steer(task, "cancel")

    totals = await flow.totals(task)
    assert totals.status == "cancelled"
    assert totals.sent + totals.cancelled == 50
    assert totals.sent == len(flow.taken())


async def test_an_ended_task_takes_no_orders(flow: Flow) -> None:
    await flow.service()
    task = await flow.world.task(mails=1)
    await flow.start(task)
    await flow.totals(task)

    with pytest.raises(Exception, match=r"completed|ended"):
        await flow.resources.orders.steer(task, "pause")


async def test_a_temporary_refusal_is_tried_again_and_costs_one_retry(flow: Flow) -> None:
    rule = {"stage": "rcpt", "code": 451, "text": "4.7.1 greylisted, try later", "times": 1}
    await flow.service(rules=(rule,))
    task = await flow.world.task(mails=2)

    await flow.start(task)

    assert (await flow.totals(task)).sent == 2
    rows = await flow.world.pool.fetch("SELECT retry_count FROM subtasks")
    assert [row["retry_count"] for row in rows] == [1, 1]


async def test_a_permanent_refusal_fails_with_its_reason(flow: Flow) -> None:
    await flow.service(rules=({"stage": "rcpt", "code": 550, "text": "5.1.1 no such user", "pattern": "*-1@*"},))
    task = await flow.world.task(mails=2)

    await flow.start(task)

    totals = await flow.totals(task)
    assert (totals.sent, totals.failed) == (1, 1)
    failed = await flow.world.row("SELECT reason FROM subtasks WHERE status = 'failed'")
    assert failed["reason"] == "unknown_user"


async def test_a_mail_taken_without_an_answer_is_unknown_and_not_sent_again(flow: Flow) -> None:
    await flow.service(rules=({"action": "drop", "stage": "dot_after", "pattern": "*-1@*"},))
    task = await flow.world.task(mails=2)

    await flow.start(task)

    totals = await flow.totals(task)
    assert (totals.sent, totals.unknown) == (1, 1)
    assert len(flow.taken()) == 2


async def test_a_connection_lost_before_the_dot_is_safe_to_try_again(flow: Flow) -> None:
    await flow.service(rules=({"action": "drop", "stage": "data", "times": 1},))
    task = await flow.world.task(mails=2)

    await flow.start(task)

    assert (await flow.totals(task)).sent == len(flow.taken()) == 2


async def test_a_service_with_a_wrong_password_is_rested_and_named_and_the_others_go_on(flow: Flow) -> None:
    broken = await flow.service(username="ada", password="right", auth_required=True)
    await flow.login(broken, "ada", "wrong")
    await flow.service(quota=4)
    task = await flow.world.task(mails=6)

    await flow.start(task)

    async def is_named() -> bool:
        row = await flow.world.row("SELECT waits FROM user_task_queues")
        return any(wait["reason"] == "service_rested" and wait["services"] for wait in row["waits"])

    await flow.until_true(is_named)
    await flow.allow()
    assert (await flow.totals(task)).sent == 6
    schedule = await flow.world.schedule(broken)
    assert schedule["rest_reason"].startswith("auth_failed")
    assert "wrong" not in schedule["rest_reason"]
    assert schedule["used_quota"] == 0


async def test_the_intervals_of_the_services_hold_at_the_journal(flow: Flow) -> None:
    services = [await flow.service(interval=0.5, latency_ms=20) for _ in range(3)]
    task = await flow.world.task(mails=12)

    await flow.start(task)
    await flow.totals(task)

    for service in services:
        mails = [entry for entry in flow.journaled() if entry["provider"] == service.hex]
        gaps = [(b["mail_at"] - a["dot_at"]) / 1e9 for a, b in pairwise(mails)]
        assert all(gap >= 0.45 for gap in gaps), gaps


async def test_a_quota_is_never_passed_and_the_rest_waits_with_its_reason(flow: Flow) -> None:
    service = await flow.service(interval=0, kind="relay", quota=3)
    task = await flow.world.task(mails=5)

    await flow.start(task)

    async def waits_for_quota() -> bool:
        row = await flow.world.row("SELECT waits FROM user_task_queues")
        return [wait["reason"] for wait in row["waits"]] == ["no_quota"]

    await flow.until(task, lambda survey: survey.sent == 3)
    await flow.until_true(waits_for_quota)
    assert len(flow.taken()) == 3
    assert (await flow.world.schedule(service))["remaining_quota"] == 0


async def test_the_web_ui_can_find_a_task_by_its_status_and_reads_its_story(flow: Flow) -> None:
    await flow.service()
    task = await flow.world.task(mails=2)
    await flow.start(task)
    await flow.totals(task)

    handle = flow.resources.temporal_client.get_workflow_handle(task_workflow_id(task))
    description = await handle.describe()
    assert description.typed_search_attributes.get(TASK_STATUS) == "completed"
    assert await description.static_summary() == "Task: task"


async def test_progress_can_be_asked_of_the_workflow(flow: Flow) -> None:
    await flow.service()
    task = await flow.world.task(mails=1)
    await flow.start(task)
    await flow.totals(task)

    progress = await flow.handle(task).query(TaskWorkflow.progress)
    assert progress is not None
    assert progress.sent == 1


async def test_of_a_small_task_only_deliveries_are_activities(flow: Flow) -> None:
    await flow.service()
    task = await flow.world.unprepared_task(mails=1)
    await flow.start(task)
    await flow.totals(task)

    assert set(activities_in(await flow.handle(task).fetch_history())) == {"delivery.deliver"}


async def test_a_long_list_is_prepared_by_an_activity_that_may_take_its_time(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activities.task, "SMALL", 1)
    await flow.service()
    task = await flow.world.unprepared_task(mails=1)
    await flow.start(task)
    await flow.totals(task)

    found = activities_in(await flow.handle(task).fetch_history())
    assert [*dict.fromkeys(found)] == ["task.prepare", "delivery.deliver"]
