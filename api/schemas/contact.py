"""Contacts, contact lists and suppressions."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.schemas.base import Address, FieldName, Fields, FieldValue, Incoming, Line, Outgoing
from contracts.tag import MAX_TAGS, TagName

ContactId = Annotated[int, Field(ge=1, le=2**63 - 1)]


class ContactListIn(Incoming):
    """A list to make."""

    name: Line


class ContactListOut(Outgoing):
    """A list."""

    id: UUID
    name: str
    contacts: int
    """How many stand on it."""
    created_at: datetime


class ContactIn(Incoming):
    """A person to write to."""

    email: Address
    fields: Fields = Field(default_factory=dict)


class ContactsIn(Incoming):
    """Contacts to put on a list. One that exists keeps the fields that are not given."""

    contacts: Annotated[list[ContactIn], Field(min_length=1, max_length=1000)]


class ContactsOut(Outgoing):
    """What became of contacts that were put on a list."""

    received: int
    contacts: int
    """Different addresses among them, by lower case."""
    added: int
    """Of these, new on the list."""


class ContactOut(Outgoing):
    """A contact."""

    id: int
    email: str
    fields: dict[str, object]
    tags: list[str]
    suppressed: bool
    created_at: datetime
    updated_at: datetime


class ContactChange(Incoming):
    """What is to be different about a contact; the rest stays."""

    fields: Annotated[dict[FieldName, FieldValue | None], Field(max_length=100)] = Field(default_factory=dict)
    """Null takes a field away."""
    tags: Annotated[list[TagName], Field(max_length=MAX_TAGS)] | None = None
    """All the contact shall have."""


class TaggingIn(Incoming):
    """Tags to put on contacts, and to take off: of a segment, or of those named by id."""

    add: Annotated[list[TagName], Field(max_length=MAX_TAGS)] = Field(default_factory=list)
    remove: Annotated[list[TagName], Field(max_length=MAX_TAGS)] = Field(default_factory=list)
    contact_ids: Annotated[list[ContactId], Field(min_length=1, max_length=1000)] | None = None
    segment_id: UUID | None = None


class TaggingOut(Outgoing):
    """What became of contacts that were to be tagged."""

    contacts: int
    changed: int
    full: int
    """Left as they were: they would have more than 100 tags."""


class ErasureIn(Incoming):
    """Who is to be erased."""

    email: Address


class ErasureOut(Outgoing):
    """How many rows the address was taken out of, or that were removed."""

    contacts: int
    memberships: int
    mails: int
    pending_mails: int
    """Of these, not sent yet: now suppressed, reason `erased`."""
    events: int
    replies: int
    """Answers of servers that held the address."""
    campaigns: int
    import_rows: int
    refused_rows: int
    suppressions: int
    mentions: int = 0
    """Names, rules of segments, kept answers, errors and alerts that held the address."""


class SuppressionsIn(Incoming):
    """Addresses never to write to again: one, or many."""

    email: Address | None = None
    emails: Annotated[list[Address], Field(max_length=1000)] = Field(default_factory=list)
    reason: Line = "manual"


class SuppressionsOut(Outgoing):
    """What became of addresses that were suppressed."""

    received: int
    added: int
    """Those that were not suppressed before."""


class SuppressionOut(Outgoing):
    """An address that is never written to."""

    email: str
    reason: str
    created_at: datetime
