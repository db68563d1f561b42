"""A service as a source of mails: what it sends on each day of its own quota, if it never lacks work."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from math import ceil, floor, inf

from scheduling.pacing import SendingWindow, WarmUp
from scheduling.service import ServiceState
from scheduling.wait import WaitReason

DAY_SECONDS = 86_400.0

_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
EXACT_DAYS = 8
"""Later days are open like the same weekday of the first week ahead: at most a change of the clocks is missed."""

Span = tuple[float, float]
"""Begin and end, in seconds from now."""
Run = tuple[float, float, float]
"""Mails at even distances: when the first is sent, how many, and their spacing, in seconds from now."""


@dataclass(slots=True, eq=False)
class Source:
    """A service in seconds from now."""

    first: float
    """When it is free and not rested."""
    phase: float
    """Its place among the others in the spacing, where they could all begin at once."""
    spacing: float
    dialogue: float
    left: float
    """Of the quota of day 0, which ends at the next midnight."""
    daily_quota: int
    warm_up: WarmUp | None
    warm_up_day: int
    """Number of day 0."""

    def quota(self, day: int, least: float) -> float:
        """What it may send in a day, if everyone were allowed at least so many."""
        whole = self.warm_up.quota(self.daily_quota, self.warm_up_day + day) if self.warm_up else self.daily_quota
        if day:
            return whole if whole > least else least
        return self.left if whole > least else self.left + least - whole

    def steady_from(self, midnight: float) -> int:
        """The first day from which all are alike but for the window: it is free and warm."""
        free = 1 if self.first <= midnight else 2 + int((self.first - midnight) // DAY_SECONDS)
        if self.warm_up is None or self.quota(free, 0.0) >= self.daily_quota:
            return free
        if not self.warm_up.daily_step:
            return free
        steps = ceil((self.daily_quota - self.warm_up.first_day_quota) / self.warm_up.daily_step)
        return max(free, steps - self.warm_up_day)

    def runs(self, spans: Iterable[Span], goes_on: float, left: float) -> Iterator[Run]:
        """List what it sends in a day with these open spans and so much quota.

        The span that closes at `goes_on` is continued by the next day's, which begins with the service's phase: what
        it sends is counted up to there, as a part of a mail where need be. The last mail of another span is whole.
        """
        first, phase, spacing = self.first, self.phase, self.spacing
        for opens, closes in spans:
            ends = closes < goes_on
            start = first if first > opens else opens + phase * (min(spacing, closes - opens) if ends else spacing)
            if left <= 0 or (start if ends else first) >= closes:
                continue
            count = min(left, floor((closes - start) / spacing) + 1 if ends else (closes - start) / spacing + phase)
            left -= count
            yield start + self.dialogue, count, spacing


@dataclass(slots=True)
class Group:
    """The services whose days end at one moment and are open at the same times."""

    now: datetime
    midnight: float
    """When day 0 ends."""
    window: SendingWindow | None
    sources: dict[int, list[Source]] = field(default_factory=dict)
    """By the first day on which they are steady."""
    _spans: dict[int, list[Span]] = field(default_factory=dict)
    _shapes: dict[int, tuple[float, ...]] = field(default_factory=dict)
    _steady: dict[tuple[int, tuple[float, ...], float], float] = field(default_factory=dict)

    def add(self, source: Source) -> None:
        """Add a service."""
        self.sources.setdefault(source.steady_from(self.midnight), []).append(source)

    def ends(self, day: int) -> float:
        """When a day ends."""
        return self.midnight + day * DAY_SECONDS

    def begins(self, day: int) -> float:
        """When a day begins; the first has begun."""
        return self.ends(day - 1) if day else 0.0

    def day_at(self, seconds: float) -> int:
        """Number the day of a moment."""
        return max(0, ceil((seconds - self.midnight) / DAY_SECONDS))

    def spans(self, day: int) -> list[Span]:
        """When its services are open on a day."""
        like = _like(day)
        if like not in self._spans:
            self._spans[like] = self._read_spans(self.begins(like), self.ends(like))
        later = (day - like) * DAY_SECONDS
        return [(opens + later, closes + later) for opens, closes in self._spans[like]] if later else self._spans[like]

    def _goes_on(self, day: int) -> float:
        """When a span of the day goes on into the next day: at its end, or never."""
        later = self.spans(day + 1)
        return self.ends(day) if later and later[0][0] <= self.ends(day) else inf

    def _shape(self, day: int) -> tuple[float, ...]:
        """When they are open and whether that goes on, as seen from the day's end: the same for days that are alike."""
        like = _like(day)
        if like not in self._shapes:
            ends, edges = self.ends(like), [edge for span in self.spans(like) for edge in span]
            self._shapes[like] = tuple(round(edge - ends, 3) for edge in [*edges, self._goes_on(like)])
        return self._shapes[like]

    def _read_spans(self, begins: float, ends: float) -> list[Span]:
        if self.window is None:
            return [(begins, ends)]
        since, until = self.now + begins * _SECOND, self.now + ends * _SECOND
        return [((a - self.now) / _SECOND, (b - self.now) / _SECOND) for a, b in self.window.open_spans(since, until)]

    def runs(self, day: int, least: float) -> Iterator[Run]:
        """List what its services send on a day."""
        spans, goes_on = self.spans(day), self._goes_on(day)
        for sources in self.sources.values():
            for source in sources:
                yield from source.runs(spans, goes_on, source.quota(day, least))

    def total(self, day: int, least: float) -> float:
        """Sum what its services send on a day. Days that are alike are summed once."""
        total = 0.0
        for first, sources in self.sources.items():
            key = first, self._shape(day), least
            if first > day:
                total += self._sum(sources, day, least)
            elif key in self._steady:
                total += self._steady[key]
            else:
                total += self._steady.setdefault(key, self._sum(sources, day, least))
        return total

    def _sum(self, sources: Iterable[Source], day: int, least: float) -> float:
        spans, goes_on = self.spans(day), self._goes_on(day)
        return sum(count for each in sources for _, count, _ in each.runs(spans, goes_on, each.quota(day, least)))


def _like(day: int) -> int:
    """The day of the first week ahead with the same weekday."""
    return day if day <= EXACT_DAYS else EXACT_DAYS - 6 + (day - EXACT_DAYS - 1) % 7


def grouped(services: Iterable[ServiceState], now: datetime, without: WaitReason | None) -> list[Group]:
    """Group services by midnight and window, with one limit taken off; the quota is taken off where days are summed.

    Those that are free now begin one after the other, as the allocator lets them.
    """
    if without is WaitReason.RATE_LIMIT:
        services = [replace(each, sending_interval=timedelta(0), next_available_at=now) for each in services]
    rests = without is not WaitReason.SERVICE_RESTED
    free = sorted(((_seconds_free(each, now, rests=rests), each) for each in services), key=lambda pair: pair[0])
    groups: dict[tuple[float, SendingWindow | None], Group] = {}
    for rank, (first, service) in enumerate(free):
        # The guard begins a day with its first mail: until then the row tells of an earlier one.
        since = max(0, (now - service.quota_reset_at) // _DAY + 1)
        midnight = (service.quota_reset_at - now) / _SECOND + since * DAY_SECONDS
        window = None if without is WaitReason.WINDOW else service.window
        found = groups.get((midnight, window))
        if found is None:
            found = groups[midnight, window] = Group(now, midnight, window)
        found.add(_source(service, first, rank / len(free), since))
    return list(groups.values())


def _source(service: ServiceState, first: float, phase: float, since: int) -> Source:
    daily, warm_up, day = service.daily_quota, service.warm_up, service.warm_up_day + since
    left = service.remaining_quota if not since else warm_up.quota(daily, day) if warm_up else daily
    spacing, dialogue = service.spacing / _SECOND, service.dialogue / _SECOND
    return Source(first, phase, spacing, dialogue, float(max(0, left)), daily, warm_up, day)


def _seconds_free(service: ServiceState, now: datetime, *, rests: bool) -> float:
    at = service.next_available_at
    if rests and service.rested_until and service.rested_until > at:
        at = service.rested_until
    return max(0.0, (at - now) / _SECOND)
