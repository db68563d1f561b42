"""Templates are kept only if a mail can be made of them."""

from typing import Any

import pytest

from tests.integration.api import orders
from tests.integration.api.asker import Asker


async def test_a_template_says_which_fields_it_needs(ann: Asker) -> None:
    html = "{{ email }} {{ company }} {{ title | default('') }} {% if vip is defined %}{{ vip }}{% endif %}"
    made = await ann.made("/api/templates", orders.template(html=html))
    assert made["variables"] == ["company", "first_name"]
    assert (await ann.get(f"/api/templates/{made['id']}")).json() == made
    assert (await ann.get("/api/templates")).json()["data"] == [made]


async def test_a_preview_shows_the_mail_with_a_text_made_from_html(ann: Asker) -> None:
    made = await ann.made("/api/templates", orders.template())
    fields = {"first_name": "Eva <3", "company": "A&B"}
    shown = await ann.made(f"/api/templates/{made['id']}/preview", {"fields": fields})
    assert shown["subject"] == "Hello Eva <3"
    assert shown["html"] == "<p>Dear Eva &lt;3 of A&amp;B</p>"
    assert shown["text"].strip() == "Dear Eva <3 of A&B"


async def test_a_preview_names_the_field_that_is_missing(ann: Asker) -> None:
    made = await ann.made("/api/templates", orders.template())
    response = await ann.post(f"/api/templates/{made['id']}/preview", {"fields": {"first_name": "Eva"}})
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "#/fields/company"


async def test_a_draft_is_shown_for_somebody_made_up_and_judged(ann: Asker) -> None:
    draft = {"subject": "Hello {{ first_name }}", "html": "<p>Dear {{ first_name }}</p>"}
    shown = await ann.made("/api/templates/preview", draft)
    assert (shown["subject"], shown["variables"]) == ("Hello First Name", ["first_name"])
    assert "unsubscribe" in " ".join(each["code"] for each in shown["findings"])
    for_eva = {**draft, "fields": {"company": "A"}, "email": "eva@example.org"}
    missing = await ann.post("/api/templates/preview", for_eva)
    assert missing.json()["errors"][0]["pointer"] == "#/fields/first_name"
    broken = await ann.post("/api/templates/preview", {**draft, "html": "<p>\n{% if x %}"})
    assert broken.json()["errors"][0]["message"].startswith("line 2")
    assert (await ann.get("/api/templates")).json()["data"] == []


@pytest.mark.parametrize(
    ("change", "pointer", "line"),
    [
        ({"subject": "Hello {{ first_name"}, "#/subject", "line 1"),
        ({"html": "<p>\n{% if x %}</p>"}, "#/html", "line 2"),
        ({"text": "{% for x in y %}"}, "#/text", "line 1"),
        ({"html": "{{ ''.__class__ }}"}, "#/html", "line 1"),
        ({"html": "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}"}, "#/html", ""),
        ({"subject": ""}, "#/subject", ""),
        ({"html": None}, "#", ""),
    ],
)
async def test_what_is_wrong_is_named_with_part_and_line(
    ann: Asker, change: dict[str, Any], pointer: str, line: str
) -> None:
    response = await ann.post("/api/templates", orders.template(**change))
    assert response.status_code == 422, response.text
    (error,) = response.json()["errors"]
    assert error["pointer"] == pointer
    assert line in error["message"]


async def test_a_change_is_checked_as_a_whole(ann: Asker) -> None:
    made = await ann.made("/api/templates", orders.template())
    path = f"/api/templates/{made['id']}"
    changed = (await ann.patch(path, {"text": "{{ city }}", "html": None})).json()
    assert (changed["variables"], changed["html"]) == (["city", "first_name"], None)
    assert (await ann.patch(path, {"text": None})).status_code == 422
    assert (await ann.patch(path, {"subject": "{{"})).status_code == 422
    assert (await ann.get(path)).json() == changed


async def test_a_numeric_field_is_no_fault_of_the_template(ann: Asker) -> None:
    made = await ann.made("/api/templates", orders.template(text="{{ amount + 1 }}", html=None))
    shown = await ann.made(f"/api/templates/{made['id']}/preview", {"fields": {"amount": 1, "first_name": "Eva"}})
    assert shown["text"].strip() == "2"


async def test_another_users_template_is_not_found(ann: Asker, bob: Asker) -> None:
    made = await ann.made("/api/templates", orders.template())
    path = f"/api/templates/{made['id']}"
    answers = [
        await bob.get(path),
        await bob.patch(path, {"name": "mine"}),
        await bob.post(f"{path}/preview", {}),
        await bob.delete(path),
    ]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert (await bob.get("/api/templates")).json()["data"] == []


async def test_a_deleted_template_leaves_its_tasks_their_copy(ann: Asker) -> None:
    await ann.made("/api/services", orders.service())
    template = await ann.made("/api/templates", orders.template())
    people = [{"email": "eva@example.org", "fields": {"first_name": "Eva", "company": "Example"}}]
    task = await ann.made("/api/tasks", {"name": "T", "templateId": template["id"], "recipients": people})
    assert (await ann.delete(f"/api/templates/{template['id']}")).status_code == 204
    assert (await ann.delete(f"/api/templates/{template['id']}")).status_code == 404
    left = (await ann.get(f"/api/tasks/{task['id']}")).json()
    assert (left["templateId"], left["subject"]) == (None, "Hello {{ first_name }}")


async def test_links_of_the_mail_are_no_fields_of_the_contact_and_a_preview_has_examples(ann: Asker) -> None:
    text = "{{ unsubscribe_url }} {{ preferences_url }}"
    made = await ann.made("/api/templates", orders.template(subject="Hi", html=None, text=text))

    shown = await ann.made(f"/api/templates/{made['id']}/preview", {})

    assert made["variables"] == []
    assert shown["text"] == "https://example.com/unsubscribe_url https://example.com/preferences_url"
