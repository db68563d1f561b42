"""Contacts are put on lists; an address is one person."""

from typing import Any

import pytest

from tests.integration.api import orders
from tests.integration.api.asker import Asker


async def new_list(asker: Asker, name: str = "People") -> str:
    """The path of a new list."""
    made = await asker.made("/api/contact-lists", {"name": name})
    return f"/api/contact-lists/{made['id']}"


async def test_a_list_says_how_many_stand_on_it(ann: Asker) -> None:
    path = await new_list(ann)
    answer = await ann.made(f"{path}/contacts", orders.contacts(3))
    assert answer == {"received": 3, "contacts": 3, "added": 3}
    assert (await ann.get(path)).json()["contacts"] == 3
    assert [each["contacts"] for each in (await ann.get("/api/contact-lists")).json()["data"]] == [3]


async def test_an_address_is_one_contact_in_any_case_and_its_fields_are_merged(ann: Asker) -> None:
    path = await new_list(ann)
    first = {"email": "Eva@Example.org", "fields": {"first_name": "Eva", "age": 41}}
    second = {"email": "eva@EXAMPLE.org", "fields": {"age": 42, "vip": True}}
    answer = await ann.made(f"{path}/contacts", {"contacts": [first, second]})
    assert answer == {"received": 2, "contacts": 1, "added": 1}
    (contact,) = (await ann.get(f"{path}/contacts")).json()["data"]
    assert contact["email"] == "eva@example.org"
    assert contact["fields"] == {"first_name": "Eva", "age": 42, "vip": True}


async def test_adding_twice_is_harmless_and_a_contact_keeps_what_is_not_given(ann: Asker) -> None:
    path = await new_list(ann)
    await ann.made(f"{path}/contacts", orders.contacts(2))
    again = {"contacts": [{"email": "person1@example.org", "fields": {"city": "Graz"}}]}
    assert (await ann.made(f"{path}/contacts", again))["added"] == 0
    contacts = (await ann.get(f"{path}/contacts")).json()["data"]
    assert contacts[0]["fields"] == {"first_name": "Eva", "company": "Example", "city": "Graz"}
    assert len(contacts) == 2


async def test_every_wrong_address_is_named_and_nothing_is_half_written(ann: Asker) -> None:
    path = await new_list(ann)
    people = [{"email": email} for email in ("good@example.org", "nobody", "also good@example.org", "a@b@c")]
    response = await ann.post(f"{path}/contacts", {"contacts": people})
    assert response.status_code == 422
    pointers = [error["pointer"] for error in response.json()["errors"]]
    assert pointers == ["#/contacts/1/email", "#/contacts/2/email", "#/contacts/3/email"]
    assert (await ann.get(path)).json()["contacts"] == 0


@pytest.mark.parametrize(
    "fields",
    [{"first name": "Eva"}, {"email": "x"}, {"a": None}, {"a": ["x"]}, {"a": {"b": 1}}, {"a": "\0"}, {"": 1},
      {"a": 10**30}, {"a" * 65: 1}],
)  # fmt: skip
async def test_a_field_that_templates_cannot_use_is_refused(ann: Asker, fields: dict[str, Any]) -> None:
    path = await new_list(ann)
    response = await ann.post(f"{path}/contacts", {"contacts": [{"email": "eva@example.org", "fields": fields}]})
    assert response.status_code == 422, response.text
    assert response.json()["errors"][0]["pointer"].startswith("#/contacts/0/fields")


async def test_a_number_without_end_is_refused(ann: Asker) -> None:
    path = await new_list(ann)
    body = '{"contacts": [{"email": "eva@example.org", "fields": {"a": 1e999}}]}'
    response = await ann.post(f"{path}/contacts", content=body)
    assert response.status_code == 422, response.text


async def test_more_than_a_thousand_at_a_time_are_refused(ann: Asker) -> None:
    path = await new_list(ann)
    response = await ann.post(f"{path}/contacts", orders.contacts(1001))
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == "#/contacts"
    assert (await ann.made(f"{path}/contacts", orders.contacts(1000)))["added"] == 1000


async def test_another_users_list_is_not_found(ann: Asker, bob: Asker) -> None:
    path = await new_list(ann)
    await ann.made(f"{path}/contacts", orders.contacts(1))
    contact = (await ann.get(f"{path}/contacts")).json()["data"][0]
    answers = [
        await bob.get(path),
        await bob.get(f"{path}/contacts"),
        await bob.post(f"{path}/contacts", orders.contacts(1)),
        await bob.delete(f"{path}/contacts/{contact['id']}"),
        await bob.delete(path),
    ]
    assert [answer.status_code for answer in answers] == [404] * 5


async def test_the_same_address_is_another_contact_for_another_user(ann: Asker, bob: Asker) -> None:
    anns, bobs = await new_list(ann), await new_list(bob)
    await ann.made(f"{anns}/contacts", {"contacts": [{"email": "eva@example.org", "fields": {"note": "hers"}}]})
    await bob.made(f"{bobs}/contacts", {"contacts": [{"email": "eva@example.org"}]})
    assert (await bob.get(f"{bobs}/contacts")).json()["data"][0]["fields"] == {}


async def test_contacts_are_taken_off_and_lists_deleted(ann: Asker) -> None:
    path = await new_list(ann)
    await ann.made(f"{path}/contacts", orders.contacts(2))
    first, second = (await ann.get(f"{path}/contacts")).json()["data"]
    for _ in range(2):
        assert (await ann.delete(f"{path}/contacts/{first['id']}")).status_code == 204
    assert [each["id"] for each in (await ann.get(f"{path}/contacts")).json()["data"]] == [second["id"]]
    assert (await ann.delete(path)).status_code == 204
    assert (await ann.get(path)).status_code == 404
    assert (await ann.delete(path)).status_code == 404


async def test_members_come_in_parts(ann: Asker) -> None:
    path = await new_list(ann)
    await ann.made(f"{path}/contacts", orders.contacts(5))
    first = (await ann.get(f"{path}/contacts?limit=3")).json()
    rest = (await ann.get(f"{path}/contacts?limit=3&cursor={first['nextCursor']}")).json()
    emails = [each["email"] for each in first["data"] + rest["data"]]
    assert emails == [f"person{n}@example.org" for n in range(1, 6)]
    assert rest["nextCursor"] is None


async def test_a_list_that_a_task_waits_for_is_not_deleted(ann: Asker) -> None:
    path = await new_list(ann)
    await ann.made(f"{path}/contacts", orders.contacts(1))
    await ann.made("/api/services", orders.service())
    order = {
        "name": "Later",
        "contactListId": path.rsplit("/", 1)[1],
        "content": {"subject": "Hi", "text": "Hi"},
        "startAt": "2099-01-01T00:00:00Z",
    }
    task = await ann.made("/api/tasks", order)
    assert (await ann.delete(path)).status_code == 409
    await ann.made(f"/api/tasks/{task['id']}/cancel", None)
    assert (await ann.delete(path)).status_code == 204
    assert (await ann.get("/api/contact-lists")).json()["data"] == []
    assert (await ann.get(f"/api/tasks/{task['id']}")).status_code == 200


async def test_suppressed_people_are_marked_on_their_lists(ann: Asker) -> None:
    path = await new_list(ann)
    await ann.made(f"{path}/contacts", {"contacts": [{"email": "Eva@example.org"}, {"email": "max@example.org"}]})
    await ann.made("/api/suppressions", {"email": "EVA@example.org"})
    marks = {each["email"]: each["suppressed"] for each in (await ann.get(f"{path}/contacts")).json()["data"]}
    assert marks == {"Eva@example.org": True, "max@example.org": False}
