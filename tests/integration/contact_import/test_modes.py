"""What an import does to contacts that exist, and its tags."""

from typing import Any

import pytest

from tests.integration.contact_import.conftest import Merge, Uploader

BEFORE = b"email,name,city\nann@example.com,Ann,Rome\nbob@example.com,Bob,Oslo\n"
FILE = b"email,city\nANN@example.com,Graz\nnew@example.com,Linz\nNEW@example.com,Wien\n"


async def imported(uploader: Uploader, merge: Merge, content: bytes, **options: Any) -> dict[str, Any]:
    """Upload, merge, and read how it ended."""
    staged = await uploader.staged(content, **options)
    await merge(staged["id"])
    answer: dict[str, Any] = (await uploader.asker.get(f"/api/imports/{staged['id']}")).json()
    return answer


async def fields(uploader: Uploader) -> dict[str, dict[str, object]]:
    """Every contact's fields by address in lower case."""
    return {email.lower(): found for email, found in (await uploader.contacts()).items()}


@pytest.mark.parametrize(
    ("mode", "known", "new", "skipped"),
    [
        ("merge", {"name": "Ann", "city": "Graz"}, {"city": "Wien"}, 0),
        ("replace", {"city": "Graz"}, {"city": "Wien"}, 0),
        ("insert", {"name": "Ann", "city": "Rome"}, {"city": "Wien"}, 1),
        ("update", {"name": "Ann", "city": "Graz"}, None, 1),
    ],
)
async def test_each_mode_does_what_it_says(
    uploader: Uploader, merge: Merge, mode: str, known: Any, new: Any, skipped: int
) -> None:
    await imported(uploader, merge, BEFORE)
    ended = await imported(uploader, merge, FILE, mode=mode)
    assert (ended["mode"], ended["status"]) == (mode, "completed")
    assert ended["skipped"] == skipped
    assert ended["rowsRead"] == ended["rejected"] + ended["merged"] + ended["skipped"] + ended["accepted"]
    people = await fields(uploader)
    assert people["ann@example.com"] == known
    assert people.get("new@example.com") == new
    assert people["bob@example.com"] == {"name": "Bob", "city": "Oslo"}


async def test_tags_of_a_column_and_of_the_import_are_added_to_those_a_contact_has(
    uploader: Uploader, merge: Merge
) -> None:
    await imported(uploader, merge, b"email\nann@example.com\n", tags="Old")
    content = 'email,Labels,name\nann@example.com,"VIP; über uns",Ann\nbob@example.com,,Bob\n'.encode()
    await imported(uploader, merge, content, tags="fair 2026, old", tagsColumn="labels")
    found = (await uploader.asker.get("/api/contacts")).json()["data"]
    assert [each["tags"] for each in found] == [["fair 2026", "old", "vip", "über uns"], ["fair 2026", "old"]]
    assert [each["fields"] for each in found] == [{"name": "Ann"}, {"name": "Bob"}]


async def test_columns_are_kept_as_the_person_says(uploader: Uploader, merge: Merge) -> None:
    content = b"email,Vorname,Notes,a=b\nann@example.com,Ann,secret,1\n"
    ended = await imported(uploader, merge, content, column=["Vorname=first_name", "Notes=", "a=b=c"])
    assert ended["columns"] == {"email": "email", "Vorname": "first_name", "Notes": "", "a=b": "c"}
    assert await fields(uploader) == {"ann@example.com": {"first_name": "Ann", "c": "1"}}


async def test_a_row_with_a_tag_that_cannot_be_kept_is_refused(uploader: Uploader, merge: Merge) -> None:
    ended = await imported(uploader, merge, f"email,t\na@example.com,{'x' * 65}\n".encode(), tagsColumn="t")
    assert ended["rejected"] == 1
    assert "at most 64 letters" in (await uploader.refused(ended["id"]))[1]


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"mode": "upsert"}, "?mode"),
        ({"tags": "x" * 65}, "?tags"),
        ({"tagsColumn": "t"}, "?tagsColumn"),
        ({"column": "Name"}, "?column"),
        ({"column": "Phone=tel"}, "?column"),
    ],
)
async def test_a_wrong_parameter_is_named(uploader: Uploader, options: dict[str, str], what: str) -> None:
    response = await uploader.send(BEFORE, **options)
    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"] == what


async def test_an_erased_person_is_refused_and_not_named(uploader: Uploader, merge: Merge) -> None:
    await imported(uploader, merge, BEFORE)
    await uploader.asker.made("/api/contacts/erase", {"email": "ann@example.com"})
    ended = await imported(uploader, merge, FILE)
    assert (ended["rejected"], ended["accepted"]) == (1, 1)
    assert (await uploader.refused(ended["id"]))[1] == "2,is the address of a person who was erased,"
