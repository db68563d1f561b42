"""Mails of unknown outcome, and what is known to have been sent."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field

from api.schemas.base import Address, Incoming, Line, Outgoing
from contracts.evidence import MOST_AT_ONCE


class UnknownOut(Outgoing):
    """A mail whose body went out and that nobody answered for: what is known of it."""

    seq: int
    email: str
    message_id: str
    """Look for it in the service's Sent folder or log."""
    service_id: UUID
    service: str | None
    attempt: int
    marked_at: datetime | None
    """When its body began to go out."""
    ended_at: datetime
    """When it was given up to wait."""
    reason: str | None
    """`no_answer`, or `worker_lost` where the process died in between."""
    last_words: str | None
    """What was said last in the dialogue, as far as it is known."""
    worker: str


class SeenIn(Incoming):
    """A mail that was seen; what is not known is left out."""

    message_id: Line
    recipient: Address | None = None
    """Then only a mail to this address is meant."""
    sender: Address | None = None
    sent_at: AwareDatetime | None = None


class EvidenceIn(Incoming):
    """Mails seen in a provider's journal, a Sent folder, bounces or replies."""

    mails: Annotated[list[SeenIn], Field(min_length=1, max_length=MOST_AT_ONCE)]


class EvidenceOut(Outgoing):
    """How many of them were what."""

    sent: int = 0
    """Unknown or waiting until now; sent from now on."""
    known: int = 0
    """Sent already, or named twice."""
    open: int = 0
    """A worker has them in hand: ask again later."""
    ended: int = 0
    """Failed, suppressed or cancelled: left so."""
    unprepared: int = 0
    """Of tasks that have no mails yet."""
    no_task: int = 0
    """Of no task of yours, or none of Tempost's."""
    no_mail: int = 0
    """The task has no such mail, or to somebody else."""
