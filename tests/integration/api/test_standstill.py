"""While nothing goes at all, mails wait for that, whatever the allocator said last, and no end is foreseen."""

import json
from datetime import UTC, datetime

import pytest

from runtime.resources import Resources
from runtime.settings import Settings
from tests.integration.api import orders
from tests.integration.api.asker import Asker
from tests.integration.api.conftest import with_temporal
from tests.integration.api.sending import CONTENT, HOUR, sending

LATER = "2099-01-01T00:00:00Z"
RATE_LIMIT: dict[str, object] = {"reason": "rate_limit", "retry_at": LATER, "services": ["box-1"], "service_count": 1}

MOMENT_HAS_COME = """
    UPDATE subtasks SET retry_at = guard_now() - interval '1 minute'
    WHERE task_id = $1 AND retry_at IS NOT NULL AND seq = (SELECT min(seq) FROM subtasks WHERE retry_at IS NOT NULL)
"""
STARTS = "UPDATE tasks SET start_at = guard_now() + $2 WHERE id = $1"


@pytest.fixture(params=["temporal_down", "workers_missing"])
def cause(request: pytest.FixtureRequest) -> str:
    """Why nothing goes."""
    named: str = request.param
    return named


@pytest.fixture
def settings(settings: Settings, cause: str, request: pytest.FixtureRequest) -> Settings:
    """Of a process whose Temporal is down, or up without a worker."""
    if cause == "temporal_down":
        return settings
    return with_temporal(settings, request.getfixturevalue("temporal_address"))


async def test_ready_mails_wait_for_what_is_missing(ann: Asker, resources: Resources, cause: str) -> None:
    task = await sending(ann, resources, people=3)
    await task.set_waits(json.dumps([RATE_LIMIT]))

    status = await task.status()
    told = (await ann.get("/api/tasks/waiting")).json()["data"]

    (wait,) = status["waiting"]
    assert (wait["reason"], wait["count"], wait["retryAt"], wait["services"]) == (cause, 3, None, None)
    assert status["metrics"]["estimatedCompletion"] is None
    assert [(each["reason"], each["count"], each["retryAt"]) for each in told] == [(cause, 3, None)]


async def test_a_task_that_is_not_prepared_waits_for_it_too(ann: Asker, cause: str) -> None:
    await ann.made("/api/services", orders.service())
    order = {"name": "new", "recipients": [{"email": "a@example.org"}], "content": CONTENT}
    path = f"/api/tasks/{(await ann.made('/api/tasks', order))['id']}"
    (wait,) = (await ann.get(f"{path}/realtime-status")).json()["waiting"]
    told = (await ann.get("/api/tasks/waiting")).json()["data"]
    assert (wait["reason"], wait["count"]) == (cause, 1)
    assert [(each["reason"], each["count"]) for each in told] == [(cause, 1)]


async def test_mails_whose_moment_has_come_wait_for_it_and_others_for_their_moment(
    ann: Asker, resources: Resources, cause: str
) -> None:
    task = await sending(ann, resources, people=4)
    for _ in range(2):
        await task.send("returned", reason="greylist", retry_after=HOUR, costs_retry=True)
    await resources.ledger_pool.execute(MOMENT_HAS_COME, task.task_id)

    waiting = (await task.status())["waiting"]
    told = (await ann.get("/api/tasks/waiting")).json()["data"]

    assert [(each["reason"], each["count"], each["retryAt"] is None) for each in waiting] == [
        (cause, 3, True), ("greylist", 1, False),
    ]  # fmt: skip
    assert [(each["reason"], each["count"], each["retryAt"] is None) for each in told] == [
        (cause, 3, True), ("greylist", 1, False),
    ]  # fmt: skip


@pytest.mark.parametrize(("hours", "due"), [(-1, True), (1, False)])
async def test_a_scheduled_task_waits_for_it_once_it_should_have_begun(
    ann: Asker, resources: Resources, cause: str, hours: int, due: bool
) -> None:
    await ann.made("/api/services", orders.service())
    order = {"name": "new", "recipients": [{"email": "a@example.org"}], "content": CONTENT, "startAt": LATER}
    task_id = (await ann.made("/api/tasks", order))["id"]
    await resources.ledger_pool.execute(STARTS, task_id, hours * HOUR)

    (wait,) = (await ann.get(f"/api/tasks/{task_id}/realtime-status")).json()["waiting"]
    (told,) = (await ann.get("/api/tasks/waiting")).json()["data"]
    no_end = (await ann.get(f"/api/tasks/{task_id}/forecast")).json()["noEnd"]

    assert wait["reason"] == told["reason"] == (cause if due else "scheduled")
    assert (wait["retryAt"] is None, told["retryAt"] is None, no_end is not None) == (due, due, due)


async def test_the_forecast_says_why_it_knows_no_end(ann: Asker, resources: Resources, cause: str) -> None:
    task = await sending(ann, resources, people=3)
    told = (await ann.get(f"{task.path}/forecast", params={"by": (datetime.now(UTC) + 9 * HOUR).isoformat()})).json()
    assert (told["endsAt"], told["noEnd"]["reason"], told["limitedBy"], told["needed"]) == (None, cause, [], None)


async def test_a_paused_task_waits_for_a_person_all_the_same(ann: Asker, resources: Resources, cause: str) -> None:
    task = await sending(ann, resources, people=3)
    await ann.post(f"{task.path}/pause")
    (wait,) = (await task.status())["waiting"]
    assert wait["reason"] == "paused" != cause
