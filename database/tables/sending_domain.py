"""Domains that mails are signed for."""

from typing import Any

from sqlalchemy import Column, LargeBinary, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from database.tables.base import UUID, Table, created, datetime, instant, one_of, owner, uuid_key

STATUSES = ("pending", "active", "off")


class SendingDomain(Table, table=True):
    """A domain with a DKIM key. Several keys of a domain have different selectors: so they are exchanged."""

    __tablename__ = "sending_domains"
    __table_args__ = (UniqueConstraint("user_id", "domain", "selector"), one_of("status", STATUSES))
    id: UUID = uuid_key()
    user_id: UUID = owner()
    domain: str
    """Lower case, ASCII."""
    selector: str
    algorithm: str
    status: str = Field(default="pending", sa_column_kwargs={"server_default": "pending"})
    """`pending`: its key was not found published; `active`: mails are signed; `off`: a person does not want it."""
    private_key_sealed: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    public_record: str
    """The TXT record to publish."""
    published_at: datetime | None = instant()
    """When its key was last found in the DNS."""
    checked_at: datetime | None = instant()
    findings: list[Any] = Field(
        default_factory=list, sa_column=Column(JSONB(none_as_null=True), nullable=False, server_default=text("'[]'"))
    )
    """Of the last check: `contracts.finding.Finding`."""
    created_at: datetime = created()
    updated_at: datetime = created()
