"""Campaigns: several rounds to one list, and where each stands."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, Field, model_validator

from api.schemas.base import Incoming, Line, Outgoing
from api.schemas.finding import FindingOut
from api.schemas.forecast import ForecastOut
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
from api.schemas.task import MissingField, PinFallback, Priority, StatusCounts, TaskStatus, UnknownPolicy, Weight
from api.schemas.template import ContentIn
from contracts.campaign import MOST_ROUNDS, Audience, DelayUnit, StopReason

Delay = Annotated[int, Field(ge=0, le=365)]
RoundNo = Annotated[int, Field(ge=1, le=MOST_ROUNDS)]


class RoundIn(Incoming):
    """One mail to each contact of a campaign."""

    template_id: UUID | None = None
    content: ContentIn | None = None
    """Instead of a template."""
    variants: Variants | None = None
    """Instead of one content."""
    winner_rule: WinnerRuleIn | None = None
    delay: Delay = 0
    """After the contact's own mail of the round before."""
    delay_unit: DelayUnit = "days"
    audience: Audience | None = None
    """`not_replied` unless said. The first round goes to everyone."""
    segment_id: UUID | None = None
    """Beside the rule: only contacts who are of this segment when the round begins."""
    threaded: bool | None = None
    """Answers the mail before, in its thread; so unless said. The first round answers none."""

    @model_validator(mode="after")
    def _one_content(self) -> "RoundIn":
        check_content((self.template_id, self.content, self.variants), "`templateId`, `content` or `variants`")
        check_variants(self.variants, self.winner_rule)
        return self


class RoundChange(Incoming):
    """What to change of a round that has not begun; a content replaces the one before whole."""

    template_id: UUID | None = None
    content: ContentIn | None = None
    variants: Variants | None = None
    winner_rule: WinnerRuleIn | None = None
    delay: Delay | None = None
    delay_unit: DelayUnit | None = None
    audience: Audience | None = None
    segment_id: UUID | None = None
    """Given empty: any contact."""
    threaded: bool | None = None

    @model_validator(mode="after")
    def _one_content(self) -> "RoundChange":
        sources = (self.template_id, self.content, self.variants)
        if any(source is not None for source in sources):
            check_content(sources, "`templateId`, `content` or `variants`")
        check_variants(self.variants, self.winner_rule)
        return self


class CampaignIn(Incoming):
    """Several rounds to the contacts of one list."""

    name: Line
    contact_list_id: UUID
    rounds: Annotated[list[RoundIn], Field(min_length=1, max_length=MOST_ROUNDS)]
    pool: Line | None = None
    """Name or id; your own pool unless said."""
    priority: Priority = 0
    weight: Weight = 1.0
    pin_fallback: PinFallback = "any"
    """Follow-ups go through the service that wrote first; while it cannot be used through any other, or they wait."""
    unknown_policy: UnknownPolicy = "hold"
    colleagues_stop: bool = False
    """A reply of one contact stops the others of the same organisation."""
    tracks_opens: bool = True
    tracks_clicks: bool = True
    window: Window | None = None
    """The hours of the recipient's own day in which mails go; at any hour unless given."""
    holidays: Holidays = Field(default_factory=list)
    time_zone: TimeZone = "UTC"
    """Of recipients whose own is not known."""
    start_at: AwareDatetime | None = None


EMPTIABLE = {"window", "start_at"}


class CampaignChange(Incoming):
    """What to change of a campaign; the rest stays. It acts on rounds that have not begun."""

    name: Line | None = None
    priority: Priority | None = None
    weight: Weight | None = None
    pin_fallback: PinFallback | None = None
    unknown_policy: UnknownPolicy | None = None
    colleagues_stop: bool | None = None
    tracks_opens: bool | None = None
    tracks_clicks: bool | None = None
    window: Window | None = None
    holidays: Holidays | None = None
    time_zone: TimeZone | None = None
    start_at: AwareDatetime | None = None
    """Until the first round has begun."""

    @model_validator(mode="after")
    def _only_some_can_be_emptied(self) -> "CampaignChange":
        for name in self.model_fields_set - EMPTIABLE:
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be empty")
        return self


class RoundWaiting(Outgoing):
    """Mails of a round that wait for a time."""

    reason: str
    """`round_delay`, `previous_round`, `window`, `out_of_office`, `variant_test`, or why a mail is tried again."""
    count: int
    retry_at: datetime
    """The first of them."""


class RoundOut(Outgoing):
    """A round. From its beginning on it is the task `taskId`."""

    round_no: int
    audience: Audience
    segment_id: UUID | None = None
    delay: int
    delay_unit: DelayUnit
    threaded: bool
    template_id: UUID | None
    subject: str
    variants: list[VariantOut] | None
    winner_rule: WinnerRuleOut | None
    winner: str | None
    """The variant that the rest gets, once it is decided."""
    task_id: UUID | None
    began_at: datetime | None
    begins_at: datetime | None
    """When it is to begin; empty while nothing of the round before was sent."""
    status: TaskStatus | None
    """Of its task."""
    total: int
    by_status: StatusCounts
    first_sent_at: datetime | None
    waiting: list[RoundWaiting] = Field(default_factory=list)
    """Told of one campaign, not in lists."""


class WrittenVariantOut(VariantOut):
    """A variant with its bodies."""

    html: str | None
    text: str | None


class RoundContentOut(Outgoing):
    """What a round sends, in the words of a change of it. With variants, subject and bodies are those of the first."""

    subject: str
    html: str | None
    text: str | None
    variants: list[WrittenVariantOut] | None


class CampaignOut(Outgoing):
    """A campaign."""

    id: UUID
    name: str
    status: TaskStatus
    priority: Priority
    weight: float
    pin_fallback: PinFallback
    unknown_policy: UnknownPolicy
    pool_id: UUID
    pool: str
    contact_list_id: UUID
    colleagues_stop: bool
    tracks_opens: bool
    tracks_clicks: bool
    window: WindowOut | None
    holidays: Holidays
    time_zone: str
    start_at: datetime | None
    created_at: datetime
    completed_at: datetime | None
    """When it ended, completed or cancelled."""
    rounds: list[RoundOut]


class CampaignProblem(Outgoing):
    """What would have the campaign refused."""

    pointer: str
    message: str


class RoundFindings(Outgoing):
    """What may cost the mails of a round their readers, the worst first."""

    round_no: int
    variant: str | None
    """Empty: the round has one content."""
    findings: list[FindingOut]


class CampaignDryRunOut(Outgoing):
    """What a campaign would do. Nothing was written."""

    total: int
    to_send: int
    """Contacts who would get the first mail."""
    suppressed: int
    missing_fields: list[MissingField]
    problems: list[CampaignProblem]
    """Empty: it would be accepted."""
    active_services: int
    start_at: datetime | None
    forecast: ForecastOut
    """Of the first round, as if it were ordered now."""
    findings: list[RoundFindings] = Field(default_factory=list)
    """Of rounds in which something was found; nothing here stops a campaign."""


class CampaignContactOut(Outgoing):
    """Where a contact of a campaign stands. A time is that of the first such event."""

    contact_id: int
    email: str | None
    """Empty: the contact was erased."""
    organisation: str | None
    opened_at: datetime | None
    clicked_at: datetime | None
    replied_at: datetime | None
    stop_reason: StopReason | None
    """Why no further mail of the campaign goes to them."""
    stopped_at: datetime | None
    not_before: datetime | None
    """Away until then."""
