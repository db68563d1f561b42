"""A service as the allocator sees it: the guard's row as last read."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from scheduling.pacing import SendingWindow, WarmUp

_DAY = timedelta(days=1)
_SHORTEST_SPACING = timedelta(milliseconds=1)


class ServiceKind(StrEnum):
    """What paces a service: a mailbox rests after each mail, a relay starts mails at a rate."""

    MAILBOX = "mailbox"
    """Interval from the end of one mail to the start of the next; one connection."""
    RELAY = "relay"
    """Interval from start to start, possibly none; several connections."""


@dataclass(frozen=True, slots=True)
class ServiceState:
    """One service: what a person configured and what the guard's row said when it was last read."""

    id: UUID
    name: str
    kind: ServiceKind
    sending_interval: timedelta
    daily_quota: int
    """The full one; see `day_quota`."""
    remaining_quota: int
    """Of the day that ends at `quota_reset_at`."""
    quota_reset_at: datetime
    """The service's own next midnight; in the past when nothing was sent since (the guard resets lazily)."""
    next_available_at: datetime
    """In the middle of a mailbox's dialogue the expected moment (claim + dialogue + interval), not the worst case."""
    priority: int = 0
    """Higher goes first among services of equal score."""
    max_connections: int = 1
    last_sent_at: datetime | None = None
    success_rate: float | None = None
    """Between 0 and 1; None: nothing is known yet."""
    rested_until: datetime | None = None
    probing: bool = False
    """Rested before: a single mail at a time is tried until one succeeds."""
    paused: bool = False
    dialogue: timedelta = timedelta(0)
    """Expected length of one dialogue, from claim to record (smoothed)."""
    last_permit_no: int = 0
    """Highest permit number claimed at the guard."""
    finished: int = 0
    """Deliveries that ended, however they ended; only ever rises."""
    window: SendingWindow | None = None
    jitter: float = 0.0
    """Share of the interval by which each is lengthened at random; the guard draws it."""
    warm_up: WarmUp | None = None
    warm_up_day: int = 0
    """Number of the day that ends at `quota_reset_at`, 0 = first."""

    @property
    def spacing(self) -> timedelta:
        """The expected distance from the start of one mail to the start of the next at full use."""
        interval = self.sending_interval * (1 + self.jitter / 2)
        if self.kind is ServiceKind.MAILBOX:
            return max(interval + self.dialogue, _SHORTEST_SPACING)
        return max(interval, self.dialogue / self.max_connections, _SHORTEST_SPACING)

    def usable(self, now: datetime) -> bool:
        """Whether nothing but its interval keeps it from sending now; the guard's `service_usable` says the same."""
        return (
            not self.paused
            and (self.rested_until is None or self.rested_until <= now)
            and (self.remaining_quota > 0 or (self.quota_reset_at <= now and self.daily_quota > 0))
            and (self.window is None or self.window.next_open(now) == now)
        )

    def day_quota(self, at: datetime) -> int:
        """What the service's day at a moment allows: while it warms up, less than the full quota.

        Days ahead are taken as 24 hours long.
        """
        if self.warm_up is None:
            return self.daily_quota
        days = 0 if at < self.quota_reset_at else 1 + (at - self.quota_reset_at) // _DAY
        return self.warm_up.quota(self.daily_quota, self.warm_up_day + days)
