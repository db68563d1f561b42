"""Mailboxes of services that are read for bounces and replies, and how far each folder was read."""

from sqlalchemy import BigInteger, Boolean, Column, LargeBinary, Text, false
from sqlmodel import Field

from database.tables.base import UUID, Table, created, datetime, instant, one_of
from database.tables.service import SECURITY


class Mailbox(Table, table=True):
    """How the mails that come to a service's address are read, by IMAP, and how that went last."""

    __tablename__ = "mailboxes"
    __table_args__ = (one_of("security", SECURITY),)
    service_id: UUID = Field(foreign_key="email_services.id", primary_key=True, ondelete="CASCADE")
    host: str
    port: int
    security: str
    username: str | None = None
    """Empty: the login of the service, name and password."""
    password_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    marks_read: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=false()))
    """Mark what was read as read. Otherwise nothing in the mailbox is changed."""
    checked_at: datetime | None = instant()
    """When it was last read to its end."""
    error: str | None = Field(default=None, sa_column=Column(Text))
    """Why it cannot be read; empty: the last try went well, or there was none."""
    failed_at: datetime | None = instant()
    mails_read: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    mails_matched: int = Field(default=0, sa_column=Column(BigInteger, nullable=False, server_default="0"))
    """Of those read, mails about a mail of ours."""
    created_at: datetime = created()
    updated_at: datetime = created()


class MailboxFolder(Table, table=True):
    """How far a folder was read. Remembered in the transaction that keeps what the mails said."""

    __tablename__ = "mailbox_folders"
    service_id: UUID = Field(foreign_key="mailboxes.service_id", primary_key=True, ondelete="CASCADE")
    folder: str = Field(primary_key=True)
    uid_validity: int = Field(sa_column=Column(BigInteger, nullable=False))
    """As the server states it: when it changes, all numbers are new, and the last days are read again."""
    last_uid: int = Field(sa_column=Column(BigInteger, nullable=False))
