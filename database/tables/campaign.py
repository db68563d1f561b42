"""Campaigns, their rounds, and where each contact of a campaign stands."""

from datetime import date, time

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    Index,
    SmallInteger,
    false,
    text,
    true,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from contracts.campaign import AUDIENCES, DELAY_UNITS
from contracts.task import PIN_FALLBACKS, TASK_STATUSES, UNKNOWN_POLICIES
from database.tables.base import UUID, Table, created, datetime, instant, one_of, owner, uuid_key


class Campaign(Table, table=True):
    """Several rounds to one list. A round becomes a task when it begins."""

    __tablename__ = "campaigns"
    __table_args__ = (
        one_of("status", TASK_STATUSES),
        one_of("pin_fallback", PIN_FALLBACKS),
        one_of("unknown_policy", UNKNOWN_POLICIES),
        CheckConstraint("weight > 0", name="weight"),
        CheckConstraint("num_nonnulls(window_opens, window_closes, window_weekdays) IN (0, 3)", name="window"),
        Index("ix_campaigns_unfinished", "id", postgresql_where=text("completed_at IS NULL")),
    )
    id: UUID = uuid_key()
    user_id: UUID = owner()
    pool_id: UUID = Field(foreign_key="pools.id", index=True)
    contact_list_id: UUID = Field(foreign_key="contact_lists.id", index=True)
    name: str
    status: str = Field(default="scheduled")
    priority: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    weight: float = Field(default=1.0, sa_column=Column(Float, nullable=False, server_default="1"))
    pin_fallback: str = Field(default="any", sa_column_kwargs={"server_default": "any"})
    unknown_policy: str = Field(default="hold", sa_column_kwargs={"server_default": "hold"})
    colleagues_stop: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    """A reply of one stops the others of the same organisation."""
    tracks_opens: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=true()))
    tracks_clicks: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=true()))
    window_opens: time | None = None
    window_closes: time | None = None
    window_weekdays: list[int] | None = Field(default=None, sa_column=Column(ARRAY(SmallInteger)))
    """Monday is 0."""
    holidays: list[date] = Field(
        default_factory=list, sa_column=Column(ARRAY(Date), nullable=False, server_default="{}")
    )
    time_zone: str = Field(default="UTC", sa_column_kwargs={"server_default": "UTC"})
    """Of recipients whose own is not known."""
    start_at: datetime | None = instant()
    created_at: datetime = created()
    changed_at: datetime | None = instant()
    """When a person last changed it or its rounds: whoever did may have died before they could tell its workflow."""
    completed_at: datetime | None = instant()
    """When it ended, completed or cancelled."""


class Round(Table, table=True):
    """A round as it is declared. It may be changed until it has begun: from then on its task holds the copy."""

    __tablename__ = "rounds"
    __table_args__ = (
        one_of("audience", AUDIENCES),
        one_of("delay_unit", DELAY_UNITS),
        CheckConstraint("delay >= 0", name="delay"),
        Index("ix_rounds_task_id", "task_id", unique=True, postgresql_where=text("task_id IS NOT NULL")),
    )
    campaign_id: UUID = Field(foreign_key="campaigns.id", primary_key=True, ondelete="CASCADE")
    round_no: int = Field(sa_column=Column(SmallInteger, primary_key=True, autoincrement=False))
    """1 is the first mail."""
    audience: str = Field(default="not_replied", sa_column_kwargs={"server_default": "not_replied"})
    segment_id: UUID | None = Field(default=None, foreign_key="segments.id", ondelete="SET NULL")
    """Beside the rule: only contacts who are of this segment when the round begins."""
    delay: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    """After the contact's own mail of the round before."""
    delay_unit: str = Field(default="days", sa_column_kwargs={"server_default": "days"})
    threaded: bool = Field(default=True, sa_column=Column(Boolean, nullable=False, server_default=true()))
    """Answers the mail before it, in its thread."""
    template_id: UUID | None = Field(default=None, foreign_key="templates.id", ondelete="SET NULL")
    subject: str
    html: str | None = None
    text: str | None = None
    variants: list[dict[str, object]] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    """As in `contracts.variant.Variant`."""
    winner_rule: dict[str, object] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    """As in `contracts.variant.WinnerRule`."""
    task_id: UUID | None = Field(default=None, foreign_key="tasks.id", ondelete="SET NULL")
    """Set: it has begun."""
    began_at: datetime | None = instant()


class CampaignContact(Table, table=True):
    """One contact of a campaign: what they did first, and what keeps further mails from them."""

    __tablename__ = "campaign_contacts"
    __table_args__ = (
        Index(
            "ix_campaign_contacts_organisation", "campaign_id", "organisation",
            postgresql_where=text("stop_reason IS NULL"),
        ),
    )  # fmt: skip
    campaign_id: UUID = Field(foreign_key="campaigns.id", primary_key=True, ondelete="CASCADE")
    contact_id: int = Field(primary_key=True, sa_type=BigInteger)
    organisation: str | None = None
    """The contact's field of that name, else the address's domain unless anyone can have an address there."""
    opened_at: datetime | None = instant()
    """By a person, as far as can be told."""
    clicked_at: datetime | None = instant()
    replied_at: datetime | None = instant()
    stop_reason: str | None = None
    """`replied`, `bounced`, `complained`, `unsubscribed` or `colleague_replied`: no further mail of this campaign."""
    stopped_at: datetime | None = instant()
    not_before: datetime | None = instant()
    """Away until then."""
