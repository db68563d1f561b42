"""Tasks: what is ordered, and where it stands."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from api.schemas.base import Address, Fields, Incoming, Line, Outgoing
from api.schemas.contact import ContactIn
from api.schemas.finding import FindingOut
from api.schemas.forecast import ForecastOut
from api.schemas.reputation import ReputationOut
from api.schemas.sending_rule import (
    Holidays,
    VariantOut,
    Variants,
    WinnerRuleIn,
    WinnerRuleOut,
    check_content,
    check_variants,
)
from api.schemas.service import TimeZone, Window, WindowOut
from api.schemas.template import ContentIn

Priority = Literal[-1, 0, 1]
"""1 goes before 0, 0 before -1."""
TaskStatus = Literal["scheduled", "sending", "paused", "completed", "cancelled"]
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
    variants: Variants | None = None
    """Instead of one content."""
    winner_rule: WinnerRuleIn | None = None
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
    window: Window | None = None
    """The hours of the recipient's own day in which mails go; at any hour unless given."""
    holidays: Holidays = Field(default_factory=list)
    time_zone: TimeZone = "UTC"
    """Of recipients whose own is not known."""
    start_at: AwareDatetime | None = None
    unknown_policy: UnknownPolicy = "hold"

    @model_validator(mode="after")
    def _one_audience_one_content(self) -> "TaskIn":
        if (self.contact_list_id is None) == (self.recipients is None):
            raise ValueError("give either `contactListId` or `recipients`")
        check_content((self.template_id, self.content, self.variants), "`templateId`, `content` or `variants`")
        check_variants(self.variants, self.winner_rule)
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
    campaign_id: UUID | None = None
    campaign: str | None = None
    """Its name, where the task is a round of one."""
    round_no: int | None = None
    window: WindowOut | None = None
    holidays: Holidays = Field(default_factory=list)
    time_zone: str = "UTC"
    variants: list[VariantOut] | None = None
    winner_rule: WinnerRuleOut | None = None
    winner: str | None = None
    """The variant that the rest gets, once it is decided."""
    reputation: ReputationOut | None = None


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
    `service_rested`, `window`, `paused`, `scheduled`, `preparing`, `workers_missing` and `temporal_down` while nothing
    goes at all, or why a mail is tried again."""
    count: int
    """The main reason counts all that are ready; further ones 0."""
    retry_at: datetime | None
    services: list[str] | None = None
    """Names of the services concerned, the first few."""
    service_count: int | None = None


class WaitingSumOut(Outgoing):
    """Mails of all tasks that do not go now for one reason. Each mail counts once, for its main reason."""

    reason: str
    """As of `Waiting`."""
    count: int
    tasks: int
    """How many tasks have such mails."""
    retry_at: datetime | None
    """When the first of them may go; empty where nobody knows."""
    last_retry_at: datetime | None
    """When the last of them may; empty where that is not known of all."""
    largest_task_id: UUID
    largest_task: str
    """Name of the task that has most of them."""


class RealtimeStatus(Outgoing):
    """Where a task stands at this moment."""

    task_id: UUID
    status: TaskStatus
    progress: Progress
    metrics: Metrics
    waiting: list[Waiting]
    last_activity: datetime
    campaign_id: UUID | None = None
    round_no: int | None = None
