"""Changes while mails flow, and how soon each acts: pure functions on the journal's tries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from typing import Literal
from uuid import UUID

from evidence import journal
from evidence.bench.judge import task_and_seq

Effect = Literal["starts", "stops", "faster", "slower"]
AMONG, OF_THEM = 20, 10
"""A task has come first once so many of the next mails are its."""


@dataclass(frozen=True, slots=True)
class Change:
    """What was asked for, of which services, and the span in which its effect is looked for. Times are ns."""

    name: str
    effect: Effect
    services: Sequence[str]
    answered_at: int
    until: int
    interval: timedelta = field(default=timedelta(0))
    """The longer of the old and the new, for what becomes faster or slower."""


def seconds_to_act(change: Change, tries: Sequence[journal.Try]) -> float | None:
    """Return how long the change took for the last of its services; None: it did not act in its span.

    It starts with a service's first MAIL, stops after its last one, is faster from the first gap that the old interval
    would have forbidden, and slower after the last that the new one forbids. What acts before the answer took no time.
    """
    of_service = journal.by_provider(tries)
    moments = [_acted_at(change, of_service.get(name, [])) for name in change.services]
    known = [moment for moment in moments if moment is not None]
    if len(known) < len(moments):
        return None
    return round(max(0, *known, 0) / journal.NS_PER_SECOND, 3)


def _acted_at(change: Change, tries: Sequence[journal.Try]) -> int | None:
    """Return the ns after the answer; None: nothing is seen of it."""
    least = change.interval / timedelta(microseconds=1) * 1000 - 50 * journal.NS_PER_MS
    inside = [found for found in tries if change.answered_at <= found.mail_at < change.until]
    short = [
        b for a, b in pairwise(tries) if b in inside and b.mail_at - (a.dot_at or a.mail_at) < least
    ]  # fmt: skip
    match change.effect:
        case "starts":
            return inside[0].mail_at - change.answered_at if inside else None
        case "stops":
            return inside[-1].mail_at - change.answered_at if inside else 0
        case "faster":
            return short[0].mail_at - change.answered_at if short else None
        case "slower":
            return short[-1].mail_at - change.answered_at if short else 0


def seconds_to_come_first(task_id: UUID, answered_at: int, tries: Sequence[journal.Try]) -> float | None:
    """Return when the task began to have most of the wire after its priority was raised; None: it never did."""
    after = [found for found in journal.taken(tries) if found.mail_at >= answered_at]
    its = [task_and_seq(found)[0] == task_id for found in after]
    for place, found in enumerate(after):
        if its[place] and sum(its[place : place + AMONG]) >= OF_THEM:
            return round((found.mail_at - answered_at) / journal.NS_PER_SECOND, 3)
    return None


def longest_gap(moments: Sequence[int], begin: int, end: int) -> float:
    """Return the longest span in seconds between two of these moments, or one of them and an end of the whole."""
    inside = [begin, *(at for at in sorted(moments) if begin < at < end), end]
    return round(max(b - a for a, b in pairwise(inside)) / journal.NS_PER_SECOND, 3)
