"""Addresses that are never written to."""

from tests.integration.api.asker import Asker


async def test_one_address_or_many_are_suppressed_in_lower_case(ann: Asker) -> None:
    assert await ann.made("/api/suppressions", {"email": "Eva@Example.org"}) == {"received": 1, "added": 1}
    many = {"emails": ["eva@example.org", "max@example.org", "MAX@example.org"], "reason": "complained"}
    assert await ann.made("/api/suppressions", many) == {"received": 3, "added": 1}
    listed = (await ann.get("/api/suppressions")).json()["data"]
    assert [(each["email"], each["reason"]) for each in listed] == [
        ("eva@example.org", "manual"),
        ("max@example.org", "complained"),
    ]


async def test_an_address_is_found_and_allowed_again(ann: Asker) -> None:
    await ann.made("/api/suppressions", {"emails": ["eva@example.org", "max@example.org"]})
    found = (await ann.get("/api/suppressions", params={"email": "EVA@example.org"})).json()["data"]
    assert [each["email"] for each in found] == ["eva@example.org"]
    assert (await ann.delete("/api/suppressions/Eva@example.org")).status_code == 204
    assert (await ann.delete("/api/suppressions/eva@example.org")).status_code == 404


async def test_another_users_suppressions_are_their_own(ann: Asker, bob: Asker) -> None:
    await ann.made("/api/suppressions", {"email": "eva@example.org"})
    assert (await bob.get("/api/suppressions")).json()["data"] == []
    assert (await bob.delete("/api/suppressions/eva@example.org")).status_code == 404
    assert len((await ann.get("/api/suppressions")).json()["data"]) == 1


async def test_what_is_no_address_is_named(ann: Asker) -> None:
    response = await ann.post("/api/suppressions", {"emails": ["eva@example.org", "nobody"]})
    assert [error["pointer"] for error in response.json()["errors"]] == ["#/emails/1"]
    assert (await ann.post("/api/suppressions", {})).status_code == 422
    assert (await ann.get("/api/suppressions")).json()["data"] == []


async def test_they_come_in_parts(ann: Asker) -> None:
    await ann.made("/api/suppressions", {"emails": [f"p{n}@example.org" for n in range(5)]})
    first = (await ann.get("/api/suppressions?limit=3")).json()
    rest = (await ann.get("/api/suppressions", params={"limit": 3, "cursor": first["nextCursor"]})).json()
    assert [each["email"] for each in first["data"] + rest["data"]] == [f"p{n}@example.org" for n in range(5)]
