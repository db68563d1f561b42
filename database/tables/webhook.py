"""Webhooks: receivers outside that are told what came back for mails, and how the last tellings went."""

from sqlalchemy import ARRAY, BigInteger, Column, Float, Identity, Index, Integer, LargeBinary, SmallInteger, Text, text
from sqlmodel import Field

from contracts.webhook import WEBHOOK_STATUSES
from database.tables.base import UUID, Table, created, datetime, instant, one_of, owner, uuid_key


class Webhook(Table, table=True):
    """One receiver. Its workflow reads `events` behind `last_event_id`."""

    __tablename__ = "webhooks"
    __table_args__ = (
        one_of("status", WEBHOOK_STATUSES),
        Index("ix_webhooks_active", "id", postgresql_where=text("status = 'active'")),
    )
    id: UUID = uuid_key()
    user_id: UUID = owner()
    url: str
    secret_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    previous_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    """The secret before; messages are signed with it too until `previous_until`."""
    previous_until: datetime | None = instant()
    kinds: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    """Of events it is told."""
    status: str = Field(default="active", sa_column_kwargs={"server_default": "active"})
    last_event_id: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """All events up to it are told, or are not for it."""
    failures: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default="0"))
    """In a row."""
    failing_since: datetime | None = instant()
    retry_at: datetime | None = instant()
    last_error: str | None = None
    last_taken_at: datetime | None = instant()
    disabled_at: datetime | None = instant()
    created_at: datetime = created()
    updated_at: datetime = created()


class WebhookDelivery(Table, table=True):
    """One try to tell one event. Only the newest of each webhook are kept."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (Index("ix_webhook_deliveries_newest", "webhook_id", "id"),)
    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    webhook_id: UUID = Field(foreign_key="webhooks.id", ondelete="CASCADE")
    message_id: str
    """The `webhook-id` it was sent under; the same at every try."""
    type: str
    task_id: UUID | None = None
    seq: int | None = None
    """Of the mail it is about; empty for a test."""
    status_code: int | None = Field(default=None, sa_column=Column(SmallInteger))
    error: str | None = None
    """Empty: it was taken."""
    seconds: float = Field(sa_column=Column(Float, nullable=False))
    attempted_at: datetime = created()
