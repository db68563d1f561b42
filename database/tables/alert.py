"""Alerts: what people should look at, and to whom that was told."""

from sqlalchemy import BigInteger, Boolean, Column, ForeignKey, Identity, Index, Integer, SmallInteger, false, text
from sqlmodel import Field

from database.tables.base import UUID, Table, created, datetime, instant, json_object, one_of

SEVERITIES = ("warning", "critical")
EVENTS = ("raised", "cleared")
CHANNELS = ("webhook", "mail")


class Alert(Table, table=True):
    """One trouble, from its first sign to its end. Of a key there is at most one that is not cleared."""

    __tablename__ = "alerts"
    __table_args__ = (
        one_of("severity", SEVERITIES),
        Index("ix_alerts_open", "key", unique=True, postgresql_where=text("cleared_at IS NULL")),
        Index("ix_alerts_owner", "owner_id", "id"),
    )
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    key: str
    """`kind` or `kind:id`."""
    kind: str
    severity: str
    owner_id: UUID | None = Field(default=None, foreign_key="users.id")
    """Whose it is; empty: the installation's."""
    code: str = Field(default="", sa_column_kwargs={"server_default": ""})
    """Which sentences say it. Empty: raised by an earlier release."""
    params: dict[str, object] = json_object()
    """Their figures and names."""
    what: str
    to_do: str
    subject: dict[str, object] = json_object()
    """Ids of what it is about, by kind."""
    first_seen_at: datetime = created()
    raised_at: datetime | None = instant()
    """Empty: seen, and not for long enough to tell anybody."""
    gone_at: datetime | None = instant()
    """Not seen since, and not for long enough to be cleared."""
    cleared_at: datetime | None = instant()


class AlertNotice(Table, table=True):
    """One message about an alert on one channel, sent again until it is taken."""

    __tablename__ = "alert_notices"
    __table_args__ = (
        one_of("event", EVENTS),
        one_of("channel", CHANNELS),
        Index("ix_alert_notices_due", "next_try_at", postgresql_where=text("NOT settled")),
    )
    alert_id: int = Field(sa_column=Column(BigInteger, ForeignKey("alerts.id", ondelete="CASCADE"), primary_key=True))
    event: str = Field(primary_key=True)
    channel: str = Field(primary_key=True)
    attempts: int = Field(default=0, sa_column=Column(SmallInteger, nullable=False, server_default="0"))
    next_try_at: datetime = created()
    settled: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    """Taken by the other side, or given up."""
    last_error: str | None = None
    created_at: datetime = created()


class TaskWatch(Table, table=True):
    """A task with mails due, and since when it stands where it stands. By the guard's clock."""

    __tablename__ = "task_watches"
    task_id: UUID = Field(foreign_key="tasks.id", primary_key=True, ondelete="CASCADE")
    moved_at: datetime | None = instant()
    """The newest claim."""
    finished: int = Field(sa_column=Column(Integer, nullable=False))
    since: datetime = instant(nullable=False)
