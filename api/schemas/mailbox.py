"""Mailboxes: how the mails that come to a service are read."""

from datetime import datetime
from uuid import UUID

from pydantic import Field, model_validator

from api.schemas.base import Incoming, Outgoing
from api.schemas.service import Host, Password, Port, Security, Username


class MailboxIn(Incoming):
    """How to reach a service's mailbox by IMAP."""

    host: Host
    port: Port = 993
    security: Security = "tls"
    username: Username | None = None
    """The service's own login unless given."""
    password: Password | None = Field(default=None, repr=False)
    """Stays as it is where the name does, unless given."""
    marks_read: bool = False
    """Mark what was read as read; otherwise nothing in the mailbox is changed."""

    @model_validator(mode="after")
    def _password_needs_username(self) -> "MailboxIn":
        if self.password is not None and self.username is None:
            raise ValueError("a password needs a username; without both, the service's login is used")
        return self


class MailboxOut(Outgoing):
    """A service's mailbox, and how its reading goes. Its password is never shown."""

    service_id: UUID
    host: str
    port: int
    security: Security
    username: str | None
    service_login: bool
    """It uses the login of the service."""
    marks_read: bool
    checked_at: datetime | None
    """When it was last read to its end."""
    error: str | None
    """Why it cannot be read."""
    failed_at: datetime | None
    mails_read: int
    mails_matched: int
    """Of those, about a mail that was sent here."""
    created_at: datetime
    updated_at: datetime
