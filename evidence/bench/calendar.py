"""Simulated days: when the guard's clock was moved, and what that makes of the journal's real moments."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from evidence import journal


@dataclass(frozen=True, slots=True)
class Move:
    """From this real moment (ns since the epoch) on, the guard's clock was so far ahead, until the next move."""

    at: int
    ahead: timedelta


def next_midnight(zones: Iterable[str], now: datetime) -> tuple[datetime, str]:
    """Return the first midnight after `now` in any of the zones, in UTC, and whose it is."""
    return min((_midnight(zone, now.astimezone(ZoneInfo(zone)).date() + timedelta(days=1)), zone) for zone in zones)


def simulated(tries: Iterable[journal.Try], moves: Sequence[Move]) -> list[journal.Try]:
    """Return the tries at the guard's own time.

    A try belongs to the last move before its MAIL as a whole: the clock is moved only while nothing is under way.
    """
    return [_moved(found, _ahead(found.mail_at, moves)) for found in tries]


def first_after_midnight(tries: Iterable[journal.Try], zones: dict[str, str]) -> dict[tuple[str, date], float]:
    """Return for each service and each of its days how many seconds after its own midnight its first mail began.

    The first day of each is left out: it began somewhere within it. `tries` are at the guard's time.
    """
    first: dict[tuple[str, date], float] = {}
    for found in sorted(tries, key=lambda found: found.mail_at):
        zone = zones[found.provider]
        begun = datetime.fromtimestamp(found.mail_at / journal.NS_PER_SECOND, UTC)
        day = begun.astimezone(ZoneInfo(zone)).date()
        first.setdefault((found.provider, day), (begun - _midnight(zone, day)).total_seconds())
    began = {name: min(day for other, day in first if other == name) for name in zones}
    return {(name, day): seconds for (name, day), seconds in first.items() if day != began[name]}


def _midnight(zone: str, day: date) -> datetime:
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def _ahead(moment: int, moves: Sequence[Move]) -> int:
    """Return by how many ns the guard's clock was ahead then; `moves` are in order."""
    ahead = next((move.ahead for move in reversed(moves) if move.at <= moment), timedelta(0))
    return round(ahead / timedelta(microseconds=1)) * 1000


def _moved(found: journal.Try, by: int) -> journal.Try:
    return replace(
        found,
        mail_at=found.mail_at + by,
        dot_at=None if found.dot_at is None else found.dot_at + by,
        answered_at=None if found.answered_at is None else found.answered_at + by,
    )
