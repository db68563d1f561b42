"""Services: sending accounts."""

import ipaddress
import re
from datetime import datetime
from functools import cache
from typing import Annotated, Literal
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from api.schemas.base import Address, Incoming, Line, Outgoing, Text

Kind = Literal["mailbox", "relay"]
Security = Literal["none", "starttls", "tls"]
Status = Literal["active", "paused"]

HOST_LABEL = re.compile(r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)")
NO_ZONES = {"localtime", "Factory", "posixrules"}


def _host(value: str) -> str:
    value = value.strip().rstrip(".").lower()
    try:
        return str(ipaddress.ip_address(value.removeprefix("[").removesuffix("]")))
    except ValueError:
        labels = value.split(".")
    if not value.isascii():
        raise ValueError("write an international host name in its ASCII form (xn--…)")
    if len(value) > 253 or labels[-1].isdecimal() or not all(HOST_LABEL.fullmatch(label) for label in labels):
        raise ValueError("is neither a host name nor an IP address")
    return value


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones() - NO_ZONES)


def _time_zone(value: str) -> str:
    if value not in _zones():
        raise ValueError("is not an IANA time zone such as Europe/Vienna or UTC")
    return value


Host = Annotated[str, StringConstraints(min_length=1, max_length=255), AfterValidator(_host)]
Port = Annotated[int, Field(ge=1, le=65535)]
Quota = Annotated[int, Field(ge=0, le=100_000_000)]
Interval = Annotated[float, Field(ge=0, le=7 * 86_400, allow_inf_nan=False)]
"""Seconds; may be a fraction."""
Connections = Annotated[int, Field(ge=1, le=100)]
Rank = Annotated[int, Field(ge=-1000, le=1000)]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_time_zone)]
Username = Annotated[Text, StringConstraints(min_length=1, max_length=320)]
Password = Annotated[Text, StringConstraints(min_length=1, max_length=1000)]


class ServiceIn(Incoming):
    """A service to add."""

    name: Line
    kind: Kind = "mailbox"
    pool: Line | None = None
    """Name or id; your own pool unless said."""
    host: Host
    port: Port
    security: Security = "starttls"
    username: Username | None = None
    password: Password | None = Field(default=None, repr=False)
    from_address: Address
    from_name: Line | None = None
    daily_quota: Quota
    sending_interval: Interval
    max_connections: Connections | None = None
    """1 for a mailbox and 5 for a relay, unless said."""
    priority: Rank = 0
    time_zone: TimeZone = "UTC"

    @model_validator(mode="after")
    def _password_needs_username(self) -> "ServiceIn":
        if self.password is not None and self.username is None:
            raise ValueError("a password needs a username")
        return self


class ServiceChange(Incoming):
    """What to change of a service; the rest stays."""

    name: Line | None = None
    kind: Kind | None = None
    pool: Line | None = None
    host: Host | None = None
    port: Port | None = None
    security: Security | None = None
    username: Username | None = None
    password: Password | None = Field(default=None, repr=False)
    from_address: Address | None = None
    from_name: Line | None = None
    daily_quota: Quota | None = None
    sending_interval: Interval | None = None
    max_connections: Connections | None = None
    priority: Rank | None = None
    time_zone: TimeZone | None = None

    @model_validator(mode="after")
    def _only_some_can_be_emptied(self) -> "ServiceChange":
        for name in self.model_fields_set - {"username", "password", "from_name"}:
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be empty")
        return self


class ServiceOut(Outgoing):
    """A service. Its password is never shown."""

    id: UUID
    name: str
    kind: Kind
    status: Status
    pool_id: UUID
    pool: str
    host: str
    port: int
    security: Security
    username: str | None
    has_password: bool
    from_address: str
    from_name: str | None
    daily_quota: int
    remaining_quota: int
    quota_reset_at: datetime
    sending_interval: float
    max_connections: int
    priority: int
    time_zone: str
    last_sent_at: datetime | None
    next_available_at: datetime
    success_rate: float | None
    rested_until: datetime | None
    """Not used until then, because of `restReason`."""
    rest_reason: str | None
    created_at: datetime
    updated_at: datetime


class ServiceBulkIn(Incoming):
    """Services to add, each checked by itself."""

    services: Annotated[list[dict[str, object]], Field(min_length=1, max_length=500)]


class RowProblem(Outgoing):
    """Why a row was not taken."""

    code: str
    detail: str
    errors: list[dict[str, str]] = Field(default_factory=list)


class ServiceBulkRow(Outgoing):
    """What became of one row."""

    index: int
    """As in the request, from 0."""
    service: ServiceOut | None = None
    problem: RowProblem | None = None


class ServiceBulkOut(Outgoing):
    """What became of each row."""

    data: list[ServiceBulkRow]
    created: int
    refused: int


class ServiceTestOut(Outgoing):
    """Whether the account can be used now."""

    ok: bool
    reason: str | None = None
    """`connect_failed`, `tls_failed`, `auth_failed`, `greeting_refused`, `host_refused`."""
    detail: str
    milliseconds: int
