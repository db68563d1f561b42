"""What every benchmark is held to: nothing lost, nothing doubled, no interval and no quota broken, sums that add up."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

from api.schemas.task import RealtimeStatus
from evidence import journal
from evidence.processes import Usage
from evidence.providers import Providers
from evidence.report import Bound, Figure, Relation
from evidence.verdict import GAP_TOLERANCE_MS, open_mails

PERCENTS = (50, 95, 99, 100)


def mails_by_task(tries: Iterable[journal.Try]) -> dict[UUID, set[int]]:
    """Return the numbers of the different mails that were taken of each task: a Message-ID is `<task.seq@domain>`."""
    found: defaultdict[UUID, set[int]] = defaultdict(set)
    for one in journal.taken(tries):
        task_id, seq = task_and_seq(one)
        found[task_id].add(seq)
    return dict(found)


def task_and_seq(one: journal.Try) -> tuple[UUID, int]:
    """Tell which mail this is; `ValueError` for one that is not of Tempost."""
    task, _, seq = (one.message_id or "").partition("@")[0].partition(".")
    return UUID(task), int(seq)


def lost(statuses: Iterable[RealtimeStatus], taken: Mapping[UUID, set[int]]) -> int:
    """Count mails recorded as sent beyond those that any provider took, and those still open in a completed task."""
    total = 0
    for status in statuses:
        counts = status.progress.by_status
        total += max(0, counts.sent - len(taken.get(status.task_id, ())))
        total += open_mails(counts) if status.status == "completed" else 0
    return total


def unaccounted(statuses: Iterable[RealtimeStatus], taken: Mapping[UUID, set[int]]) -> int:
    """Count mails that sums leave out, and those that a provider took and the ledger does not know of.

    The tasks must stand still: a mail under way would be one.
    """
    total = 0
    for status in statuses:
        counts = status.progress.by_status
        by_status: dict[str, int] = counts.model_dump()
        total += abs(status.progress.total - sum(by_status.values()))
        total += max(0, len(taken.get(status.task_id, ())) - counts.sent - counts.unknown)
    return total


def interval_breaches(tries: Sequence[journal.Try], providers: Providers) -> int:
    """Count the mails of mailboxes that began sooner after the final dot before them than the interval allows."""
    allowed = {
        each.name: each.interval / timedelta(milliseconds=1) + GAP_TOLERANCE_MS
        for each in providers
        if each.kind == "mailbox" and each.interval
    }
    total = 0
    for name, found in journal.by_provider(tries).items():
        gaps = ((b.mail_at - (a.dot_at or a.mail_at)) / journal.NS_PER_MS for a, b in pairwise(found))
        total += sum(gap < allowed[name] for gap in gaps) if name in allowed else 0
    return total


def common_figures(
    tries: Sequence[journal.Try], statuses: Sequence[RealtimeStatus], providers: Providers
) -> dict[str, Figure]:
    """Return what every report holds."""
    taken = mails_by_task(tries)
    paced = {each.name: each.interval for each in providers if each.kind == "mailbox" and each.interval}
    gaps = journal.smallest_gap_errors(tries, paced)
    zones = {each.name: each.time_zone for each in providers}
    quotas = {each.name: each.daily_quota for each in providers}
    completed = sum(status.status == "completed" for status in statuses)
    dialogue = journal.median_dialogue(tries)
    return {
        "services": len(providers),
        "tasks": len(statuses),
        "tasks_completed_share": round(completed / len(statuses), 4) if statuses else None,
        "mails_taken": sum(map(len, taken.values())),
        "lost": lost(statuses, taken),
        "doubled": len(journal.doubled(journal.taken_by_message_id(tries))),
        "unaccounted": unaccounted(statuses, taken),
        "interval_breaches": interval_breaches(tries, providers),
        "smallest_gap_error_ms": round(min(gaps.values()), 1) if gaps else None,
        "over_quota": journal.over_quota(tries, quotas, zones),
        "median_dialogue_ms": round(dialogue / timedelta(milliseconds=1), 1) if dialogue else None,
    }


def common_bounds(figures: Mapping[str, Figure]) -> tuple[Bound, ...]:
    """Return what they must be."""
    none = ("lost", "doubled", "unaccounted", "interval_breaches", "over_quota")
    return tuple(at(figures, name, "=", 0) for name in none)


def at(figures: Mapping[str, Figure], name: str, relation: Relation, limit: float) -> Bound:
    """Return a bound on one of the figures; one that is no number breaks it."""
    return Bound(name, number(figures, name), relation, limit)


def number(figures: Mapping[str, Figure], name: str) -> float | None:
    """Return one of the figures if it is a number."""
    value = figures.get(name)
    return value if isinstance(value, int | float) else None


def taken_within(tries: Iterable[journal.Try], usage: Usage) -> int:
    """Count the mails whose final dot came within a span that was measured."""
    return sum(usage.begun_at <= (found.dot_at or 0) < usage.ended_at for found in journal.taken(tries))


def longest_pause(dots: Sequence[int]) -> float | None:
    """Return the longest time in seconds between two final dots of any services; `dots` are in order."""
    return round(max((b - a for a, b in pairwise(dots)), default=0) / journal.NS_PER_SECOND, 3) if dots else None


def percentiles(name: str, values: Sequence[float]) -> dict[str, Figure]:
    """Return the median, further percentiles and the greatest, as figures of this name; nearest rank."""
    ordered = sorted(values)
    return {f"{name}_p{percent}" if percent < 100 else f"{name}_max": _ranked(ordered, percent) for percent in PERCENTS}


def _ranked(ordered: Sequence[float], percent: int) -> float | None:
    if not ordered:
        return None
    return round(ordered[max(0, -(-len(ordered) * percent // 100) - 1)], 3)
