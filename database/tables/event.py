"""What came back: the log of events, and of each mail the first of each kind."""

from sqlalchemy import BigInteger, Boolean, Column, Identity, Index, Integer, UniqueConstraint, false, text
from sqlmodel import Field

from contracts.event import EVENT_KINDS
from database.tables.base import UUID, Table, created, datetime, instant, json_object, one_of


class Event(Table, table=True):
    """Something a recipient, their server or their mail reader did. Never changed."""

    __tablename__ = "events"
    __table_args__ = (
        one_of("kind", EVENT_KINDS),
        UniqueConstraint("user_id", "key"),
        Index("ix_events_mail", "task_id", "seq"),
        Index("ix_events_user", "user_id", "id"),
        Index("ix_events_trouble", "occurred_at", postgresql_where=text("kind IN ('hard_bounce', 'complaint')")),
        Index("ix_events_trouble_of_task", "task_id", postgresql_where=text("kind IN ('hard_bounce', 'complaint')")),
    )
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    user_id: UUID = Field(foreign_key="users.id")
    task_id: UUID = Field(foreign_key="tasks.id", ondelete="CASCADE")
    seq: int
    kind: str
    machine: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    """An open or click that a privacy proxy or scanner made."""
    key: str
    """Names it for its user: the same told twice is one event."""
    occurred_at: datetime = instant(nullable=False)
    recorded_at: datetime = created()
    detail: dict[str, object] = json_object()
    """The link that was clicked, a bounce's code and text, until when somebody is away. Never a body."""


class Engagement(Table, table=True):
    """Of one mail: when each kind of event came first."""

    __tablename__ = "engagements"
    task_id: UUID = Field(foreign_key="tasks.id", primary_key=True, ondelete="CASCADE")
    seq: int = Field(primary_key=True)
    opened_at: datetime | None = instant()
    machine_opened_at: datetime | None = instant()
    clicked_at: datetime | None = instant()
    machine_clicked_at: datetime | None = instant()
    replied_at: datetime | None = instant()
    auto_replied_at: datetime | None = instant()
    bounced_at: datetime | None = instant()
    """For good (a hard bounce)."""
    soft_bounces: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    complained_at: datetime | None = instant()
    unsubscribed_at: datetime | None = instant()
