"""People who upload files, and the merge that a worker would run."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import asyncpg
import httpx
import pytest
from temporalio.testing import ActivityEnvironment

from activities.contact_import import ContactImportActivities
from contracts.contact_import import ImportTotals, MergeImport
from tests.integration.api.asker import Asker
from tests.integration.api.conftest import (  # noqa: F401 - fixtures
    admin,
    ann,
    app,
    bob,
    http,
    resources,
    settings,
)

Merge = Callable[[str], Awaitable[ImportTotals | None]]


@dataclass(frozen=True)
class Uploader:
    """Someone with a contact list."""

    asker: Asker
    list_id: str

    async def send(self, content: bytes, name: str = "people.csv", **options: Any) -> httpx.Response:
        """Upload a file into the list."""
        headers = {"Authorization": f"Bearer {self.asker.key}", **options.pop("headers", {})}
        files = {"file": (name, content, "text/csv")}
        path = f"/api/contact-lists/{self.list_id}/import"
        return await self.asker.http.post(path, files=files, headers=headers, params=options)

    async def staged(self, content: bytes, **options: Any) -> dict[str, Any]:
        """Upload a file that must be taken."""
        response = await self.send(content, **options)
        assert response.status_code == 202, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def contacts(self) -> dict[str, dict[str, object]]:
        """The list's addresses with their fields."""
        answer = await self.asker.get(f"/api/contact-lists/{self.list_id}/contacts")
        return {row["email"]: row["fields"] for row in answer.json()["data"]}

    async def refused(self, import_id: str) -> list[str]:
        """Lines of the errors file, the header first."""
        answer = await self.asker.get(f"/api/imports/{import_id}/errors.csv")
        assert answer.status_code == 200
        return answer.content.decode("utf-8-sig").splitlines()


async def uploader_for(asker: Asker) -> Uploader:
    """A list of theirs, empty."""
    return Uploader(asker, (await asker.made("/api/contact-lists", {"name": "People"}))["id"])


@pytest.fixture
async def uploader(ann: Asker) -> Uploader:  # noqa: F811 - pytest's way
    """Ann with a list."""
    return await uploader_for(ann)


@pytest.fixture
def merge(pool: "asyncpg.Pool[asyncpg.Record]") -> Merge:
    """What the worker's activity does with an import."""

    async def run(import_id: str) -> ImportTotals | None:
        activities = ContactImportActivities(pool)
        return await ActivityEnvironment().run(activities.merge, MergeImport(import_id=UUID(import_id)))

    return run
