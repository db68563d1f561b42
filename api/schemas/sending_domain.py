"""Domains that mails are signed for."""

import re
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AfterValidator, Field

from api.schemas.base import Incoming, Line, Outgoing
from api.schemas.finding import FindingOut
from mail.dkim import Algorithm

Status = Literal["pending", "active", "off"]
"""`pending`: the key was not found published yet; `active`: mails are signed; `off`: switched off by a person."""
SELECTOR = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")


def _selector(value: str) -> str:
    if not SELECTOR.fullmatch(value.lower()):
        raise ValueError("must be letters, digits and hyphens, at most 63, such as `tempost` or `s2026`")
    return value.lower()


class SendingDomainIn(Incoming):
    """A domain to sign for. A key pair is made; the private part never leaves the installation."""

    domain: Line
    selector: Annotated[str, AfterValidator(_selector)] = Field(default="tempost", max_length=63)
    """Names this key among those of the domain."""
    algorithm: Algorithm = "rsa"
    """All receivers know `rsa`; a key of each kind may be active."""


class SendingDomainChange(Incoming):
    """Whether to sign."""

    status: Literal["active", "off"]
    """`active` also signs with a key that no check has found; the next check that surely misses it ends that."""


class DnsRecordOut(Outgoing):
    """A record to publish."""

    purpose: Literal["dkim", "spf", "dmarc", "mx"]
    kind: Literal["TXT", "MX"]
    name: str
    value: str
    zone_line: str
    """As a zone file has it."""
    note: str


class SendingDomainOut(Outgoing):
    """A domain that mails are signed for."""

    id: UUID
    domain: str
    selector: str
    algorithm: Algorithm
    status: Status
    records: list[DnsRecordOut]
    """The key as it must be published; the others are suggestions."""
    published_at: datetime | None
    """When the key was last found in the DNS."""
    checked_at: datetime | None
    findings: list[FindingOut]
    """Of the last check, the worst first."""
    created_at: datetime
    updated_at: datetime
