"""When a service may take its next mails, and what keeps it from taking them sooner."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from uuid import UUID

from scheduling.permit import LIFETIME, PermitRun
from scheduling.score import Score, score
from scheduling.service import ServiceState
from scheduling.wait import WaitReason

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
NEVER = datetime.max.replace(tzinfo=UTC)
"""As far as can be foreseen."""
_MOMENT = timedelta(microseconds=1)
_BLOCK = timedelta(milliseconds=100)
"""Moments of one service closer than this go to one task together, so that a fast relay is granted in few runs."""


@dataclass(slots=True)
class Held:
    """The permits of one service that are out."""

    count: int = 0
    last_at: datetime = _EPOCH

    def add(self, run: PermitRun) -> None:
        """Count one more run."""
        self.count += run.count
        self.last_at = max(self.last_at, run.last_at)


@dataclass(slots=True)
class Availability:
    """A service during one plan: the next moment it is free, moved on with each permit it is given."""

    service: ServiceState
    now: datetime
    held: Held
    next_no: int
    """The number of its next permit."""
    at: datetime = field(init=False)
    """The next free moment."""
    score: Score = field(init=False)
    """At that moment, once it has been put in order among others."""
    reason: WaitReason = field(init=False)
    """What it waits for until then: the longest of what holds it now, else the last of what will."""
    idle: bool = field(init=False)
    """Not its own last mail decides when it is free, so others may become free at the very same moment."""
    left: int = field(init=False)
    """Of the quota, less the permits that are out."""
    last_sent_at: datetime | None = field(init=False)
    spacing: timedelta = field(init=False)
    _new_day: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        service, held = self.service, self.held
        self.spacing = service.spacing
        self.left = service.remaining_quota - held.count
        self.last_sent_at = service.last_sent_at
        ready_at = service.next_available_at
        if held.count:
            # Late claims shift the following: the guard's row counts where it is behind the plan.
            ready_at = max(ready_at + self.spacing * held.count, held.last_at + self.spacing)
            self.last_sent_at = max(held.last_at, service.last_sent_at or held.last_at)
        self.settle(ready_at)
        self.idle = ready_at < self.at

    def settle(self, ready_at: datetime) -> None:
        """Find the next moment from `ready_at` at which rest, quota and window allow a mail too."""
        service = self.service
        self.reason, self.at = WaitReason.RATE_LIMIT, max(ready_at, self.now)
        self._put_off(service.rested_until, WaitReason.SERVICE_RESTED)
        if self.left <= 0:
            self._put_off(service.quota_reset_at, WaitReason.NO_QUOTA)
        if service.window is not None:
            opens = service.window.next_open(self.at) or NEVER
            held_otherwise = self.reason is not WaitReason.RATE_LIMIT and service.window.next_open(self.now) == self.now
            self._put_off(opens, self.reason if held_otherwise else WaitReason.WINDOW)
        if self.at >= service.quota_reset_at and not self._new_day:
            # Permits that are out may well be used in the new day.
            self._new_day, self.left = True, service.day_quota(self.at) - self.held.count
        if self._new_day and self.left <= 0:
            self._put_off(self.at + _DAY if service.daily_quota else NEVER, WaitReason.NO_QUOTA)

    def _put_off(self, until: datetime | None, reason: WaitReason) -> None:
        """Move the next moment on, if this reason holds the service for longer."""
        if until is not None and until > self.at:
            self.reason, self.at = reason, until

    def block(self, until: datetime) -> int:
        """Count the moments from the next on that are given away together: those of a short while of one day."""
        if self.at > until or self.left <= 0 or (self.service.probing and self.held.count):
            return 0
        if self.service.probing or self.service.window is not None:
            return 1
        span = min(until - self.at, _BLOCK)
        if self.at < self.service.quota_reset_at:
            span = min(span, self.service.quota_reset_at - self.at - _MOMENT)
        return min(self.left, 1 + span // self.spacing)

    def take(self, count: int) -> PermitRun:
        """Give away the next `count` moments of a block, as a run."""
        run = PermitRun(self.service.id, self.next_no, self.at, self.spacing, count, LIFETIME)
        self.next_no += count
        self.held.count += count
        self.left -= count
        self.last_sent_at = run.last_at
        self.settle(run.last_at + self.spacing)
        return run

    def key(self) -> tuple[datetime, float, int, UUID]:
        """Order it among others, smallest first: by the moment, then the best score, then priority, then id."""
        self.score = score(self.service, self.at, self.left, self.last_sent_at)
        return self.at, -self.score.total, -self.service.priority, self.service.id


def available(
    services: Iterable[ServiceState], runs: Iterable[PermitRun], now: datetime, first_no: int
) -> list[Availability]:
    """Take every service that is not paused, less the permits of it that are out; numbers go on from `first_no`."""
    held: dict[UUID, Held] = {}
    for run in runs:
        held.setdefault(run.service_id, Held()).add(run)
    return [
        Availability(service, now, held.get(service.id, Held()), max(first_no, service.last_permit_no + 1))
        for service in services
        if not service.paused
    ]


def spread(services: list[Availability], phases: Mapping[UUID, datetime], until: datetime) -> dict[UUID, datetime]:
    """Give services that become free at one moment a phase each; the phases of all that are idle until then.

    The first goes at once, the k-th of n after k/n of its spacing: otherwise all fire in one instant, and from then on
    a new task waits a whole interval for its first mail. A phase once given is kept.
    """
    idle = [each for each in services if each.idle and each.at <= until]
    fresh = sorted((each for each in idle if each.service.id not in phases), key=Availability.key)
    begin = {each.service.id: max(each.at, phases.get(each.service.id, each.at)) for each in idle}
    for _, group in groupby(fresh, key=lambda each: each.at):
        for index, each in enumerate(group):
            begin[each.service.id] += each.spacing * (index / len(services))
    for each in idle:
        each.settle(begin[each.service.id])
    return begin
