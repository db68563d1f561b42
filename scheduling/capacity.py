"""Capacity: how many mails a pool's services can send by when, if none of them ever lacks work.

Each service is followed day by day of its own quota: in a span in which it is open it sends at its spacing until the
span or the quota ends. Far days are only summed; the exact curve is drawn for the day of the answer. There the first
mails of a run count one by one and the others evenly, half a spacing early, so that neither first nor mean is late.

Not foreseen: failures, limits of receiving domains, and what the worker processes and the database can carry.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from math import ceil, floor

from scheduling.service import ServiceState
from scheduling.source import EXACT_DAYS, Group, Run, grouped
from scheduling.wait import WaitReason

HORIZON = timedelta(days=400)
"""Nothing is foreseen further ahead."""

_SINGLY = 3
"""The first mails of a run are counted one by one, the later ones evenly; where each service sends more, only one."""
_SECOND = timedelta(seconds=1)
_DAYS = HORIZON // timedelta(days=1)


class Capacity:
    """What the services of some groups can send, if each might send at least so many a day."""

    def __init__(self, groups: Sequence[Group], now: datetime, least_quota: float = 0.0) -> None:
        self._groups, self._now, self._least = groups, now, least_quota
        self._services = sum(len(sources) for group in groups for sources in group.sources.values())
        self._totals: list[float] = []
        """Mails of each day, as far as anyone asked."""
        self._sums: list[float] = []
        """Mails up to the end of each of them."""
        self._weekly_from = 8 + max((first for group in groups for first in group.sources), default=0) + EXACT_DAYS
        """From here on each day is like the one a week before."""
        self._curves: dict[tuple[int, int], _Curve] = {}

    @classmethod
    def of(cls, services: Iterable[ServiceState], now: datetime, without: WaitReason | None = None) -> "Capacity":
        """What services can send that are not paused, with one limit taken off. Their jitter is left out."""
        return cls(grouped((service for service in services if not service.paused), now, without), now)

    def with_quota(self, least: float) -> "Capacity":
        """The same services, if each might send at least so many a day."""
        return Capacity(self._groups, self._now, least)

    def by(self, moment: datetime) -> float:
        """Count the mails that can be sent by a moment."""
        seconds = min(moment - self._now, HORIZON) / _SECOND
        if seconds <= 0 or not self._groups:
            return 0.0
        first = min(group.day_at(seconds) for group in self._groups)
        return self._up_to(first - 1) + sum(
            _sent(seconds, run)
            for group in self._groups
            for day in (first, first + 1)
            for run in group.runs(day, self._least)
        )

    def reached(self, mails: float) -> datetime | None:
        """Find when so many mails have been sent; None: not before the horizon."""
        if mails <= 0:
            return self._now
        wanted = half_counted(mails)
        for day in range(_DAYS):
            if self._up_to(day) >= wanted:
                singly = _SINGLY if wanted <= _SINGLY * self._services else 1
                return self._now + self._curve(day, singly).reached(wanted) * _SECOND
        return None

    def _up_to(self, day: int) -> float:
        """Count the mails up to the end of a day, which comes at another moment in each time zone."""
        while (no := len(self._sums)) <= day:
            if no >= self._weekly_from:
                today = self._totals[no - 7]
            else:
                today = sum(group.total(no, self._least) for group in self._groups)
            self._totals.append(today)
            self._sums.append((self._sums[-1] if self._sums else 0.0) + today)
        return self._sums[day] if day >= 0 else 0.0

    def _curve(self, day: int, singly: int) -> "_Curve":
        """Draw the line between the first end of the day before, in any time zone, and the last end of this day."""
        if (day, singly) not in self._curves:
            since = min(group.begins(day) for group in self._groups)
            until = max(group.ends(day) for group in self._groups)
            base, runs = self._up_to(day - 2), list[Run]()
            for group in self._groups:
                for near in range(max(0, day - 1), day + 2):
                    if group.ends(near) <= since:
                        base += group.total(near, self._least)
                    elif group.begins(near) < until:
                        runs += group.runs(near, self._least)
            self._curves[day, singly] = _Curve(base, runs, singly, since, until)
        return self._curves[day, singly]


def half_counted(mails: float) -> float:
    """What is counted of so many mails at the moment of the last one: it is half sent."""
    return max(mails - 0.5, min(mails, 0.5))


def _sent(seconds: float, run: Run) -> float:
    """Count the mails of a run that were sent by a moment."""
    start, count, spacing = run
    if seconds < start:
        return 0.0
    spacings = (seconds - start) / spacing
    return min(count, spacings + 0.5 if spacings > _SINGLY - 0.5 else min(_SINGLY, floor(spacings) + 1))


class _Curve:
    """Mails sent by each moment of a time, as a line of jumps and slopes: this is where most of the work is done."""

    def __init__(self, base: float, runs: Iterable[Run], singly: int, since: float, until: float) -> None:
        changes: list[tuple[float, float, float]] = []
        for start, count, spacing in runs:
            ends = start + spacing * (count - 0.5)
            if ends <= since:
                base += count
            elif start <= until:
                changes.append((start, min(1.0, count), 0.0))
                later = range(1, min(singly, ceil(count)))
                changes += [(start + spacing * no, min(1.0, count - no), 0.0) for no in later]
                if count > singly:
                    changes.append((start + spacing * (singly - 0.5), 0.0, 1 / spacing))
                    changes.append((ends, 0.0, -1 / spacing))
        changes.sort()
        self._since = since
        self._times = [at for at, _, _ in changes]
        self._slopes: list[float] = []
        self._sent: list[float] = []
        before, sent, slope = 0.0, base, 0.0
        for at, jump, change in changes:
            sent += jump + slope * (at - before)
            before, slope = at, max(0.0, slope + change)
            self._sent.append(sent)
            self._slopes.append(slope)

    def reached(self, mails: float) -> float:
        """When so many were sent."""
        if not self._times:
            return self._since  # all of them before this time, as far as rounding can tell
        index = min(bisect_left(self._sent, mails), len(self._sent) - 1)
        if index and self._slopes[index - 1] > 0:
            at = self._times[index - 1] + (mails - self._sent[index - 1]) / self._slopes[index - 1]
            return min(at, self._times[index])
        return self._times[index]
