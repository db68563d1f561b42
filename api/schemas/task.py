"""Tasks: what is ordered, and where it stands."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from api.schemas.base import Address, Fields, Incoming, Line, Outgoing
from api.schemas.contact import ContactIn
from api.schemas.finding import FindingOut
from api.schemas.forecast import ForecastOut
from api.schemas.template import ContentIn
from contracts.delivery import Decision

Priority = Literal[-1, 0, 1]
"""1 goes before 0, 0 before -1."""
TaskStatus = Literal["scheduled", "sending", "paused", "completed", "cancelled"]
SubtaskStatus = Literal["pending", "claimed", "transmitting", "sent", "failed", "suppressed", "unknown", "cancelled"]
Seq = Annotated[int, Field(ge=1, le=2**31 - 1)]
"""A mail's number in its task."""
UnknownPolicy = Literal["hold", "resend", "count_as_sent"]
"""What becomes of a mail whose acceptance nobody knows: it is held for a person, sent again, or taken as sent."""


PinFallback = Literal["any", "wait"]
"""What a mail does while the service it is pinned to cannot be used: it goes through any other, or waits for it."""
Weight = Annotated[float, Field(ge=0.1, le=10, allow_inf_nan=False)]
"""Its share against tasks of the same priority; 1 is everyone's."""


class TaskIn(Incoming):
    """A mailing: one content to one audience."""

    name: Line
    contact_list_id: UUID | None = None
    recipients: Annotated[list[ContactIn], Field(max_length=1000)] | None = None
    """Instead of a list; they become contacts."""
    template_id: UUID | None = None
    content: ContentIn | None = None
    """Instead of a template."""
    pool: Line | None = None
    """Name or id; your own pool unless said."""
    priority: Priority = 0
    weight: Weight = 1.0
    follow_up_of: UUID | None = None
    """An earlier task of yours: each mail goes through the service that sent that task's mail to the same contact."""
    pin_fallback: PinFallback = "any"
    tracks_opens: bool = True
    """A picture of one dot in the html tells when the mail is opened."""
    tracks_clicks: bool = True
    """Links in the html lead by way of us, except those with the attribute `data-no-track`."""
    start_at: AwareDatetime | None = None
    unknown_policy: UnknownPolicy = "hold"

    @model_validator(mode="after")
    def _one_audience_one_content(self) -> "TaskIn":
        if (self.contact_list_id is None) == (self.recipients is None):
            raise ValueError("give either `contactListId` or `recipients`")
        if (self.template_id is None) == (self.content is None):
            raise ValueError("give either `templateId` or `content`")
        return self


class TaskTestIn(Incoming):
    """One mail to oneself."""

    template_id: UUID
    to: Address
    fields: Fields = Field(default_factory=dict)
    pool: Line | None = None


class TaskChange(Incoming):
    """What to change of a task; the rest stays."""

    name: Line | None = None
    priority: Priority | None = None
    weight: Weight | None = None
    pin_fallback: PinFallback | None = None


class StatusCounts(Outgoing):
    """Mails by status; their sum is the total, always."""

    pending: int = 0
    claimed: int = 0
    transmitting: int = 0
    sent: int = 0
    failed: int = 0
    suppressed: int = 0
    unknown: int = 0
    cancelled: int = 0


class TaskOut(Outgoing):
    """A task."""

    id: UUID
    name: str
    status: TaskStatus
    priority: Priority
    weight: float
    follow_up_of: UUID | None
    pin_fallback: PinFallback
    pool_id: UUID
    pool: str
    contact_list_id: UUID
    template_id: UUID | None
    subject: str
    tracks_opens: bool
    tracks_clicks: bool
    unknown_policy: UnknownPolicy
    max_retries: int
    start_at: datetime | None
    total: int
    by_status: StatusCounts
    created_at: datetime
    first_sent_at: datetime | None
    last_sent_at: datetime | None
    completed_at: datetime | None
    """When it ended, completed or cancelled."""


class MissingField(Outgoing):
    """A variable of the content that some contacts have no field for."""

    name: str
    contacts: int
    """How many lack it."""
    example: str
    """One of them."""


class DryRunOut(Outgoing):
    """What a task would do. Nothing was written."""

    total: int
    to_send: int
    suppressed: int
    missing_fields: list[MissingField]
    active_services: int
    """Of the pool."""
    start_at: datetime | None
    forecast: ForecastOut
    """As if it were ordered now."""
    findings: list[FindingOut]
    """What may cost the mails their readers, the worst first; nothing here stops a task."""


class Progress(Outgoing):
    """How far a task is."""

    total: int
    sent: int
    pending: int
    """All that is not finished."""
    failed: int
    by_status: StatusCounts


class Metrics(Outgoing):
    """How fast a task goes."""

    avg_wait_time: float | None
    """Seconds from due to sent, over the mails of the last 15 minutes."""
    throughput: int
    """Mails an hour, by the last 5 minutes."""
    estimated_completion: datetime | None
    """The forecast's end, at most five seconds old; when it ended, once it has. Empty while none can be foreseen."""


class Waiting(Outgoing):
    """Mails that do not go now, and why."""

    reason: str
    """`rate_limit`: services send as fast as they may; `turn`: for other tasks too. Others: `no_service`, `no_quota`,
    `service_rested`, `window`, `paused`, `scheduled`, `preparing`, or why a mail is tried again."""
    count: int
    """The main reason counts all that are ready; further ones 0."""
    retry_at: datetime | None
    services: list[str] | None = None
    """Names of the services concerned, the first few."""
    service_count: int | None = None


class RealtimeStatus(Outgoing):
    """Where a task stands at this moment."""

    task_id: UUID
    status: TaskStatus
    progress: Progress
    metrics: Metrics
    waiting: list[Waiting]
    last_activity: datetime


class ResolveIn(Incoming):
    """What to do with mails whose outcome is unknown."""

    decision: Decision
    seqs: Annotated[list[Seq], Field(min_length=1, max_length=10_000)] | None = None
    """Only these; all unknown ones unless given."""


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
