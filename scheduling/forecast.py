"""The forecast: when a task ends with the services of its pool, what limits it, and what would be needed.

A task ends when the pool has sent all that the fair queue sends before the task's last mail (`scheduling.sharing`),
and that is when its services can have sent so many (`scheduling.capacity`). New tasks, and such as begin later, are not
foreseen.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import ceil, isqrt
from uuid import UUID

from scheduling.allocator_state import Demand
from scheduling.capacity import HORIZON, Capacity, half_counted
from scheduling.service import ServiceState
from scheduling.sharing import left_after, mails_until_done
from scheduling.wait import WaitReason

OTHER_TASKS = "other_tasks"
"""The pool serves other tasks before this one, or in turns with it."""
RETRY = "retry"
"""A mail is tried again later."""
PAUSED = "paused"
TOO_LONG = "too_long"
"""The end lies beyond the horizon."""

_MATTERS = 0.01
"""A limit is named if without it the task would end sooner by this part of the time it takes, and by a second."""
_SHORTEST_GAIN = timedelta(seconds=1)
_DAY = timedelta(days=1)
_UNLIMITED = 1_000_000_000
_QUOTA_STEP = 50
"""A quota that would be needed is found to a fiftieth."""


@dataclass(frozen=True, slots=True)
class Mailing:
    """What a task has still to send, or one that is not there yet would."""

    demand: Demand
    """`ready` are all its open mails, those that are tried again later too."""
    starts_at: datetime | None = None
    retry_at: datetime | None = None
    """When the last of its mails is tried again."""
    paused: bool = False
    """Then it does not end, and nothing of the pool limits it."""


@dataclass(frozen=True, slots=True)
class Limit:
    """Something that makes a task end later."""

    reason: str
    """A `WaitReason`, `other_tasks` or `retry`."""
    ends_at_without: datetime


@dataclass(frozen=True, slots=True)
class Needed:
    """What it takes to end by a given time."""

    by: datetime
    met: bool
    mails_per_hour: int | None
    """The rate that the task itself needs from its start on; None: it starts too late."""
    missing_mails: int = 0
    """Mails that would not be sent by then."""
    more_services: int | None = None
    """Services like the pool's median one that would close the gap; None: none are needed, or none would."""
    daily_quota: int | None = None
    """If each service might send so many a day, the intervals it has would do; None: it is not the quota."""


@dataclass(frozen=True, slots=True)
class Forecast:
    """When a task ends, and why not sooner."""

    mails: int
    """Still to be sent."""
    ends_at: datetime | None
    no_end: str | None
    """Why there is no end: `paused`, `no_service` or `too_long`."""
    limited_by: tuple[Limit, ...]
    """What matters, the largest gain first."""
    needed: Needed | None


class PoolForecast:
    """One reading of a pool, asked about any number of its tasks."""

    def __init__(self, services: Iterable[ServiceState], demands: Iterable[Demand], now: datetime) -> None:
        self.now = now
        self._services = [_evened(service) for service in services if not service.paused]
        self._demands = {demand.task_id: demand for demand in demands}
        self._capacities: dict[tuple[WaitReason | None, datetime], Capacity] = {}
        self._done: dict[UUID, float] | None = None

    def ends_at(self, mailing: Mailing) -> datetime | None:
        """When it ends; None: that cannot be foreseen. Cheap for the tasks that were read with the pool."""
        return self._end(mailing)

    def forecast(self, mailing: Mailing, by: datetime | None = None) -> Forecast:
        """Say when it ends, what limits it, and what would be needed to end by a given time."""
        end = self.ends_at(mailing)
        return Forecast(
            mails=mailing.demand.ready,
            ends_at=end,
            no_end=None if end else self._no_end(mailing),
            limited_by=() if mailing.paused else tuple(self._limits(mailing, end)),
            needed=self._needed(mailing, by, end) if by else None,
        )

    def _no_end(self, mailing: Mailing) -> str:
        return PAUSED if mailing.paused else TOO_LONG if self._services else WaitReason.NO_SERVICE.value

    def _end(self, mailing: Mailing, without: WaitReason | None = None, *, alone: bool = False) -> datetime | None:
        starts_at = max(self.now, mailing.starts_at or self.now)
        if mailing.paused or starts_at - self.now > HORIZON:
            return None
        capacity = self._capacity(mailing, without, alone=alone)
        reached = capacity.reached(self._work(mailing, capacity, alone=alone))
        return reached and max(reached, starts_at, mailing.retry_at or self.now)

    def _work(self, mailing: Mailing, capacity: Capacity, *, alone: bool) -> float:
        """How many mails the pool has sent, or could have, when the task's last is among them."""
        own = mailing.demand
        if own.ready <= 0:
            return 0.0
        if not alone and mailing.starts_at is None:
            if self._done is None:
                self._done = mails_until_done(self._demands.values())
            if own.task_id in self._done:
                return self._done[own.task_id]
        before, others = self._when_it_starts(mailing, capacity)
        return before + mails_until_done([own, *(() if alone else others)])[own.task_id]

    def _when_it_starts(self, mailing: Mailing, capacity: Capacity) -> tuple[float, list[Demand]]:
        """What the pool could have sent by then, and what is left of the other tasks."""
        others = [demand for demand in self._demands.values() if demand.task_id != mailing.demand.task_id]
        before = capacity.by(mailing.starts_at) if mailing.starts_at else 0.0
        if before <= 0:
            return 0.0, others
        left = left_after(others, before)
        return before, [replace(each, ready=ceil(left.get(each.task_id, 0.0))) for each in others]

    def _capacity(self, mailing: Mailing, without: WaitReason | None = None, *, alone: bool = False) -> Capacity:
        """What the services can send from now on, or from the task's start where there is nothing to do before."""
        idle = alone or len(self._demands) == (mailing.demand.task_id in self._demands)
        since = max(self.now, mailing.starts_at) if idle and mailing.starts_at else self.now
        if (without, since) not in self._capacities:
            self._capacities[without, since] = (
                self._capacity(mailing, alone=alone).with_quota(_UNLIMITED)
                if without is WaitReason.NO_QUOTA
                else Capacity.of(self._services, since, without)
            )
        return self._capacities[without, since]

    def _limits(self, mailing: Mailing, end: datetime | None) -> list[Limit]:
        ends: dict[str, datetime | None] = {
            reason.value: self._end(mailing, reason)
            for reason in (WaitReason.RATE_LIMIT, WaitReason.NO_QUOTA, WaitReason.WINDOW, WaitReason.SERVICE_RESTED)
            if any(_held(reason, service, self.now) for service in self._services)
        }
        ends[OTHER_TASKS] = self._end(mailing, alone=True)
        ends[RETRY] = self._end(replace(mailing, retry_at=None))
        least = _SHORTEST_GAIN if end is None else max(_SHORTEST_GAIN, _MATTERS * (end - self.now))
        limits = [Limit(reason, at) for reason, at in ends.items() if at and (end is None or end - at >= least)]
        return sorted(limits, key=lambda limit: limit.ends_at_without)

    def _needed(self, mailing: Mailing, by: datetime, end: datetime | None) -> Needed:
        own, capacity = mailing.demand, self._capacity(mailing)
        before, others = self._when_it_starts(mailing, capacity)
        span = by - max(self.now, mailing.starts_at or self.now)
        pace = ceil(own.ready * timedelta(hours=1) / span) if span > timedelta(0) else None
        if end is not None and end <= by:
            return Needed(by, met=True, mails_per_hour=pace)
        in_time = capacity.by(by)
        left = left_after([own, *others], max(0.0, in_time - before)).get(own.task_id, 0.0)
        missing = own.ready if mailing.paused else max(1, ceil(left))
        if pace is None or mailing.paused or (mailing.retry_at and mailing.retry_at > by):
            return Needed(by, met=False, mails_per_hour=pace, missing_mails=missing)
        missing_in_pool = half_counted(self._work(mailing, capacity, alone=False)) - in_time
        more, quota = self._more_services(missing_in_pool, mailing.starts_at, by), self._quota(mailing, by)
        return Needed(by, met=False, mails_per_hour=pace, missing_mails=missing, more_services=more, daily_quota=quota)

    def _more_services(self, mails: float, since: datetime | None, by: datetime) -> int | None:
        """Count the further services like the median one that send so many mails in time."""
        if not self._services:
            return None
        ranked = sorted(self._services, key=_mails_a_day)
        typical = ranked[len(ranked) // 2]
        fresh = replace(typical, next_available_at=self.now, rested_until=None, remaining_quota=_day_quota(typical))
        each = Capacity.of([fresh], max(self.now, since or self.now)).by(by)
        return max(1, ceil(mails / each)) if each > 0 else None

    def _quota(self, mailing: Mailing, by: datetime) -> int | None:
        """Find the least daily quota with which all services together would do it in time."""
        end = self._end(mailing, WaitReason.NO_QUOTA)
        if end is None or end > by:
            return None
        limited, unlimited = self._capacity(mailing), self._capacity(mailing, WaitReason.NO_QUOTA)
        work = half_counted(self._work(mailing, unlimited, alone=False))
        shortest = min(service.spacing for service in self._services)
        low, high = 1, ceil(_DAY / shortest) + 1
        while high - low > max(1, low // _QUOTA_STEP):
            middle = max(low + 1, isqrt(low * high))
            low, high = (low, middle) if limited.with_quota(middle).by(by) >= work else (middle, high)
        return high


def _day_quota(service: ServiceState) -> int:
    """The whole quota of the present day."""
    warm_up = service.warm_up
    return warm_up.quota(service.daily_quota, service.warm_up_day) if warm_up else service.daily_quota


def _mails_a_day(service: ServiceState) -> float:
    """What a service sends in a day whose hours are all open."""
    return min(service.daily_quota, _DAY / service.spacing)


def _held(reason: WaitReason, service: ServiceState, now: datetime) -> bool:
    """Whether a limit applies to a service at all."""
    if reason is WaitReason.SERVICE_RESTED:
        return service.rested_until is not None and service.rested_until > now
    return reason is not WaitReason.WINDOW or service.window is not None


def _evened(service: ServiceState) -> ServiceState:
    """Lengthen the interval by the jitter that is to be expected: half of the most."""
    if not service.jitter:
        return service
    return replace(service, sending_interval=service.sending_interval * (1 + service.jitter / 2), jitter=0.0)
