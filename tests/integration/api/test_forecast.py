"""Forecasts through the API: of tasks, of orders that are tried dry, and in the live status."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from runtime.resources import Resources
from runtime.settings import Settings
from tests.integration.api import orders
from tests.integration.api.asker import Asker
from tests.integration.api.conftest import with_temporal
from tests.integration.api.sending import CONTENT, HOUR, Sending, sending

pytestmark = pytest.mark.usefixtures("worker_seen")


@pytest.fixture
def settings(settings: Settings, temporal_address: str) -> Settings:
    """Nothing goes at all without Temporal, which would be the reason of everything here."""
    return with_temporal(settings, temporal_address)


async def forecast(task: Sending, **params: Any) -> dict[str, Any]:
    response = await task.asker.get(f"{task.path}/forecast", params=params)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


def hours_from_now(hours: float) -> str:
    return (datetime.now(UTC) + hours * HOUR).isoformat()


def hours_until(answer: dict[str, Any], moment: str) -> float:
    return (datetime.fromisoformat(moment) - datetime.fromisoformat(answer["asOf"])) / HOUR


async def test_it_says_the_end_what_limits_it_and_what_is_needed(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=20, services=8)
    answer = await forecast(task, by=hours_from_now(1))
    assert list(answer) == ["asOf", "mails", "endsAt", "noEnd", "limitedBy", "needed"]
    assert (answer["mails"], answer["noEnd"]) == (20, None)
    assert hours_until(answer, answer["endsAt"]) == pytest.approx(19 / 8, abs=0.1)
    (limit,) = answer["limitedBy"]
    assert limit["reason"] == "rate_limit"
    assert hours_until(answer, limit["endsAtWithout"]) < 0.1
    needed = answer["needed"]
    assert not needed["met"]
    assert needed["mailsPerHour"] in {20, 21}
    assert needed["missingMails"] == pytest.approx(11, abs=1)
    assert needed["moreServices"] >= 5
    assert needed["dailyQuota"] is None


async def test_what_was_sent_needs_no_more_time(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=2, services=2)
    await task.send()
    answer = await forecast(task)
    assert (answer["mails"], answer["needed"]) == (1, None)
    await task.send()
    await task.close()
    answer = await forecast(task, by=hours_from_now(1))
    shown = (await ann.get(task.path)).json()
    assert (answer["mails"], answer["endsAt"], answer["needed"]["met"]) == (0, shown["completedAt"], True)


async def test_a_quota_that_is_used_up_limits_until_midnight(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=30, services=3)
    for service_id in task.service_ids:
        changed = await ann.patch(f"/api/services/{service_id}", {"dailyQuota": 4, "sendingInterval": 1})
        assert changed.status_code == 200, changed.text
    answer = await forecast(task)
    assert answer["limitedBy"][0]["reason"] == "no_quota"
    assert 24 < hours_until(answer, answer["endsAt"]) < 49
    assert hours_until(answer, answer["limitedBy"][0]["endsAtWithout"]) < 0.1


async def test_a_late_retry_is_the_end(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=2, services=8)
    await task.send("returned", reason="greylist", retry_after=6 * HOUR, costs_retry=True)
    answer = await forecast(task)
    assert hours_until(answer, answer["endsAt"]) >= 5.9
    assert [limit["reason"] for limit in answer["limitedBy"]] == ["retry"]
    assert (await task.status())["metrics"]["estimatedCompletion"] == answer["endsAt"]


async def test_a_paused_task_has_no_end_and_says_so(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources)
    await ann.post(f"{task.path}/pause")
    answer = await forecast(task)
    assert answer["endsAt"] is None
    assert answer["noEnd"] == {"reason": "paused", "detail": "The task is paused: it goes on when it is resumed."}
    assert (await task.status())["metrics"]["estimatedCompletion"] is None


async def test_without_a_service_that_sends_there_is_no_end(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, services=1)
    await ann.post(f"/api/services/{task.service_ids[0]}/pause")
    answer = await forecast(task)
    assert (answer["endsAt"], answer["noEnd"]["reason"]) == (None, "no_service")


async def test_of_other_peoples_tasks_only_their_weight_is_told(
    admin: Asker, ann: Asker, bob: Asker, resources: Resources
) -> None:
    members = ["ann@tempost.example", "bob@tempost.example"]
    pool = await admin.made("/api/pools", {"name": "Team", "members": members})
    for number in range(2):
        await admin.made("/api/services", orders.service(name=f"t{number}", pool=pool["id"], sendingInterval=600))
    mine = await sending(ann, resources, people=6, services=1, pool=pool["id"])
    alone = await forecast(mine)
    await sending(bob, resources, people=50, services=1, pool=pool["id"])
    answer = await forecast(mine)
    assert datetime.fromisoformat(answer["endsAt"]) - datetime.fromisoformat(alone["endsAt"]) >= timedelta(minutes=20)
    assert {limit["reason"] for limit in answer["limitedBy"]} == {"rate_limit", "other_tasks"}
    assert (await bob.get(f"{mine.path}/forecast")).status_code == 404


async def test_the_live_status_tells_the_forecasts_end(ann: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=20)
    told = datetime.fromisoformat((await task.status())["metrics"]["estimatedCompletion"])
    asked = datetime.fromisoformat((await forecast(task))["endsAt"])
    assert abs(told - asked) < timedelta(minutes=1)


async def test_an_order_is_forecast_before_it_is_given(ann: Asker, resources: Resources) -> None:
    await ann.made("/api/services", orders.service(sendingInterval=600))
    order = {"name": "N", "recipients": [{"email": f"p{n}@example.org"} for n in range(7)], "content": CONTENT}
    by = hours_from_now(0.5)
    answer = (await ann.post("/api/tasks", order, params={"dryRun": "true", "by": by})).json()["forecast"]
    assert answer["mails"] == 7
    assert hours_until(answer, answer["endsAt"]) == pytest.approx(1, abs=0.05)
    assert (answer["needed"]["met"], answer["needed"]["moreServices"]) == (False, 1)
    later = await ann.post("/api/tasks?dryRun=true", {**order, "startAt": hours_from_now(5)})
    answer = later.json()["forecast"]
    assert hours_until(answer, answer["endsAt"]) == pytest.approx(6, abs=0.05)


@pytest.mark.parametrize(
    ("by", "said"),
    [
        ("2020-01-01T00:00:00Z", "must lie in the future: it is 20"),
        ("2020-01-01T00:00:00", "timezone"),
        ("tomorrow", "datetime"),
        ("9999-01-01T00:00:00Z", "within 400 days"),
    ],
)
async def test_a_time_that_makes_no_sense_is_refused(ann: Asker, resources: Resources, by: str, said: str) -> None:
    task = await sending(ann, resources)
    response = await ann.get(f"{task.path}/forecast", params={"by": by})
    assert response.status_code == 422
    (error,) = response.json()["errors"]
    assert error["pointer"] == "?by"
    assert said in error["message"]


async def test_a_wished_end_is_no_order(ann: Asker) -> None:
    await ann.made("/api/services", orders.service())
    order = {"name": "N", "recipients": [{"email": "eva@example.org"}], "content": CONTENT}
    response = await ann.post("/api/tasks", order, params={"by": hours_from_now(1)})
    assert response.json()["errors"] == [
        {"pointer": "?by", "message": "is for dryRun=true only: a task ends when it can"}
    ]
