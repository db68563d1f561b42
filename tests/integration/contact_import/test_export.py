"""Contacts are exported, harmless for a spreadsheet, and an import reads the same people back."""

import csv
import io

from tests.integration.api.asker import Asker
from tests.integration.contact_import.conftest import Merge, Uploader, uploader_for

PEOPLE = [
    {"email": "ann@example.com", "fields": {"phone": "+43 1", "note": "=1+1", "n": 7, "vip": True}},
    {"email": "bob@example.com", "fields": {"note": "'=kept", "text": 'say "hi",\r\nagain; ✓'}},
]


async def exported(asker: Asker, **filters: str) -> str:
    """The file."""
    response = await asker.get("/api/contacts/export.csv", params=filters)
    assert response.status_code == 200
    return response.content.decode("utf-8-sig")


async def test_an_import_reads_an_export_back(uploader: Uploader, bob: Asker, merge: Merge) -> None:
    ann = uploader.asker
    await ann.made(f"/api/contact-lists/{uploader.list_id}/contacts", {"contacts": PEOPLE})
    (first, _) = (await ann.get("/api/contacts")).json()["data"]
    await ann.patch(f"/api/contacts/{first['id']}", {"tags": ["vip", "über uns"]})
    content = await exported(ann)
    rows = list(csv.reader(io.StringIO(content, newline="")))
    assert rows[0] == ["email", "tags", "n", "note", "phone", "text", "vip"]
    assert rows[1][3:5] == ["'=1+1", "'+43 1"]

    bobs = await uploader_for(bob)
    await merge((await bobs.staged(content.encode("utf-8-sig"), tagsColumn="tags"))["id"])

    found = (await bob.get("/api/contacts")).json()["data"]
    assert [each["fields"] for each in found] == [
        {"phone": "+43 1", "note": "=1+1", "n": "7", "vip": "true"},
        PEOPLE[1]["fields"],
    ]
    assert [each["tags"] for each in found] == [["vip", "über uns"], []]
    assert await exported(bob) == content


async def test_only_those_of_every_filter_are_written(uploader: Uploader, bob: Asker) -> None:
    ann = uploader.asker
    await ann.made(f"/api/contact-lists/{uploader.list_id}/contacts", {"contacts": PEOPLE})
    made = await ann.made("/api/segments", {"name": "VIPs", "rules": {"field": "vip", "op": "exists"}})
    content = await exported(ann, segmentId=made["id"], listId=uploader.list_id)
    assert [line.partition(",")[0] for line in content.splitlines()] == ["email", "ann@example.com"]
    assert (await exported(ann, tag="nobody's")).splitlines() == ["email,tags"]
    assert (await bob.get(f"/api/contacts/export.csv?listId={uploader.list_id}")).status_code == 404
