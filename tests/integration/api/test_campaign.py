"""Campaigns are ordered, read, steered and edited; what would fail is told before anything is sent."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from database.queries import campaign_moves, task_moves
from runtime.resources import Resources
from tests.integration.api import orders
from tests.integration.api.asker import Asker

TEXT = {"subject": "Hello again", "text": "Have you seen it?"}
VARIANTS = [
    {"name": "A", "share": 0.2, "subject": "Short", "text": "Hi"},
    {"name": "B", "share": 0.2, "subject": "Long", "text": "Hi there"},
]
RULE = {"measure": "opens", "after": "PT24H"}
WINDOW = {"opens": "09:00", "closes": "17:30", "weekdays": ["fri", "mon"]}


async def order(asker: Asker, people: int = 3, **changes: Any) -> dict[str, Any]:
    """A service, a list and a template; an order for two rounds that uses them."""
    await asker.made("/api/services", orders.service())
    listed = await asker.made("/api/contact-lists", {"name": "People"})
    await asker.made(f"/api/contact-lists/{listed['id']}/contacts", orders.contacts(people))
    template = await asker.made("/api/templates", orders.template())
    return {
        "name": "Spring",
        "contactListId": listed["id"],
        "rounds": [{"templateId": template["id"]}, {"content": TEXT, "delay": 3, "delayUnit": "business_days"}],
        **changes,
    }


async def begin(resources: Resources, campaign: dict[str, Any]) -> UUID:
    """Begin its first round as its workflow does, and write the mails; the round's task."""
    async with resources.ledger_pool.acquire() as connection:
        await campaign_moves.begin_round(connection, UUID(campaign["id"]))
        found = await campaign_moves.survey(connection, UUID(campaign["id"]))
        task_id = found.rounds[0].task_id
        assert task_id is not None
        await task_moves.prepare(connection, task_id)
        return task_id


async def test_a_campaign_is_written_whole_though_temporal_is_down(ann: Asker) -> None:
    response = await ann.post("/api/campaigns", await order(ann, window=WINDOW, holidays=["2026-12-25"]))
    assert response.status_code == 201, response.text
    made = response.json()
    assert response.headers["location"] == f"/api/campaigns/{made['id']}"
    assert (await ann.get(f"/api/campaigns/{made['id']}")).json()["rounds"][1] == made["rounds"][1]
    assert (made["status"], made["pool"], made["timeZone"]) == ("sending", "default", "UTC")
    assert made["window"] == {"opens": "09:00", "closes": "17:30", "weekdays": ["mon", "fri"]}
    first, second = made["rounds"]
    assert (first["audience"], first["threaded"], first["subject"]) == ("all", False, "Hello {{ first_name }}")
    assert (second["audience"], second["threaded"], second["delay"]) == ("not_replied", True, 3)
    assert (second["beginsAt"], second["taskId"]) == (None, None)


async def test_campaigns_are_listed_the_newest_first_and_nobody_sees_anothers(ann: Asker, bob: Asker) -> None:
    body = await order(ann)
    made = [await ann.made("/api/campaigns", body | {"name": name}) for name in ("one", "two")]
    page = (await ann.get("/api/campaigns?limit=1")).json()
    assert [each["name"] for each in page["data"]] == ["two"]
    rest = (await ann.get(f"/api/campaigns?cursor={page['nextCursor']}")).json()["data"]
    assert [(each["name"], len(each["rounds"])) for each in rest] == [("one", 2)]
    path = f"/api/campaigns/{made[0]['id']}"
    assert (await bob.get("/api/campaigns")).json()["data"] == []
    for method, place in (
        ("GET", ""),
        ("GET", "/contacts"),
        ("GET", "/rounds/1/content"),
        ("POST", "/pause"),
        ("DELETE", "/rounds/2"),
    ):
        assert (await bob.ask(method, path + place)).status_code == 404
    assert (await bob.patch(path, {"name": "mine"})).status_code == 404


async def test_a_round_is_a_task_with_all_that_was_said_of_the_campaign(ann: Asker, resources: Resources) -> None:
    made = await ann.made("/api/campaigns", await order(ann, window=WINDOW, tracksOpens=False, weight=2))
    task_id = await begin(resources, made)
    task = (await ann.get(f"/api/tasks/{task_id}")).json()
    assert (task["campaignId"], task["campaign"], task["roundNo"]) == (made["id"], "Spring", 1)
    assert (task["name"], task["window"], task["tracksOpens"], task["weight"]) == (
        "Spring, round 1", made["window"], False, 2,
    )  # fmt: skip
    status = (await ann.get(f"/api/tasks/{task_id}/realtime-status")).json()
    assert (status["campaignId"], status["roundNo"]) == (made["id"], 1)
    shown = (await ann.get(f"/api/campaigns/{made['id']}")).json()["rounds"][0]
    assert (shown["taskId"], shown["status"], shown["total"]) == (str(task_id), "sending", 3)
    assert sum(shown["byStatus"].values()) == 3


async def test_why_mails_of_a_round_wait_is_told(ann: Asker, resources: Resources) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    made = await ann.made("/api/campaigns", await order(ann, window=WINDOW, holidays=[f"{tomorrow:%Y-%m-%d}"]))
    await begin(resources, made)
    await resources.ledger_pool.execute(
        "UPDATE subtasks SET retry_at = guard_now() + interval '1 h', reason = 'window'"
    )
    (first, _) = (await ann.get(f"/api/campaigns/{made['id']}")).json()["rounds"]
    assert [(wait["reason"], wait["count"]) for wait in first["waiting"]] == [("window", 3)]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"threaded": True}, "#/rounds/0/threaded"),
        ({"delay": 2}, "#/rounds/0/delay"),
        ({"audience": "not_opened"}, "#/rounds/0/audience"),
        ({"content": {"subject": "Hi {{", "text": "x"}}, "#/rounds/0/content/subject"),
        ({"content": {"subject": "Hi {{ age }}", "text": "x"}}, "#/rounds/0/content"),
        ({"variants": [{**VARIANTS[0], "text": "{{ age }}"}, VARIANTS[1]], "winnerRule": RULE}, "#/rounds/0/variants"),
        ({"variants": [VARIANTS[0], {**VARIANTS[1], "text": "{{"}], "winnerRule": RULE}, "#/rounds/0/variants/1/text"),
        ({"templateId": "4c9b0c5e-0000-4000-8000-000000000000"}, "#/rounds/0/templateId"),
        ({"segmentId": "4c9b0c5e-0000-4000-8000-000000000000"}, "#/rounds/0/segmentId"),
    ],
)
async def test_what_is_wrong_with_the_first_round_is_named(ann: Asker, change: dict[str, Any], pointer: str) -> None:
    whole = change if {"variants", "templateId"} & set(change) else {"content": TEXT, **change}
    body = await order(ann)
    response = await ann.post("/api/campaigns", body | {"rounds": [whole, body["rounds"][1]]})
    assert response.status_code == 422, response.text
    assert pointer in [error["pointer"] for error in response.json()["errors"]]
    assert (await ann.get("/api/campaigns")).json()["data"] == []


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"audience": "clicked_not_replied"}, "#/rounds/1/audience"),
        (
            {"variants": VARIANTS, "winnerRule": RULE | {"measure": "clicks"}, "content": None},
            "#/rounds/1/winnerRule/measure",
        ),
    ],
)
async def test_what_is_not_tracked_cannot_be_asked_for(ann: Asker, change: dict[str, Any], pointer: str) -> None:
    body = await order(ann, tracksClicks=False)
    body["rounds"][1] |= change
    refused = await ann.post("/api/campaigns", body)
    assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    made = await ann.made("/api/campaigns", {**body, "tracksClicks": True})
    await ann.patch(f"/api/campaigns/{made['id']}", {"tracksClicks": False})
    later = await ann.post(f"/api/campaigns/{made['id']}/rounds", {k: v for k, v in body["rounds"][1].items() if v})
    assert later.status_code == 422, later.text


async def test_a_dry_run_tells_of_each_round_what_its_contacts_lack(ann: Asker) -> None:
    body = await order(ann)
    await ann.made("/api/suppressions", {"email": "person1@example.org"})
    body["rounds"].append({"content": {"subject": "{{ age }}", "text": "x"}, "delay": 1})
    answer = (await ann.post("/api/campaigns?dryRun=true", body)).json()
    assert (answer["total"], answer["toSend"], answer["suppressed"]) == (3, 2, 1)
    assert [each["pointer"] for each in answer["problems"]] == ["#/rounds/2/content"]
    first = answer["findings"][0]
    assert (first["roundNo"], first["variant"]) == (1, None)
    assert "unsubscribe_header_missing" in [found["code"] for found in first["findings"]]
    assert (await ann.get("/api/campaigns")).json()["data"] == []


async def test_pause_resume_and_cancel_move_the_tasks_of_its_rounds_too(ann: Asker, resources: Resources) -> None:
    made = await ann.made("/api/campaigns", await order(ann))
    task_id = await begin(resources, made)
    path = f"/api/campaigns/{made['id']}"
    for move, status in (("pause", "paused"), ("pause", "paused"), ("resume", "sending"), ("cancel", "cancelled")):
        assert (await ann.post(f"{path}/{move}")).json()["status"] == status
        assert (await ann.get(f"/api/tasks/{task_id}")).json()["status"] == status
    assert (await ann.post(f"{path}/cancel")).status_code == 200
    refused = await ann.post(f"{path}/resume")
    assert refused.status_code == 409
    assert "cancelled" in refused.json()["detail"]


async def test_a_paused_campaign_that_had_not_begun_is_scheduled_again(ann: Asker) -> None:
    start = (datetime.now(UTC) + timedelta(days=2)).isoformat()
    made = await ann.made("/api/campaigns", await order(ann, startAt=start))
    path = f"/api/campaigns/{made['id']}"
    assert made["status"] == "scheduled"
    assert datetime.fromisoformat(made["rounds"][0]["beginsAt"]) == datetime.fromisoformat(start)
    assert (await ann.post(f"{path}/pause")).json()["status"] == "paused"
    assert (await ann.post(f"{path}/resume")).json()["status"] == "scheduled"
    assert (await ann.patch(path, {"startAt": None})).json()["status"] == "sending"


async def test_rounds_are_edited_until_they_begin(ann: Asker, resources: Resources) -> None:
    made = await ann.made("/api/campaigns", await order(ann))
    path = f"/api/campaigns/{made['id']}"
    added = await ann.post(f"{path}/rounds", {"variants": VARIANTS, "winnerRule": RULE, "delay": 7})
    assert added.status_code == 201, added.text
    assert [each["name"] for each in added.json()["rounds"][2]["variants"]] == ["A", "B"]
    segment = await ann.made("/api/segments", {"name": "Vips", "rules": {"tag": "vip"}})
    change = {"delay": 5, "audience": "not_opened", "segmentId": segment["id"]}
    changed = (await ann.patch(f"{path}/rounds/2", change)).json()["rounds"][1]
    assert (changed["delay"], changed["audience"], changed["subject"]) == (5, "not_opened", "Hello again")
    assert changed["segmentId"] == segment["id"]
    assert (await ann.patch(f"{path}/rounds/2", {"segmentId": None})).json()["rounds"][1]["segmentId"] is None
    content = (await ann.get(f"{path}/rounds/3/content")).json()
    assert [each | {"html": None} for each in VARIANTS] == content["variants"]
    change = {"variants": [*content["variants"], {**VARIANTS[0], "name": "C"}], "winnerRule": RULE}
    more = (await ann.patch(f"{path}/rounds/3", change)).json()["rounds"][2]
    assert ([each["name"] for each in more["variants"]], more["winnerRule"]["measure"]) == (["A", "B", "C"], "opens")
    again = (await ann.patch(f"{path}/rounds/3", {"content": TEXT})).json()["rounds"][2]
    assert (again["variants"], again["winnerRule"], again["subject"]) == (None, None, "Hello again")
    rounds = (await ann.delete(f"{path}/rounds/2")).json()["rounds"]
    assert [(each["roundNo"], each["delay"]) for each in rounds] == [(1, 0), (2, 7)]

    await begin(resources, made)
    begun = await ann.patch(f"{path}/rounds/1", {"content": TEXT})
    assert begun.status_code == 409
    assert "has begun" in begun.json()["detail"]
    assert (await ann.delete(f"{path}/rounds/1")).status_code == 409
    assert (await ann.patch(path, {"startAt": None})).status_code == 409
    assert (await ann.patch(path, {"colleaguesStop": True})).json()["colleaguesStop"] is True
    assert (await ann.patch(f"{path}/rounds/9", {"delay": 1})).status_code == 404
    assert (await ann.get(f"{path}/rounds/9/content")).status_code == 404


async def test_the_first_round_stays_a_first_round(ann: Asker) -> None:
    made = await ann.made("/api/campaigns", await order(ann))
    response = await ann.patch(f"/api/campaigns/{made['id']}/rounds/1", {"delay": 2})
    assert (response.status_code, response.json()["errors"][0]["pointer"]) == (422, "#/delay")


async def test_contacts_are_listed_by_why_they_were_stopped(ann: Asker, resources: Resources) -> None:
    made = await ann.made("/api/campaigns", await order(ann))
    await begin(resources, made)
    await resources.ledger_pool.execute(
        "UPDATE campaign_contacts SET stop_reason = 'replied', stopped_at = guard_now() WHERE contact_id = "
        "(SELECT min(contact_id) FROM campaign_contacts)"
    )
    path = f"/api/campaigns/{made['id']}/contacts"
    page = (await ann.get(f"{path}?limit=2")).json()
    rest = (await ann.get(f"{path}?limit=2&cursor={page['nextCursor']}")).json()
    assert [each["email"] for each in page["data"] + rest["data"]] == [f"person{n}@example.org" for n in (1, 2, 3)]
    stopped = (await ann.get(f"{path}?stopReason=replied")).json()["data"]
    assert [each["email"] for each in stopped] == ["person1@example.org"]


async def test_a_list_is_not_deleted_before_the_campaign_to_it_has_begun(ann: Asker) -> None:
    made = await ann.made("/api/campaigns", await order(ann))
    path = f"/api/contact-lists/{made['contactListId']}"
    refused = await ann.delete(path)
    assert refused.status_code == 409
    await ann.post(f"/api/campaigns/{made['id']}/cancel")
    assert (await ann.delete(path)).status_code == 204


async def test_a_repeated_order_makes_one_campaign(ann: Asker) -> None:
    body = await order(ann)
    answers = [await ann.post("/api/campaigns", body, headers={"Idempotency-Key": "spring"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len((await ann.get("/api/campaigns")).json()["data"]) == 1


async def test_a_plain_task_may_have_windows_holidays_and_variants(ann: Asker) -> None:
    body = await order(ann)
    rules = {"window": WINDOW, "holidays": ["2026-12-25"], "timeZone": "Asia/Tokyo"}
    task = {"name": "Trial", "contactListId": body["contactListId"], "variants": VARIANTS, "winnerRule": RULE, **rules}
    made = await ann.made("/api/tasks", task)
    assert (made["subject"], made["timeZone"], made["holidays"]) == ("Short", "Asia/Tokyo", ["2026-12-25"])
    assert made["window"]["weekdays"] == ["mon", "fri"]
    assert (made["winnerRule"]["measure"], made["winner"]) == ("opens", None)
    assert (await ann.get(f"/api/tasks/{made['id']}")).json() == made
