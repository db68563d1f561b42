"""How fast mails went while there was work for every service: pure functions on the journal's tries."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from evidence.journal import NS_PER_SECOND, Try

NS_PER_HOUR = 3600 * NS_PER_SECOND


@dataclass(frozen=True, slots=True)
class Pace:
    """Rates per hour, over a span of full work."""

    tries_per_hour: float
    """MAILs: a refused mail costs its service an interval just as a taken one does."""
    taken_per_hour: float
    seconds: float


def steady_pace(tries: Sequence[Try], interval: timedelta, mails: int) -> Pace | None:
    """Measure from one interval after the first MAIL until as many MAILs have begun as there are mails.

    Before that the services start one after the other; after it only retries are left, which wait for their time. None
    when the span is empty. `tries` are in the order of their MAILs.
    """
    if not tries or mails < 1:
        return None
    begin = tries[0].mail_at + int(interval.total_seconds() * NS_PER_SECOND)
    end = tries[min(mails, len(tries)) - 1].mail_at
    if end <= begin:
        return None
    inside = [found for found in tries if begin < found.mail_at <= end]
    hours = (end - begin) / NS_PER_HOUR
    return Pace(len(inside) / hours, sum(found.taken for found in inside) / hours, (end - begin) / NS_PER_SECOND)


def nominal_per_hour(interval: timedelta, dialogue: timedelta, services: int) -> float:
    """Return what mailboxes can do that pause for the interval after each dialogue."""
    return services * timedelta(hours=1) / (interval + dialogue)
