"""Segments are kept, counted and frozen."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from contracts.segment import RULES
from database.connect import transaction
from database.queries import segment
from runtime.resources import Resources
from tests.integration.api.asker import Asker

IN_GRAZ = {"field": "city", "op": "equals", "value": "graz"}


@pytest.fixture
async def path(ann: Asker) -> str:
    """Ann's list of six contacts: three in Graz, of whom one is suppressed."""
    made = await ann.made("/api/contact-lists", {"name": "People"})
    people = [
        {"email": f"p{n}@example.org", "fields": {"city": "Graz" if n < 3 else "Wien", "age": str(20 + n)}}
        for n in range(6)
    ]
    await ann.made(f"/api/contact-lists/{made['id']}/contacts", {"contacts": people})
    await ann.made("/api/suppressions", {"email": "p0@example.org"})
    return f"/api/contact-lists/{made['id']}"


async def preview(asker: Asker, rules: Any) -> dict[str, Any]:
    """What the API says of rules."""
    return await asker.made("/api/segments/preview", {"rules": rules})


async def test_a_preview_counts_and_shows_some(ann: Asker, path: str) -> None:
    answer = await preview(ann, {"all": [IN_GRAZ, {"suppressed": False}, {"list": path.rpartition("/")[2]}]})
    assert (answer["contacts"], answer["exact"]) == (2, True)
    assert [each["email"] for each in answer["sample"]] == ["p1@example.org", "p2@example.org"]


async def test_nobody_finds_the_contacts_of_another(ann: Asker, bob: Asker, path: str) -> None:
    assert (await preview(bob, {"not": {"tag": "x"}}))["contacts"] == 0
    response = await bob.post("/api/segments/preview", {"rules": {"list": path.rpartition("/")[2]}})
    assert response.status_code == 422
    assert "you have no list" in response.json()["detail"]


async def test_a_wrong_rule_is_named_by_its_place(ann: Asker) -> None:
    rules = {"all": [IN_GRAZ, {"any": [{"field": "age", "op": "greater", "value": "x"}]}]}
    response = await ann.post("/api/segments/preview", {"rules": rules})
    assert response.status_code == 422
    assert response.json()["errors"] == [
        {"pointer": "#/rules/all/1/any/0", "message": "`greater` takes a number as `value`"}
    ]


async def test_segments_are_kept_changed_and_deleted(ann: Asker, bob: Asker) -> None:
    made = await ann.made("/api/segments", {"name": "Graz", "rules": IN_GRAZ})
    address = f"/api/segments/{made['id']}"
    assert (await ann.get(address)).json()["rules"] == IN_GRAZ
    assert (await ann.post("/api/segments", {"name": "Graz", "rules": IN_GRAZ})).status_code == 409
    changed = (await ann.patch(address, {"rules": {"tag": "VIP"}})).json()
    assert (changed["name"], changed["rules"]) == ("Graz", {"tag": "vip"})
    assert [each["name"] for each in (await ann.get("/api/segments")).json()["data"]] == ["Graz"]
    for answer in (await bob.get(address), await bob.patch(address, {"name": "x"}), await bob.delete(address)):
        assert answer.status_code == 404
    assert (await ann.delete(address)).status_code == 204
    assert (await ann.get(address)).status_code == 404


async def test_a_frozen_segment_is_a_list_that_no_longer_changes(ann: Asker, path: str) -> None:
    made = await ann.made("/api/segments", {"name": "Graz", "rules": IN_GRAZ})
    response = await ann.post(f"/api/segments/{made['id']}/freeze", {"name": "Graz in June"})
    assert response.status_code == 201
    assert response.json()["contacts"] == 3
    late = {"contacts": [{"email": "late@example.org", "fields": {"city": "GRAZ"}}]}
    await ann.made(f"{path}/contacts", late)
    members = (await ann.get(f"{response.headers['Location']}/contacts")).json()["data"]
    assert [each["email"] for each in members] == [f"p{n}@example.org" for n in range(3)]
    assert (await preview(ann, IN_GRAZ))["contacts"] == 4


async def test_what_takes_too_long_to_count_is_estimated_and_says_so(
    ann: Asker, resources: Resources, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred thousand contacts are not counted in a millisecond; in time, they are sampled."""
    async with transaction(resources.engine) as connection:
        await connection.execute(
            text("""
                INSERT INTO contacts (user_id, email, email_key, fields)
                SELECT user_id, n || 'x@example.org', n || 'x@example.org',
                    jsonb_build_object('city', CASE WHEN n % 4 = 0 THEN 'Graz' ELSE 'Wien' END)
                FROM contact_lists, generate_series(1, 100000) n
            """)
        )
        await connection.execute(text("ANALYZE contacts"))
    async with transaction(resources.engine) as connection:
        owner = (await connection.execute(text("SELECT user_id FROM contact_lists"))).scalar_one()
        monkeypatch.setattr(segment, "EXACT_LIMIT", timedelta(milliseconds=1))
        monkeypatch.setattr(segment, "ESTIMATE_LIMIT", segment.ESTIMATE_LIMIT * 100)
        found = await segment.preview(connection, owner, RULES.validate_python(IN_GRAZ))
        assert not found.exact
        assert found.contacts is not None
        assert 20_000 < found.contacts < 30_000
        assert len(found.shown) == segment.SHOWN
