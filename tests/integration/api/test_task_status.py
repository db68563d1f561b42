"""The live status: what was asked for, and sums that add up at every moment."""

import asyncio
import json
from datetime import timedelta

import pytest

from runtime.resources import Resources
from runtime.settings import Settings
from tests.integration.api import orders
from tests.integration.api.asker import Asker
from tests.integration.api.conftest import with_temporal
from tests.integration.api.sending import CONTENT, HOUR, sending

pytestmark = pytest.mark.usefixtures("worker_seen")


@pytest.fixture
def settings(settings: Settings, temporal_address: str) -> Settings:
    """Nothing goes at all without Temporal, which would be the reason of everything here."""
    return with_temporal(settings, temporal_address)


def assert_sums(status: dict[str, object]) -> None:
    progress = status["progress"]
    assert isinstance(progress, dict)
    assert sum(progress["byStatus"].values()) == progress["total"]


async def test_it_has_the_shape_that_was_asked_for(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources)
    status = await task.status()
    assert list(status) == [
        "taskId",
        "status",
        "progress",
        "metrics",
        "waiting",
        "lastActivity",
        "campaignId",
        "roundNo",
    ]
    assert list(status["progress"]) == ["total", "sent", "pending", "failed", "byStatus"]
    assert list(status["metrics"]) == ["avgWaitTime", "throughput", "estimatedCompletion"]
    assert list(status["progress"]["byStatus"]) == [
        "pending", "claimed", "transmitting", "sent", "failed", "suppressed", "unknown", "cancelled",
    ]  # fmt: skip
    assert (status["metrics"]["avgWaitTime"], status["metrics"]["throughput"]) == (None, 0)


async def test_every_status_is_counted_and_the_sum_is_the_total(ann: Asker, resources: Resources) -> None:
    await ann.made("/api/suppressions", {"email": "person1@example.org"})
    task = await sending(ann, resources, people=8)
    for outcome in ("sent", "sent", "failed", "unknown"):
        await task.send(outcome, reason=None if outcome == "sent" else "policy", dot_sent=True)
    await task.send("returned", reason="greylist", retry_after=HOUR, costs_retry=True)
    await task.claim()
    status = await task.status()
    assert_sums(status)
    assert status["progress"] == {
        "total": 8,
        "sent": 2,
        "pending": 3,
        "failed": 1,
        "byStatus": {
            "pending": 2, "claimed": 1, "transmitting": 0, "sent": 2, "failed": 1, "suppressed": 1, "unknown": 1,
            "cancelled": 0,
        },
    }  # fmt: skip
    shown = (await ann.get(task.path)).json()
    assert (shown["byStatus"], shown["total"]) == (status["progress"]["byStatus"], 8)


async def test_the_pace_follows_from_what_was_sent_lately(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=4)
    await task.send()
    await task.send()
    metrics = (await task.status())["metrics"]
    assert metrics["throughput"] == 24
    assert metrics["avgWaitTime"] >= 0
    await task.world.advance_guard(timedelta(minutes=6))
    async with asyncio.timeout(30):
        while (metrics := (await task.status())["metrics"])["throughput"]:  # noqa: ASYNC110 - kept for a second
            await asyncio.sleep(0.05)
    assert metrics["avgWaitTime"] is not None


async def test_the_allocators_reasons_are_told_and_the_main_one_counts(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=4)
    turn = {"reason": "turn", "count": 4, "retryAt": None, "services": None, "serviceCount": None}
    assert (await task.status())["waiting"] == [turn]
    waits = [
        {"reason": "no_quota", "retry_at": "2099-01-01T00:00:00+00:00", "services": ["box-1"], "service_count": 7},
        {"reason": "service_rested", "retry_at": None, "services": ["box-2"], "service_count": 1},
    ]
    await task.set_waits(json.dumps(waits))
    assert (await task.status())["waiting"] == [
        {
            "reason": "no_quota", "count": 4, "retryAt": "2099-01-01T00:00:00Z", "services": ["box-1"],
            "serviceCount": 7,
        },
        {"reason": "service_rested", "count": 0, "retryAt": None, "services": ["box-2"], "serviceCount": 1},
    ]  # fmt: skip


async def test_retries_are_grouped_by_their_reason(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=3)
    for reason in ("greylist", "greylist", "mailbox_full"):
        await task.send("returned", reason=reason, retry_after=HOUR, costs_retry=True)
    waiting = (await task.status())["waiting"]
    assert [(each["reason"], each["count"]) for each in waiting] == [("greylist", 2), ("mailbox_full", 1)]
    assert all(each["retryAt"] is not None for each in waiting)


async def test_a_paused_task_waits_for_a_person(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=3)
    await task.send("returned", reason="greylist", retry_after=HOUR, costs_retry=True)
    await ann.post(f"{task.path}/pause")
    status = await task.status()
    assert status["status"] == "paused"
    assert [(each["reason"], each["count"]) for each in status["waiting"]] == [("paused", 3)]
    assert status["metrics"]["estimatedCompletion"] is None


async def test_a_scheduled_task_waits_for_its_time(ann: Asker) -> None:
    await ann.made("/api/services", orders.service())
    people = [{"email": "eva@example.org"}]
    later = "2099-01-01T00:00:00Z"
    task = await ann.made("/api/tasks", {"name": "L", "recipients": people, "content": CONTENT, "startAt": later})
    status = (await ann.get(f"/api/tasks/{task['id']}/realtime-status")).json()
    assert_sums(status)
    assert [(each["reason"], each["count"], each["retryAt"]) for each in status["waiting"]] == [("scheduled", 1, later)]


async def test_when_it_has_ended_nothing_waits_and_the_end_is_known(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=1)
    await task.send()
    await task.close()
    status = await task.status()
    assert (status["status"], status["progress"]["pending"], status["waiting"]) == ("completed", 0, [])
    shown = (await ann.get(task.path)).json()
    assert status["metrics"]["estimatedCompletion"] == shown["completedAt"]
    assert status["lastActivity"] == shown["completedAt"]


async def test_events_tell_each_change_until_the_end(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=1)
    await task.send()
    await task.close()
    response = await ann.get(f"{task.path}/events")
    assert response.headers["content-type"].startswith("text/event-stream")
    name, data = response.text.strip().splitlines()
    assert name == "event: status"
    assert json.loads(data.removeprefix("data: ")) == await task.status()
