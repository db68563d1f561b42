"""The client's calls about whom mails go to."""

from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path
from uuid import UUID

from api.client_transport import UPLOAD_TIMEOUT, Transport
from api.schemas.contact import (
    ContactListOut,
    ContactOut,
    ContactsOut,
    ErasureOut,
    SuppressionOut,
    SuppressionsOut,
    TaggingOut,
)
from api.schemas.contact_import import ContactImportOut, ImportLookOut
from api.schemas.segment import SegmentOut, SegmentPreviewOut
from api.watched_file import Progress, WatchedFile


class ContactCalls(Transport):
    """Lists, imports, suppressions, contacts, segments, erasure."""

    async def create_list(self, name: str) -> ContactListOut:
        """Make an empty contact list."""
        return await self._post(ContactListOut, "/api/contact-lists", {"name": name})

    def lists(self) -> AsyncIterator[ContactListOut]:
        """All contact lists."""
        return self._all(ContactListOut, "/api/contact-lists")

    async def contact_list(self, list_id: UUID) -> ContactListOut:
        """One contact list."""
        return await self._get(ContactListOut, f"/api/contact-lists/{list_id}")

    async def delete_list(self, list_id: UUID) -> None:
        """Delete a list; its contacts stay."""
        await self._send("DELETE", f"/api/contact-lists/{list_id}")

    async def import_file(
        self,
        list_id: UUID,
        file: Path,
        reading: Mapping[str, str | list[str]] | None = None,
        progress: Progress | None = None,
    ) -> ContactImportOut:
        """Upload a CSV file; `reading` holds what the API's page names, such as `mode`."""
        path = f"/api/contact-lists/{list_id}/import"
        with file.open("rb") as opened:
            part = {"file": (file.name, WatchedFile(opened, progress), "text/csv")}
            return ContactImportOut.model_validate_json(
                (await self._send("POST", path, params=reading, files=part, timeout=UPLOAD_TIMEOUT)).content
            )

    async def import_body(
        self,
        list_id: UUID,
        body: AsyncIterator[bytes],
        headers: Mapping[str, str],
        reading: Mapping[str, str | list[str]],
    ) -> ContactImportOut:
        """Hand on the body of an upload as it comes, once; `headers` are its type and length."""
        path = f"/api/contact-lists/{list_id}/import"
        return ContactImportOut.model_validate_json(await self._hand_on(path, body, headers, reading))

    async def look_at(self, head: bytes, reading: Mapping[str, str]) -> ImportLookOut:
        """How a file would be read that begins like this; 64 KiB are enough."""
        part = {"file": ("head.csv", head, "text/csv")}
        answer = await self._send("POST", "/api/imports/look", params=reading, files=part)
        return ImportLookOut.model_validate_json(answer.content)

    async def contact_import(self, import_id: UUID) -> ContactImportOut:
        """How an import stands."""
        return await self._get(ContactImportOut, f"/api/imports/{import_id}")

    def import_errors(self, import_id: UUID) -> AsyncIterator[bytes]:
        """The refused rows of an import as CSV, in pieces."""
        return self.file(f"/api/imports/{import_id}/errors.csv")

    async def suppress(self, emails: list[str], reason: str) -> SuppressionsOut:
        """Never write to these addresses again, at most 1,000 at a time."""
        return await self._post(SuppressionsOut, "/api/suppressions", {"emails": emails, "reason": reason})

    def suppressions(self) -> AsyncIterator[SuppressionOut]:
        """All suppressed addresses."""
        return self._all(SuppressionOut, "/api/suppressions")

    def contacts(self, **filters: str) -> AsyncIterator[ContactOut]:
        """Contacts by id; `email` (its beginning), `tag` and `listId` narrow them down."""
        return self._all(ContactOut, "/api/contacts", filters)

    async def contact(self, contact_id: int) -> ContactOut:
        """One contact."""
        return await self._get(ContactOut, f"/api/contacts/{contact_id}")

    async def change_contact(self, contact_id: int, change: Mapping[str, object]) -> ContactOut:
        """Change a contact's fields and tags."""
        return await self._patch(ContactOut, f"/api/contacts/{contact_id}", change)

    async def delete_contact(self, contact_id: int) -> None:
        """Delete a contact; the ledger keeps what was sent to it."""
        await self._send("DELETE", f"/api/contacts/{contact_id}")

    async def add_contacts(self, list_id: UUID, contacts: Sequence[Mapping[str, object]]) -> ContactsOut:
        """Put contacts on a list, at most 1,000 at a time."""
        return await self._post(ContactsOut, f"/api/contact-lists/{list_id}/contacts", {"contacts": contacts})

    async def tag_contacts(self, order: Mapping[str, object]) -> TaggingOut:
        """Put tags on contacts and take others off."""
        return await self._post(TaggingOut, "/api/contacts/tags", order)

    async def erase(self, email: str) -> ErasureOut:
        """Erase a person. It cannot be undone."""
        return await self._post(ErasureOut, "/api/contacts/erase", {"email": email})

    def export_contacts(self, filters: Mapping[str, str]) -> AsyncIterator[bytes]:
        """Contacts as CSV, in pieces; `listId`, `segmentId` and `tag` narrow them down."""
        return self.file("/api/contacts/export.csv", filters)

    def segments(self) -> AsyncIterator[SegmentOut]:
        """All segments."""
        return self._all(SegmentOut, "/api/segments")

    async def segment(self, segment_id: UUID) -> SegmentOut:
        """One segment."""
        return await self._get(SegmentOut, f"/api/segments/{segment_id}")

    async def change_segment(self, segment_id: UUID, change: Mapping[str, object]) -> SegmentOut:
        """Change a segment's name or rules."""
        return await self._patch(SegmentOut, f"/api/segments/{segment_id}", change)

    async def delete_segment(self, segment_id: UUID) -> None:
        """Delete a segment; lists that were frozen from it stay."""
        await self._send("DELETE", f"/api/segments/{segment_id}")

    async def create_segment(self, name: str, rules: object) -> SegmentOut:
        """Keep a segment."""
        return await self._post(SegmentOut, "/api/segments", {"name": name, "rules": rules})

    async def preview_segment(self, rules: object) -> SegmentPreviewOut:
        """How many contacts rules find."""
        return await self._post(SegmentPreviewOut, "/api/segments/preview", {"rules": rules})

    async def freeze_segment(self, segment_id: UUID, name: str) -> ContactListOut:
        """Make a list of those who are of a segment now."""
        return await self._post(ContactListOut, f"/api/segments/{segment_id}/freeze", {"name": name})
