"""Services: sending accounts."""

import ipaddress
import re
from datetime import date, datetime
from functools import cache
from typing import Annotated, Final, Literal, get_args
from uuid import UUID
from zoneinfo import available_timezones

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from api.schemas.base import Address, Incoming, Line, Outgoing, Text
from api.schemas.reputation import ReputationOut

Kind = Literal["mailbox", "relay"]
Security = Literal["none", "starttls", "tls"]
Status = Literal["active", "paused"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: Final[tuple[Weekday, ...]] = get_args(Weekday)

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
Rate = Annotated[float, Field(gt=0, le=10_000, allow_inf_nan=False)]
"""Mails a second."""
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Connections = Annotated[int, Field(ge=1, le=100)]
Rank = Annotated[int, Field(ge=-1000, le=1000)]
TimeZone = Annotated[str, StringConstraints(max_length=64), AfterValidator(_time_zone)]
Username = Annotated[Text, StringConstraints(min_length=1, max_length=320)]
Password = Annotated[Text, StringConstraints(min_length=1, max_length=1000)]


Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
"""A time of day such as 09:00."""


class Window(Incoming):
    """The hours of a day in which may be sent: of the service's own day, or of the recipient's."""

    opens: Clock
    closes: Clock
    """Not after `opens`: it runs over midnight."""
    weekdays: list[Weekday] = Field(default_factory=lambda: list(WEEKDAYS), min_length=1, max_length=7)
    """The days on which it opens."""


class WarmUp(Incoming):
    """A new mailbox sends little at first and a step more each day, until it has its daily quota."""

    first_day_quota: Annotated[Quota, Field(ge=1)]
    daily_step: Annotated[Quota, Field(ge=1)]
    first_day: date | None = Field(default=None, alias="from")
    """Its first day; unless said that of the present warm-up, or today at the service's place."""


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
    bounce_address: Address | None = None
    """Where what cannot be delivered returns to: in a domain whose mail comes to the receiver. Each mail has its
    own address there. Unless said, it returns to `fromAddress`."""
    daily_quota: Quota
    sending_interval: Interval | None = None
    """A mailbox: from the end of one mail to the start of the next. A relay: from start to start; 0 is no limit."""
    rate_per_second: Rate | None = None
    """Of a relay, instead of `sendingInterval`."""
    jitter: Share = 0.0
    """Each interval is lengthened at random by up to this share of it."""
    window: Window | None = None
    """At any hour unless given."""
    warm_up: WarmUp | None = None
    max_connections: Connections | None = None
    """1 for a mailbox and 5 for a relay, unless said."""
    priority: Rank = 0
    time_zone: TimeZone = "UTC"

    @model_validator(mode="after")
    def _password_needs_username(self) -> "ServiceIn":
        if self.password is not None and self.username is None:
            raise ValueError("a password needs a username")
        return self


EMPTIABLE = {"username", "password", "from_name", "bounce_address", "window", "warm_up"}


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
    bounce_address: Address | None = None
    daily_quota: Quota | None = None
    sending_interval: Interval | None = None
    rate_per_second: Rate | None = None
    jitter: Share | None = None
    window: Window | None = None
    """Null: at any hour."""
    warm_up: WarmUp | None = None
    """Null: it has its daily quota."""
    max_connections: Connections | None = None
    priority: Rank | None = None
    time_zone: TimeZone | None = None

    @model_validator(mode="after")
    def _only_some_can_be_emptied(self) -> "ServiceChange":
        for name in self.model_fields_set - EMPTIABLE:
            if getattr(self, name) is None:
                raise ValueError(f"{name} cannot be empty")
        return self


class WindowOut(Outgoing):
    """The hours of a day in which may be sent."""

    opens: str
    closes: str
    weekdays: list[str]


class WarmUpOut(Outgoing):
    """How the quota of a new mailbox grows."""

    first_day_quota: int
    daily_step: int
    first_day: date = Field(alias="from")


class ServiceWait(Outgoing):
    """Why a service cannot be used now."""

    reason: Literal["paused", "reputation", "service_rested", "no_quota", "window"]
    """Where several hold it, the one that holds it longest."""
    retry_at: datetime | None
    """Nobody knows unless given: a person must act."""


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
    bounce_address: str | None
    daily_quota: int
    day_quota: int
    """Of today: the daily quota, or less while the service warms up."""
    remaining_quota: int
    """Of today's."""
    quota_reset_at: datetime
    sending_interval: float
    jitter: float
    window: WindowOut | None
    warm_up: WarmUpOut | None
    max_connections: int
    priority: int
    time_zone: str
    last_sent_at: datetime | None
    next_available_at: datetime
    success_rate: float | None
    score: float
    """Of those that are ready, the service with the best one takes the next mail: 0.4 for the quota that is left, 0.4
    for the interval that has passed, 0.2 for the success rate, at this moment."""
    waiting: ServiceWait | None
    """Empty: it can be used, at its pace."""
    rested_until: datetime | None
    """Not used until then, because of `restReason`."""
    rest_reason: str | None
    reputation: ReputationOut | None = None
    """Only of one that had bounces or complaints."""
    mailbox_error: str | None
    """Why its mailbox cannot be read for bounces and replies."""
    created_at: datetime
    updated_at: datetime


class ServiceHoursOut(Outgoing):
    """What one service sent."""

    service_id: UUID
    sent: list[int]
    """Mails of each hour, the oldest first."""


class SentPerHourOut(Outgoing):
    """What services sent in each of the last hours, by the clock that paces them."""

    since: datetime
    """Begin of the first hour."""
    data: list[ServiceHoursOut]


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
