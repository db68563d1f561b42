"""Tasks are ordered, changed and steered; what would fail is told before anything is sent."""

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text

from database.queries.task_content import task_content
from runtime.resources import Resources
from tests.integration.api import orders
from tests.integration.api.asker import Asker

TO_EVA = {"name": "To Eva", "recipients": [{"email": "eva@example.org"}], "content": {"subject": "Hi", "text": "Hi"}}


async def prepared(asker: Asker, people: int = 3, **fields: Any) -> dict[str, Any]:
    """A service, a list and a template; the order that uses them."""
    await asker.made("/api/services", orders.service())
    listed = await asker.made("/api/contact-lists", {"name": "People"})
    await asker.made(f"/api/contact-lists/{listed['id']}/contacts", orders.contacts(people, **fields))
    template = await asker.made("/api/templates", orders.template())
    return {"name": "First mailing", "contactListId": listed["id"], "templateId": template["id"]}


async def rows(resources: Resources, table: str) -> int:
    """How many rows a table has."""
    async with resources.engine.connect() as connection:
        return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


async def test_a_task_is_written_though_temporal_is_down(ann: Asker, resources: Resources) -> None:
    response = await ann.post("/api/tasks", await prepared(ann))
    assert response.status_code == 201, response.text
    task = response.json()
    assert (task["status"], task["total"], task["byStatus"]["pending"]) == ("sending", 3, 3)
    assert response.headers["location"] == f"/api/tasks/{task['id']}"
    assert (await ann.get(f"/api/tasks/{task['id']}")).json() == task
    assert (await rows(resources, "tasks"), await rows(resources, "user_task_queues")) == (1, 1)


async def test_a_task_keeps_its_own_copy_of_the_template(ann: Asker, resources: Resources) -> None:
    order = await prepared(ann)
    task = await ann.made("/api/tasks", order)
    await ann.patch(f"/api/templates/{order['templateId']}", {"subject": "Changed"})
    assert (await ann.get(f"/api/tasks/{task['id']}")).json()["subject"] == "Hello {{ first_name }}"
    async with resources.engine.connect() as connection:
        assert (await connection.execute(text("SELECT html FROM tasks"))).scalar_one() == orders.template()["html"]


async def test_recipients_and_content_may_come_with_the_task(ann: Asker) -> None:
    await ann.made("/api/services", orders.service())
    people = [
        {"email": "eva@example.org", "fields": {"a": 1}},
        {"email": "EVA@example.org"},
        {"email": "max@example.org"},
    ]
    content = {"subject": "Hi", "html": "{{ a | default(0) }}"}
    task = await ann.made("/api/tasks", {"name": "Inline", "recipients": people, "content": content})
    assert task["total"] == 2
    assert (await ann.get(f"/api/tasks/{task['id']}")).json() == task
    assert (await ann.get("/api/contact-lists")).json()["data"] == []


async def test_missing_fields_are_named_with_the_contacts_they_affect(ann: Asker, resources: Resources) -> None:
    order = await prepared(ann, 3, first_name="Eva")
    more = {"contacts": [{"email": "bare@example.org"}]}
    await ann.made(f"/api/contact-lists/{order['contactListId']}/contacts", more)
    response = await ann.post("/api/tasks", order)
    assert response.status_code == 422
    problem = response.json()
    assert "company (4 contacts)" in problem["detail"]
    assert "first_name (1 contact" in problem["detail"]
    assert [error["message"].split(",")[0] for error in problem["errors"]] == [
        "4 contacts have no field 'company'",
        "1 contact has no field 'first_name'",
    ]
    assert await rows(resources, "tasks") == 0


async def test_a_recipient_may_have_fields_as_a_contact_already(ann: Asker) -> None:
    known = await prepared(ann, 1)
    order = {"name": "Inline", "templateId": known["templateId"]}
    whole = {"email": "max@example.org", "fields": {"first_name": "Max", "company": "Example"}}
    bare = {"email": "person1@example.org"}
    assert (await ann.post("/api/tasks", {**order, "recipients": [whole, bare]})).status_code == 201
    stranger = {"email": "eva@example.org", "fields": {"first_name": "Eva"}}
    refused = await ann.post("/api/tasks", {**order, "recipients": [whole, bare, stranger]})
    assert refused.status_code == 422
    assert [error["message"] for error in refused.json()["errors"]] == [
        "1 contact has no field 'company', such as eva@example.org"
    ]


async def test_a_suppressed_contact_may_lack_fields(ann: Asker) -> None:
    order = await prepared(ann)
    await ann.made(
        f"/api/contact-lists/{order['contactListId']}/contacts", {"contacts": [{"email": "bare@example.org"}]}
    )
    await ann.made("/api/suppressions", {"email": "bare@example.org"})
    assert (await ann.post("/api/tasks", order)).status_code == 201


async def test_a_dry_run_counts_and_writes_nothing(ann: Asker, resources: Resources) -> None:
    order = await prepared(ann, 3, first_name="Eva")
    await ann.made("/api/suppressions", {"email": "person1@example.org"})
    response = await ann.post("/api/tasks?dryRun=true", order)
    assert response.status_code == 200, response.text
    answer = response.json()
    assert answer.pop("forecast")["mails"] == 2
    assert answer.pop("findings")
    assert answer == {
        "total": 3,
        "toSend": 2,
        "suppressed": 1,
        "missingFields": [{"name": "company", "contacts": 2, "example": "person2@example.org"}],
        "activeServices": 1,
        "startAt": None,
    }
    assert (await ann.post("/api/tasks?dryRun=true", TO_EVA)).json()["total"] == 1
    assert await rows(resources, "tasks") == 0
    assert await rows(resources, "contacts") == 3
    assert await rows(resources, "contact_lists") == 1


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"pool": "nowhere"}, "#/pool"),
        ({"contactListId": "4c9b0c5e-0000-4000-8000-000000000000"}, "#/contactListId"),
        ({"templateId": "4c9b0c5e-0000-4000-8000-000000000000"}, "#/templateId"),
        ({"templateId": "x"}, "#/templateId"),
        ({"priority": 2}, "#/priority"),
        ({"startAt": "tomorrow"}, "#/startAt"),
        ({"startAt": "2030-01-01T00:00:00"}, "#/startAt"),
        ({"unknownPolicy": "hope"}, "#/unknownPolicy"),
        ({"name": ""}, "#/name"),
        ({"recipients": []}, "#"),
        ({"content": {"subject": "Hi", "text": "Hi"}}, "#"),
        ({"contactListId": None}, "#"),
        ({"contactListId": None, "recipients": []}, "#/recipients"),
        ({"templateId": None, "content": {"subject": "Hi {{", "text": "Hi"}}, "#/content/subject"),
        ({"templateId": None, "content": {"subject": "Hi"}}, "#/content"),
        ({"contactListId": None, "recipients": [{"email": "nobody"}]}, "#/recipients/0/email"),
        ({"colour": "red"}, "#/colour"),
    ],
)
async def test_a_wrong_field_is_named(ann: Asker, resources: Resources, change: dict[str, Any], pointer: str) -> None:
    order = await prepared(ann)
    body = {key: value for key, value in {**order, **change}.items() if value is not None}
    response = await ann.post("/api/tasks", body)
    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["pointer"] == pointer
    assert await rows(resources, "tasks") == 0


async def test_an_empty_list_is_told(ann: Asker) -> None:
    order = await prepared(ann)
    empty = await ann.made("/api/contact-lists", {"name": "Nobody"})
    response = await ann.post("/api/tasks", {**order, "contactListId": empty["id"]})
    assert response.status_code == 422
    assert "empty" in response.json()["detail"]


async def test_a_pool_without_an_active_service_is_told(ann: Asker) -> None:
    order = await prepared(ann)
    (service,) = (await ann.get("/api/services")).json()["data"]
    await ann.post(f"/api/services/{service['id']}/pause")
    response = await ann.post("/api/tasks", order)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "#/pool"


async def test_others_lists_and_templates_are_not_to_be_had(ann: Asker, bob: Asker) -> None:
    order = await prepared(ann)
    await bob.made("/api/services", orders.service())
    response = await bob.post("/api/tasks", order)
    assert response.status_code == 422
    content = {"subject": "Hi", "text": "Hi"}
    body = {"name": "Theirs", "contactListId": order["contactListId"], "content": content}
    refused = await bob.post("/api/tasks", body)
    assert refused.json()["errors"] == [{"pointer": "#/contactListId", "message": "you have no such contact list"}]


async def test_another_users_task_is_not_found(ann: Asker, bob: Asker) -> None:
    task = await ann.made("/api/tasks", await prepared(ann))
    path = f"/api/tasks/{task['id']}"
    for suffix in ("", "/realtime-status", "/subtasks", "/subtasks/1", "/export.csv", "/events"):
        assert (await bob.get(path + suffix)).status_code == 404
    for suffix in ("/pause", "/resume", "/cancel"):
        assert (await bob.post(path + suffix)).status_code == 404
    assert (await bob.patch(path, {"name": "mine"})).status_code == 404
    assert (await bob.post(f"{path}/subtasks/resolve", {"decision": "sent"})).status_code == 404
    assert (await bob.get("/api/tasks")).json()["data"] == []


async def test_a_task_for_later_is_scheduled(ann: Asker) -> None:
    order = await prepared(ann)
    task = await ann.made("/api/tasks", {**order, "startAt": "2099-01-01T00:00:00+01:00"})
    assert (task["status"], task["startAt"]) == ("scheduled", "2098-12-31T23:00:00Z")
    path = f"/api/tasks/{task['id']}"
    assert (await ann.post(f"{path}/pause")).json()["status"] == "paused"
    assert (await ann.post(f"{path}/resume")).json()["status"] == "scheduled"


async def test_pausing_resuming_and_cancelling_twice_is_harmless(ann: Asker) -> None:
    task = await ann.made("/api/tasks", await prepared(ann))
    path = f"/api/tasks/{task['id']}"
    for order, status in (("pause", "paused"), ("resume", "sending"), ("cancel", "cancelled")):
        answers = [await ann.post(f"{path}/{order}") for _ in range(2)]
        assert [(answer.status_code, answer.json()["status"]) for answer in answers] == [(200, status)] * 2


async def test_what_is_cancelled_stays_so(ann: Asker) -> None:
    task = await ann.made("/api/tasks", await prepared(ann))
    path = f"/api/tasks/{task['id']}"
    await ann.post(f"{path}/cancel")
    answers = [
        await ann.post(f"{path}/pause"),
        await ann.post(f"{path}/resume"),
        await ann.patch(path, {"priority": 1}),
    ]
    assert [answer.status_code for answer in answers] == [409] * 3
    assert answers[0].json()["code"] == "conflict"
    assert (await ann.patch(path, {"name": "Old"})).json()["name"] == "Old"


async def test_every_order_is_seen_by_the_allocator(ann: Asker, resources: Resources) -> None:
    task = await ann.made("/api/tasks", await prepared(ann))
    path = f"/api/tasks/{task['id']}"

    async def queue() -> tuple[Any, int]:
        async with resources.engine.connect() as connection:
            select = text("SELECT changed_at, priority FROM user_task_queues")
            row = (await connection.execute(select)).one()
            return row[0], row[1]

    before, _ = await queue()
    for order in ("pause", "resume"):
        await ann.post(f"{path}/{order}")
        after, _ = await queue()
        assert after > before
        before = after
    changed = (await ann.patch(path, {"priority": 1, "name": "Urgent"})).json()
    assert (changed["priority"], changed["name"]) == (1, "Urgent")
    after, priority = await queue()
    assert after > before
    assert priority == 1


async def test_tasks_are_listed_newest_first_and_by_status(ann: Asker) -> None:
    await ann.made("/api/services", orders.service())
    made = [await ann.made("/api/tasks", {**TO_EVA, "name": f"Task {number}"}) for number in range(3)]
    await ann.post(f"/api/tasks/{made[1]['id']}/pause")
    first = (await ann.get("/api/tasks?limit=2")).json()
    rest = (await ann.get(f"/api/tasks?limit=2&cursor={first['nextCursor']}")).json()
    assert [task["name"] for task in first["data"] + rest["data"]] == ["Task 2", "Task 1", "Task 0"]
    paused = (await ann.get("/api/tasks?status=paused")).json()["data"]
    assert [task["name"] for task in paused] == ["Task 1"]
    assert (await ann.get("/api/tasks?status=odd")).status_code == 422


async def test_a_test_mail_is_a_task_of_one(ann: Asker) -> None:
    order = await prepared(ann)
    body = {"templateId": order["templateId"], "to": "Ann@example.org"}
    lacking = await ann.post("/api/tasks/test", body)
    assert lacking.status_code == 422
    assert "company (1 contact)" in lacking.json()["detail"]
    response = await ann.post("/api/tasks/test", {**body, "fields": {"first_name": "Ann", "company": "Own"}})
    assert response.status_code == 201, response.text
    assert (response.json()["total"], response.json()["name"]) == (1, "Test to Ann@example.org")


async def test_a_repeated_order_makes_one_task(ann: Asker, resources: Resources) -> None:
    order = await prepared(ann)
    answers = [await ann.post("/api/tasks", order, headers={"Idempotency-Key": "mailing-1"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert await rows(resources, "tasks") == 1


async def test_a_task_learns_of_opens_and_clicks_unless_it_is_told_not_to(ann: Asker, resources: Resources) -> None:
    await ann.made("/api/services", orders.service())
    usual = await ann.made("/api/tasks", TO_EVA)
    quiet = await ann.made("/api/tasks", {**TO_EVA, "tracksOpens": False, "tracksClicks": False})

    async with resources.ledger_pool.acquire() as connection:
        contents = [await task_content(connection, UUID(task["id"])) for task in (usual, quiet)]
    shown = (await ann.get(f"/api/tasks/{quiet['id']}")).json()

    assert [(content.tracks_opens, content.tracks_clicks) for content in contents] == [(True, True), (False, False)]
    assert [shown["tracksOpens"], shown["tracksClicks"], quiet["tracksOpens"], quiet["tracksClicks"]] == [False] * 4
