"""Single contacts are found, changed, tagged and deleted."""

import pytest

from tests.integration.api import orders
from tests.integration.api.asker import Asker


@pytest.fixture
async def listed(ann: Asker) -> str:
    """Id of Ann's list with three contacts."""
    made = await ann.made("/api/contact-lists", {"name": "People"})
    await ann.made(f"/api/contact-lists/{made['id']}/contacts", orders.contacts(3))
    return str(made["id"])


async def ids(asker: Asker, **filters: str) -> list[int]:
    """Which contacts a filter finds."""
    return [each["id"] for each in (await asker.get("/api/contacts", params=filters)).json()["data"]]


async def test_contacts_are_found_by_address_tag_and_list(ann: Asker, bob: Asker, listed: str) -> None:
    first, second, third = await ids(ann)
    await ann.patch(f"/api/contacts/{second}", {"tags": ["VIP"]})
    assert await ids(ann, email="PERSON3") == [third]
    assert await ids(ann, email="%") == []
    assert await ids(ann, tag="Vip") == [second]
    await ann.delete(f"/api/contact-lists/{listed}/contacts/{first}")
    assert await ids(ann, listId=listed) == [second, third]
    assert await ids(bob, listId=listed) == []


async def test_they_come_in_parts(ann: Asker, listed: str) -> None:
    first = (await ann.get("/api/contacts?limit=2")).json()
    rest = (await ann.get(f"/api/contacts?limit=2&cursor={first['nextCursor']}")).json()
    assert [len(first["data"]), len(rest["data"]), rest["nextCursor"]] == [2, 1, None]


async def test_fields_are_set_and_taken_away_and_tags_are_kept_in_one_form(ann: Asker, listed: str) -> None:
    (contact, *_) = await ids(ann)
    change = {"fields": {"company": None, "age": 41}, "tags": ["Beta", " alpha  One ", "beta"]}
    changed = (await ann.patch(f"/api/contacts/{contact}", change)).json()
    assert changed["fields"] == {"first_name": "Eva", "age": 41}
    assert changed["tags"] == ["alpha one", "beta"]
    again = (await ann.patch(f"/api/contacts/{contact}", {"fields": {"age": 42}})).json()
    assert again["tags"] == ["alpha one", "beta"]


@pytest.mark.parametrize("tag", ["", " ", "x" * 65, "a,b", "a;b", "a\0"])
async def test_a_tag_that_cannot_be_kept_is_refused(ann: Asker, listed: str, tag: str) -> None:
    (contact, *_) = await ids(ann)
    assert (await ann.patch(f"/api/contacts/{contact}", {"tags": [tag]})).status_code == 422


async def test_many_are_tagged_and_untagged_at_once_and_twice_is_harmless(ann: Asker, listed: str) -> None:
    some = (await ids(ann))[:2]
    order = {"add": ["Vip", "new"], "contactIds": some}
    assert await ann.made("/api/contacts/tags", order) == {"contacts": 2, "changed": 2, "full": 0}
    assert await ann.made("/api/contacts/tags", order) == {"contacts": 2, "changed": 0, "full": 0}
    made = await ann.made("/api/segments", {"name": "Vips", "rules": {"tag": "vip"}})
    by_segment = {"add": ["old"], "remove": ["vip", "new"], "segmentId": made["id"]}
    assert await ann.made("/api/contacts/tags", by_segment) == {"contacts": 2, "changed": 2, "full": 0}
    assert [each["tags"] for each in (await ann.get("/api/contacts")).json()["data"]] == [["old"], ["old"], []]


async def test_a_contact_with_a_hundred_tags_is_left_as_it_is(ann: Asker, listed: str) -> None:
    (contact, *_) = await ids(ann)
    await ann.patch(f"/api/contacts/{contact}", {"tags": [f"t{n}" for n in range(100)]})
    answer = await ann.made("/api/contacts/tags", {"add": ["more"], "contactIds": [contact]})
    assert answer == {"contacts": 1, "changed": 0, "full": 1}


async def test_a_deleted_contact_is_off_its_lists(ann: Asker, listed: str) -> None:
    first, *rest = await ids(ann)
    assert (await ann.delete(f"/api/contacts/{first}")).status_code == 204
    assert (await ann.get(f"/api/contacts/{first}")).status_code == 404
    assert await ids(ann, listId=listed) == rest


async def test_another_users_contact_is_not_found(ann: Asker, bob: Asker, listed: str) -> None:
    (contact, *_) = await ids(ann)
    address = f"/api/contacts/{contact}"
    answers = [await bob.get(address), await bob.patch(address, {"tags": ["x"]}), await bob.delete(address)]
    assert [answer.status_code for answer in answers] == [404] * 3
    tagged = await bob.made("/api/contacts/tags", {"add": ["x"], "contactIds": [contact]})
    assert tagged == {"contacts": 0, "changed": 0, "full": 0}
