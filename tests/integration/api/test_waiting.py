"""Why the mails of all of a person's tasks wait, in one answer."""

import json
from collections import Counter
from typing import Any

import pytest

from runtime.resources import Resources
from runtime.settings import Settings
from tests.integration.api.asker import Asker
from tests.integration.api.conftest import with_temporal
from tests.integration.api.sending import CONTENT, HOUR, sending

LATER = "2099-01-01T00:00:00Z"
NO_QUOTA: dict[str, object] = {"reason": "no_quota", "retry_at": LATER, "services": ["box-1"], "service_count": 1}
RESTED: dict[str, object] = {"reason": "service_rested", "retry_at": None, "services": [], "service_count": 1}


pytestmark = pytest.mark.usefixtures("worker_seen")


@pytest.fixture
def settings(settings: Settings, temporal_address: str) -> Settings:
    """Nothing goes at all without Temporal, which would be the reason of everything here."""
    return with_temporal(settings, temporal_address)


async def ordered(asker: Asker, name: str, people: int, **more: Any) -> str:
    """A task that is not prepared; the path of it."""
    recipients = [{"email": f"{name}{number}@example.org"} for number in range(people)]
    made = await asker.made("/api/tasks", {"name": name, "recipients": recipients, "content": CONTENT, **more})
    return f"/api/tasks/{made['id']}"


async def test_mails_of_all_tasks_are_summed_by_their_main_reason(ann: Asker, bob: Asker, resources: Resources) -> None:
    task = await sending(ann, resources, people=7)
    await task.send()
    await task.send("returned", reason="greylist", retry_after=HOUR, costs_retry=True)
    await task.set_waits(json.dumps([NO_QUOTA, RESTED]))
    paths = [task.path, await ordered(ann, "new", 2), await ordered(ann, "paused", 3)]
    paths += [await ordered(ann, name, number, startAt=LATER) for name, number in (("later", 1), ("large", 2))]
    await ann.post(f"{paths[2]}/pause")
    await ann.post(f"{await ordered(ann, 'over', 4)}/cancel")

    told = (await ann.get("/api/tasks/waiting")).json()["data"]

    rows = {each["reason"]: (each["count"], each["tasks"], each["largestTask"]) for each in told}
    assert rows == {
        "no_quota": (5, 1, "Mailing"), "paused": (3, 1, "paused"), "scheduled": (3, 2, "large"),
        "preparing": (2, 1, "new"), "greylist": (1, 1, "Mailing"),
    }  # fmt: skip
    until = {each["reason"]: (each["retryAt"], each["lastRetryAt"]) for each in told}
    assert (until["no_quota"], until["paused"]) == ((LATER, LATER), (None, None))
    assert until["greylist"][0] is not None
    single: Counter[str] = Counter()
    for path in paths:
        for each in (await ann.get(f"{path}/realtime-status")).json()["waiting"]:
            single[each["reason"]] += each["count"]
    assert +single == {reason: count for reason, (count, _, _) in rows.items()}, "as each task says it"
    assert (await bob.get("/api/tasks/waiting")).json()["data"] == []
