"""What a mail that came in says: the reading of it, before it is known which of our mails it is about."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

InboundKind = Literal[
    "hard_bounce", "soft_bounce", "delayed", "complaint", "auto_reply", "challenge", "reply", "other"
]  # fmt: skip
"""`delayed`: still tried, nothing is to be done. `challenge`: wants a person to prove that they are one. `other`: none
of ours, such as a newsletter; what might be a `reply` turns out as one only if it names a mail of ours."""

ReferenceOrigin = Literal["returned", "in_reply_to", "references", "text"]


@dataclass(frozen=True, slots=True)
class Failure:
    """What a report says of one recipient."""

    recipient: str
    delayed: bool = False
    hard: bool = False
    """The address takes no mail; nothing should be sent to it again."""
    reason: str = "other"
    """A word of `mail.reason.Reason`."""
    status: str | None = None
    """Enhanced code (RFC 3463), as the report states it."""
    text: str = ""
    """What the server said, as far as it is told: one short printable line."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A Message-ID that a mail names, and where: in a returned copy, in its own headers, or somewhere in its text."""

    message_id: str
    origin: ReferenceOrigin


@dataclass(frozen=True, slots=True)
class Reading:
    """One mail that came in. Holds no body, only what is kept of it and what finds the mail it is about."""

    kind: InboundKind
    digest: str
    """SHA-256 of the mail as it came, in hexadecimal."""
    message_id: str | None = None
    """Its own."""
    sender: str | None = None
    """The address in `From`, in lower case."""
    addressed: tuple[str, ...] = ()
    """Whom it was for: envelope first, then headers; in lower case."""
    failures: tuple[Failure, ...] = ()
    """Of bounces and delays: one per recipient that is named."""
    by_system: bool = False
    """A mail system wrote it, as far as can be told: only such a bounce may be matched by the address it names."""
    references: tuple[Reference, ...] = ()
    """Most telling first."""
    away_until: datetime | None = None
    """Of an `auto_reply`: when the first day begins on which the person is back, as far as it is stated."""
    date: datetime | None = None
    """Its `Date`, in UTC."""
    dropped: str | None = None
    """Why it is `other`."""


@dataclass(frozen=True, slots=True)
class FolderPlace:
    """How far a folder of a mailbox was read."""

    folder: str
    uid_validity: int
    """As the server states it: a new one means that all numbers are."""
    last_uid: int
