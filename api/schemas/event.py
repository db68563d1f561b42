"""What came back for mails."""

from datetime import datetime
from uuid import UUID

from api.schemas.base import Outgoing
from contracts.event import EventKind


class EventOut(Outgoing):
    """Something a recipient, their server or their mail reader did."""

    id: int
    task_id: UUID
    seq: int
    email: str
    """To whom the mail went."""
    kind: EventKind
    machine: bool
    """An open or click that a privacy proxy or scanner made."""
    occurred_at: datetime
    recorded_at: datetime
    detail: dict[str, object]
    """The link that was clicked, a bounce's code and text, until when somebody is away."""
