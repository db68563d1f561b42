"""Pacing: warm-up, sending window and the quota day of a service, in its own time zone. The guard's SQL agrees."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_DAYS_AHEAD = 15
"""How far the next opening may lie: one weekday, and the next such day taken by a change of the clocks."""


@dataclass(frozen=True, slots=True)
class WarmUp:
    """A new mailbox sends little at first and a step more each day, until it has its full quota."""

    first_day_quota: int
    daily_step: int

    def quota(self, daily_quota: int, day: int) -> int:
        """Limit the quota of the day with this number; the first is 0."""
        return min(daily_quota, self.first_day_quota + self.daily_step * max(0, day))


@dataclass(frozen=True, slots=True)
class SendingWindow:
    """The hours of the local day in which a service may send."""

    time_zone: str
    """IANA name."""
    opens: time
    closes: time
    """Exclusive. Not after `opens`: the window runs over midnight."""
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    """The days on which it opens; Monday is 0."""

    def next_open(self, at: datetime) -> datetime | None:
        """`at` itself inside the window, else the next opening; None: it never opens."""
        return next((max(at, opens) for opens, closes in self._around(at) if at < closes), None)

    def open_spans(self, since: datetime, until: datetime) -> Iterator[tuple[datetime, datetime]]:
        """List the spans in which it is open from one moment to another, in order."""
        for opens, closes in self._around(since, (until - since) // _DAY + 3):
            if opens < until and closes > since:
                yield max(since, opens), min(until, closes)

    def _around(self, at: datetime, days: int = _DAYS_AHEAD) -> Iterator[tuple[datetime, datetime]]:
        """List openings with their closings, in order, from one that began the day before."""
        zone = ZoneInfo(self.time_zone)
        yesterday = at.astimezone(zone).date() - _DAY
        for day in (yesterday + _DAY * index for index in range(days)):
            opens = _last_instant(day, self.opens, zone)
            closes = _last_instant(day if self.opens < self.closes else day + _DAY, self.closes, zone)
            # Where the clocks skip the whole window it does not open that day.
            if day.weekday() in self.weekdays and opens < closes:
                yield opens, closes


def quota_day(now: datetime, zone: ZoneInfo) -> date:
    """Name the day whose quota a mail sent now is charged to."""
    return now.astimezone(zone).date()


def next_midnight(now: datetime, zone: ZoneInfo) -> datetime:
    """Find the instant at which the next quota day begins: 23 to 25 hours after the last, where the clocks change.

    Where 00:00 does not exist (the clocks go forward at midnight) the day begins when they have gone forward; where it
    comes twice, the first counts.
    """
    tomorrow = quota_day(now, zone) + _DAY
    first = _instant(tomorrow, time(0), zone)
    return first if first > now else _instant(tomorrow, time(0, fold=1), zone)


def _last_instant(day: date, local: time, zone: ZoneInfo) -> datetime:
    """Turn a local time into an instant as PostgreSQL does: of one that comes twice the second counts."""
    return max(_instant(day, local.replace(fold=fold), zone) for fold in (0, 1))


def _instant(day: date, local: time, zone: ZoneInfo) -> datetime:
    """Turn a local time into an instant; one that the clocks skip is moved forward by what they skip."""
    return datetime.combine(day, local, zone).astimezone(UTC)
