"""Segments: saved filters on contacts."""

from datetime import datetime
from uuid import UUID

from api.schemas.base import Incoming, Line, Outgoing
from api.schemas.contact import ContactOut
from contracts.segment import Rules


class SegmentIn(Incoming):
    """A segment to keep."""

    name: Line
    rules: Rules
    """Who is of it; see docs/contacts.md."""


class SegmentChange(Incoming):
    """What is to be different; the rest stays."""

    name: Line | None = None
    rules: Rules | None = None


class SegmentOut(Outgoing):
    """A segment."""

    id: UUID
    name: str
    rules: dict[str, object]
    created_at: datetime
    updated_at: datetime


class SegmentPreviewIn(Incoming):
    """Rules to try."""

    rules: Rules


class SegmentPreviewOut(Outgoing):
    """How many contacts the rules find now."""

    contacts: int | None
    """Empty: neither counted nor estimated within a second."""
    exact: bool
    """False: estimated from a sample of the contacts."""
    sample: list[ContactOut]
    """At most ten of them."""


class FreezeIn(Incoming):
    """The list that a segment's contacts are put on."""

    name: Line
