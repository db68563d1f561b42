"""One mail of a task: where it stands, its tries, and what a person may decide of it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.base import Incoming, Line, Outgoing
from api.schemas.task import TaskStatus
from contracts.delivery import Decision

SubtaskStatus = Literal["pending", "claimed", "transmitting", "sent", "failed", "suppressed", "unknown", "cancelled"]
Seq = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""A mail's number in its task."""


class ResolveIn(Incoming):
    """What to do with mails whose outcome is unknown."""

    decision: Decision
    seqs: Annotated[list[Seq], Field(min_length=1, max_length=10_000)] | None = None
    """Only these; all unknown ones unless given."""


class MailListIn(Incoming):
    """Make a contact list of those whom a task did not reach."""

    name: Line
    status: Literal["failed", "cancelled"]
    """Nothing was delivered to them. Those of unknown outcome are decided first."""
    reason: Line | None = None
    """Only mails of this reason."""


class ResolveOut(Outgoing):
    """What was decided."""

    resolved: int
    """Mails that were unknown and are not any more."""
    unknown: int
    """Those that still are."""
    status: TaskStatus
    """Of the task: a resend re-opens it."""


class SubtaskOut(Outgoing):
    """One mail of a task."""

    seq: int
    email: str
    status: SubtaskStatus
    reason: str | None
    retry_at: datetime | None
    retry_count: int
    service_id: UUID | None
    service: str | None
    message_id: str | None
    due_at: datetime | None
    sent_at: datetime | None


class ReasonOut(Outgoing):
    """Mails of a task that were not sent for one reason."""

    status: Literal["failed", "suppressed", "unknown", "cancelled"]
    reason: str | None
    count: int


class RunnerUp(Outgoing):
    """A service that would have been next."""

    service_id: UUID
    service: str | None
    score: float


class WaitingTask(Outgoing):
    """A task that had mail ready too."""

    id: UUID
    name: str


class ChoiceOut(Outgoing):
    """Why a mail had its service: of those ready at the time the best score is chosen."""

    decided_at: datetime
    score: float
    """0.4 × quota + 0.4 × rest + 0.2 × success."""
    quota: float
    """Share of the day's quota that was left."""
    rest: float
    """Share of the sending interval that had passed."""
    success: float
    """Smoothed share of mails that were accepted."""
    pinned: bool
    """The mail was bound to this service: the score did not matter."""
    runners_up: list[RunnerUp]
    waiting: list[WaitingTask]
    """Your own among the tasks that waited longest."""
    waiting_count: int
    """All other tasks of the pool that had mail ready."""


class DeliveryOut(Outgoing):
    """One try of a mail."""

    permit_id: UUID
    attempt: int
    service_id: UUID
    service: str | None
    phase: Literal["claimed", "transmitting", "ended"]
    outcome: Literal["sent", "failed", "unknown", "returned"] | None
    reason: str | None
    reply_code: int | None
    reply_text: str | None
    worker: str
    claimed_at: datetime
    marked_at: datetime | None
    """When its body began to go out."""
    ended_at: datetime | None
    deadline: datetime
    choice: ChoiceOut | None
    """Kept for as long as monitoring data."""
    decision: Decision | None
    """What a person decided, where the outcome was unknown."""
    decided_at: datetime | None
    decided_by: UUID | None
    """The API key they used."""


class SubtaskHistoryOut(SubtaskOut):
    """One mail with all its tries, the first first."""

    deliveries: list[DeliveryOut]
