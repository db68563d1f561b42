"""Contacts, contact lists and suppressions."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import Field

from api.schemas.base import Address, Fields, Incoming, Line, Outgoing


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
    """A contact on a list."""

    id: int
    email: str
    fields: dict[str, object]
    suppressed: bool
    created_at: datetime
    updated_at: datetime


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
