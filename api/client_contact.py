"""The client's calls about single contacts and segments."""

from collections.abc import AsyncIterator, Mapping, Sequence
from uuid import UUID

from api.client_errors import raise_for_problem
from api.client_transport import Transport
from api.schemas.contact import ContactListOut, ContactOut, ContactsOut, ErasureOut, TaggingOut
from api.schemas.segment import SegmentOut, SegmentPreviewOut


class ContactCalls(Transport):
    """Contacts, tags, segments, erasure."""

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

    async def export_contacts(self, filters: Mapping[str, str]) -> AsyncIterator[bytes]:
        """Contacts as CSV, in pieces; `listId`, `segmentId` and `tag` narrow them down."""
        async with self._http.stream("GET", "/api/contacts/export.csv", params=filters) as response:
            await raise_for_problem(response)
            async for piece in response.aiter_bytes():
                yield piece

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
