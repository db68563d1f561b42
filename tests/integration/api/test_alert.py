"""Signs of trouble become alerts, once; people read them with what to do, and are told by webhook and mail."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from database.connect import PoolConnection
from database.queries import health
from database.queries.alert import due_notices
from runtime.alerts import evaluate
from runtime.health import HealthWatch
from runtime.resources import Resources
from scheduling import alert as rules
from scheduling.alert import RULES, Rule
from tests.integration.api.asker import Asker
from tests.integration.api.sending import HOUR, Sending, sending

AT_ONCE = {kind: Rule(rule.severity, timedelta(0), timedelta(0)) for kind, rule in RULES.items()}


class Looking:
    """Someone who looks for trouble when told to."""

    def __init__(self, resources: Resources, connection: PoolConnection) -> None:
        self.watch = HealthWatch(resources)
        self.connection = connection

    async def look(self, *channels: str) -> None:
        """Twice: what is seen for the first time is told when it is seen again."""
        for _ in range(2):
            await evaluate(self.connection, await self.watch.read(), channels)


@pytest.fixture
async def looking(resources: Resources, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Looking]:
    """One to whom time does not matter; a worker runs, and Temporal is as good as up."""
    monkeypatch.setattr(rules, "RULES", AT_ONCE)

    async def up(_: HealthWatch) -> bool:
        return True

    monkeypatch.setattr(HealthWatch, "_temporal_serves", up)
    async with resources.ledger_pool.acquire() as connection:
        await health.seen(connection, "host:1:aa", 500)
        await connection.execute("UPDATE worker_processes SET seen_at = seen_at + interval '1 hour'")
        yield Looking(resources, connection)


async def alerts(asker: Asker, state: str = "open") -> list[dict[str, Any]]:
    """Those that someone sees."""
    response = await asker.get("/api/alerts", params={"state": state})
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["data"]
    return found


async def kinds(asker: Asker, state: str = "open") -> list[str]:
    return [each["kind"] for each in await alerts(asker, state)]


async def later(task: Sending, by: timedelta) -> None:
    """Let time pass for the ledger, and let the worker go on saying that it lives."""
    await task.world.advance_guard(by)


async def test_a_task_without_progress_is_told_after_its_threshold_and_is_over_when_it_moves(
    ann: Asker, looking: Looking, resources: Resources
) -> None:
    task = await sending(ann, resources, people=3, services=3)
    await looking.look()
    await later(task, timedelta(minutes=9))
    await looking.look()
    assert await alerts(ann) == []

    await later(task, timedelta(minutes=2))
    await looking.look()
    await looking.look()

    (told,) = await alerts(ann)
    assert (told["kind"], told["severity"], told["subject"]["taskId"]) == ("stuck_task", "warning", str(task.task_id))
    assert "3 mails are due" in told["what"]
    assert (told["code"], told["params"]["due"]) == ("stuck_task", 3)
    assert "realtime-status" in told["toDo"]
    assert (await ann.get(f"{task.path}/metrics")).json()["stuckSince"]
    await task.send()
    await looking.look()
    await looking.look()
    assert await alerts(ann) == []
    (over,) = await alerts(ann, "cleared")
    assert over["clearedAt"] > over["raisedAt"]


async def test_what_a_stuck_task_lacks_is_what_to_do(ann: Asker, looking: Looking, resources: Resources) -> None:
    task = await sending(ann, resources, people=1, services=1)
    await task.set_waits('[{"reason": "no_service", "retry_at": null, "services": [], "service_count": 0}]')
    await looking.look()
    await later(task, timedelta(minutes=11))
    await looking.look()
    (told,) = await alerts(ann)
    assert "add one to the task's pool" in told["toDo"]
    assert told["code"] == "stuck_task_no_service"


async def test_without_a_worker_a_stuck_task_does_not_name_what_it_lacked_before(
    ann: Asker, looking: Looking, resources: Resources
) -> None:
    task = await sending(ann, resources, people=1, services=1)
    await task.set_waits('[{"reason": "no_service", "retry_at": null, "services": [], "service_count": 0}]')
    await looking.look()
    await later(task, timedelta(minutes=11))
    await health.gone(looking.connection, "host:1:aa")
    await looking.look()
    (told,) = await alerts(ann)
    assert told["code"] == "stuck_task"


@pytest.mark.parametrize("reason", ["waits for a time that is known", "paused", "retrying", "ended"])
async def test_a_task_that_need_not_move_is_not_stuck(
    ann: Asker, looking: Looking, resources: Resources, reason: str
) -> None:
    task = await sending(ann, resources, people=1, services=1)
    if reason == "paused":
        await ann.post(f"{task.path}/pause")
    elif reason == "retrying":
        await task.send("returned", reason="greylist", retry_after=5 * HOUR, costs_retry=True)
    elif reason == "ended":
        await task.send()
        await task.close()
    else:
        await task.set_waits(
            '[{"reason": "no_quota", "retry_at": "2099-01-01T00:00:00+00:00", "services": [], "service_count": 1}]'
        )
    await looking.look()
    await later(task, timedelta(minutes=11))
    await looking.look()
    assert "stuck_task" not in await kinds(ann)


async def test_a_service_that_rests_is_one_alert_until_it_sends(
    ann: Asker, looking: Looking, resources: Resources
) -> None:
    task = await sending(ann, resources, people=1, services=1)
    rest = "UPDATE email_service_schedule SET rested_until = guard_now() + $1, rest_level = 2, rest_reason = '535 no'"
    await looking.connection.execute(rest, timedelta(minutes=1))
    await looking.look()
    await later(task, timedelta(minutes=2))
    await looking.look()
    (told,) = await alerts(ann)
    assert (told["kind"], told["subject"]) == ("service_rested", {"serviceId": str(task.service_ids[0])})
    assert "535 no" in told["what"]
    await looking.connection.execute("UPDATE email_service_schedule SET rest_level = 0")
    await looking.look()
    assert await kinds(ann) == []


async def test_a_quota_that_is_nearly_used_is_told_where_more_mails_wait(
    ann: Asker, looking: Looking, resources: Resources
) -> None:
    task = await sending(ann, resources, people=4, services=3)
    await looking.connection.execute("UPDATE email_service_schedule SET daily_quota = 1")
    await task.send()
    await looking.look()
    assert await kinds(ann) == []
    await task.send()
    await looking.connection.execute(
        "UPDATE system_config SET value = '0.6' WHERE key = 'monitoring.quota_alert_share'"
    )
    await looking.look()
    (told,) = await alerts(ann)
    assert told["kind"] == "quota_nearly_used"
    assert "has used 2 of 3 mails of its day; 2 wait" in told["what"]


async def test_mails_of_unknown_outcome_that_wait_for_a_decision_are_told(
    ann: Asker, looking: Looking, resources: Resources
) -> None:
    task = await sending(ann, resources, people=1, services=1)
    await task.send("unknown")
    await looking.look()
    assert await kinds(ann) == []
    await later(task, timedelta(minutes=16))
    await looking.look()
    (told,) = await alerts(ann)
    assert told["kind"] == "unknown_waiting"
    assert "tempost tasks unknown" in told["toDo"]
    await ann.post(f"{task.path}/subtasks/resolve", {"decision": "sent"})
    await looking.look()
    assert await kinds(ann) == []


async def test_a_high_error_rate_is_told_to_whose_it_is(
    ann: Asker, bob: Asker, admin: Asker, looking: Looking, resources: Resources
) -> None:
    task = await sending(ann, resources, people=20, services=20)
    for number in range(20):
        await task.send("failed" if number % 4 == 0 else "sent", **({"reason": "policy"} if number % 4 == 0 else {}))
    await looking.look()
    assert await kinds(ann) == await kinds(admin) == ["error_rate"]
    assert await kinds(bob) == []
    assert "25% of 20 deliveries" in (await alerts(ann))[0]["what"]
    await looking.connection.execute("UPDATE deliveries SET ended_at = ended_at - interval '6 minutes' WHERE seq > 2")
    await looking.look()
    assert await kinds(ann) == ["error_rate"], "few deliveries, and bad ones: nothing says that it is over"


REPUTATION = """
    INSERT INTO reputations (kind, subject_id, user_id, state, cause, sent, bounced)
    SELECT 'service', service_id, user_id, $1, 'bounces', 150, 12 FROM email_service_schedule
    ON CONFLICT (kind, subject_id) DO UPDATE SET state = excluded.state
"""


async def test_who_was_told_of_a_warning_is_told_of_the_pause_too(
    ann: Asker, looking: Looking, resources: Resources
) -> None:
    await sending(ann, resources, people=1, services=1)
    for state, words in (("warned", "is about to be paused"), ("paused", "is paused")):
        await looking.connection.execute(REPUTATION, state)
        await looking.look()
        (told,) = await alerts(ann)
        assert f"{words}: 12 of 150 mails bounced." in told["what"]
    await looking.connection.execute("UPDATE email_service_schedule SET status = 'deleted'")
    await looking.look()
    assert await alerts(ann) == []
    assert len(await alerts(ann, "cleared")) == 2


async def test_missing_workers_are_told_to_administrators_and_are_over_when_one_is_back(
    ann: Asker, admin: Asker, looking: Looking
) -> None:
    await health.gone(looking.connection, "host:1:aa")
    for _ in range(3):
        await looking.look()
    (told,) = await alerts(admin)
    assert (told["kind"], told["severity"], told["ownerId"]) == ("workers_missing", "critical", None)
    assert await kinds(ann) == []
    await health.seen(looking.connection, "host:2:bb", 500)
    await looking.look()
    assert await kinds(admin) == []
    assert await kinds(admin, "all") == ["workers_missing"]


async def test_each_event_is_noted_for_each_channel_once(admin: Asker, looking: Looking) -> None:
    await health.gone(looking.connection, "host:1:aa")
    for _ in range(3):
        await looking.look("webhook", "mail")
    for channel in ("webhook", "mail"):
        (notice,) = await due_notices(looking.connection, channel, 10)
        assert (notice.event, notice.alert["kind"]) == ("raised", "workers_missing")
    assert json.dumps(await alerts(admin))
