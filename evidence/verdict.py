"""Holds the ledger against the journal: what was lost, doubled or out of time. Pure functions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from api.schemas.task import StatusCounts
from evidence import journal
from evidence.contacts import Expected
from evidence.rate import Pace, nominal_per_hour, steady_pace
from evidence.report import Bound, Figure

GAP_TOLERANCE_MS = -50.0
FIRST_MAIL_SECONDS = 5.0
NOMINAL_SHARE = 0.95
MAILS_PER_HOUR = 100_000
SLOW_INTERVAL = timedelta(seconds=3)
"""From this interval on, services are what limits the pace, not the machine: then it must be nearly nominal."""
SHORTEST_SPAN = 10
"""Intervals of full work that a statement about the pace needs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """What Tempost says that it did."""

    status: str
    counts: StatusCounts
    total: int
    sent: Mapping[str, str]
    """Message-ID → address of each mail recorded as sent."""
    rows: int
    rejected: int
    merged: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One demo, whole."""

    ledger: Ledger
    tries: Sequence[journal.Try]
    """What the journal tells, in order."""
    expected: Expected
    """What the file asks for, by plain rules."""
    addressees: set[str]
    """Who should get a mail, case aside."""
    subjects: Mapping[str, set[str]]
    """What the mail to each of them may be called."""
    gone: int
    """How many of them no provider ever accepts."""
    intervals: Mapping[str, timedelta]
    quotas: Mapping[str, int]
    submitted_at: int
    """ns since the epoch."""
    seconds: float
    """From the submit to the task's end."""


def open_mails(counts: StatusCounts) -> int:
    """Mails that are not settled."""
    return counts.pending + counts.claimed + counts.transmitting


def lost(ledger: Ledger, tries: Sequence[journal.Try]) -> int:
    """Count mails recorded as sent that no provider took, and those still open at the end."""
    arrived = journal.taken_by_message_id(tries)
    return sum(message_id not in arrived for message_id in ledger.sent) + open_mails(ledger.counts)


def doubled(tries: Sequence[journal.Try]) -> int:
    """Count Message-IDs taken more than once, or addresses where that is more."""
    by_id = journal.doubled(journal.taken_by_message_id(tries))
    by_address = journal.doubled(journal.taken_by_recipient(tries))
    return max(len(by_id), len(by_address))


def strangers(run: Run) -> int:
    """Count addresses that got a mail and should not have: suppressed, or not in the file."""
    return len(journal.recipients(run.tries) - run.addressees)


def misaddressed(run: Run) -> int:
    """Count mails that were not written for the person they went to, by their subject."""
    return sum(
        found.subject not in run.subjects.get(address.casefold(), ())
        for found in journal.taken(run.tries)
        for address in found.recipients
    )


def first_mail_seconds(run: Run) -> float | None:
    """Return the time from the submit to the first final dot that was taken."""
    dots = [found.dot_at for found in journal.taken(run.tries) if found.dot_at is not None]
    return round((min(dots) - run.submitted_at) / journal.NS_PER_SECOND, 3) if dots else None


def differences(run: Run) -> int:
    """Count by how much the product's own numbers miss what plain rules say of the same file."""
    ledger, expected = run.ledger, run.expected
    pairs = (
        (ledger.rows, expected.rows),
        (ledger.rejected, expected.rejected),
        (ledger.merged, expected.duplicates),
        (ledger.counts.suppressed, expected.suppressed),
        (ledger.counts.failed, run.gone),
    )
    return sum(abs(ours - theirs) for ours, theirs in pairs)


def unaccounted(ledger: Ledger) -> int:
    """Count rows and mails that the sums leave out."""
    by_status: dict[str, int] = ledger.counts.model_dump()
    of_rows = ledger.rows - ledger.rejected - ledger.merged - ledger.total
    return abs(of_rows) + abs(ledger.total - sum(by_status.values()))


def pace(run: Run) -> Pace | None:
    """Return the pace at full work."""
    return steady_pace(run.tries, max(run.intervals.values()), run.expected.to_send)


def nominal_share(run: Run) -> float | None:
    """Return which share of their nominal rate the services reached at full work."""
    dialogue, steady = journal.median_dialogue(run.tries), pace(run)
    if steady is None or dialogue is None:
        return None
    nominal = nominal_per_hour(max(run.intervals.values()), dialogue, len(run.intervals))
    return round(steady.tries_per_hour / nominal, 4)


def figures(run: Run) -> dict[str, Figure]:
    """Return all figures of a run, but for those that only the machine knows."""
    counts, steady = run.ledger.counts, pace(run)
    gaps = journal.smallest_gap_errors(run.tries, run.intervals)
    dialogue = journal.median_dialogue(run.tries)
    first = first_mail_seconds(run)
    return {
        "contacts": run.expected.rows,
        "services": len(run.intervals),
        "rejected": run.ledger.rejected,
        "merged": run.ledger.merged,
        "suppressed": counts.suppressed,
        "sent": counts.sent,
        "failed": counts.failed,
        "unknown": counts.unknown,
        "lost": lost(run.ledger, run.tries),
        "doubled": doubled(run.tries),
        "strangers": strangers(run),
        "misaddressed": misaddressed(run),
        "unaccounted": unaccounted(run.ledger),
        "differences": differences(run),
        "smallest_gap_error_ms": round(min(gaps.values()), 1) if gaps else None,
        "over_quota": journal.over_quota(run.tries, run.quotas),
        "first_mail_seconds": first,
        "seconds": round(run.seconds, 1),
        "mails_per_hour": round(steady.taken_per_hour) if steady else None,
        "mails_per_hour_overall": round(counts.sent / run.seconds * 3600),
        "nominal_share": nominal_share(run),
        "median_dialogue_ms": round(dialogue / timedelta(milliseconds=1), 1) if dialogue else None,
        "tasks_completed_share": float(run.ledger.status == "completed"),
        "first_mail_within_30_s_share": float(first is not None and first < 30),
    }


def bounds(run: Run, known: Mapping[str, Figure]) -> tuple[Bound, ...]:
    """Return what the figures must be."""
    none = ("lost", "doubled", "strangers", "misaddressed", "unaccounted", "differences", "over_quota")
    return (
        *(Bound(name, _number(known[name]), "=", 0) for name in none),
        Bound("tasks_completed_share", _number(known["tasks_completed_share"]), "=", 1),
        Bound("first_mail_seconds", _number(known["first_mail_seconds"]), "<", FIRST_MAIL_SECONDS),
        *_gap_bound(_number(known["smallest_gap_error_ms"])),
        *_pace_bounds(run, known),
    )


def _gap_bound(smallest: float | None) -> tuple[Bound, ...]:
    """Bound the gaps, where any service sent two mails."""
    return () if smallest is None else (Bound("smallest_gap_error_ms", smallest, "≥", GAP_TOLERANCE_MS),)


def _pace_bounds(run: Run, known: Mapping[str, Figure]) -> tuple[Bound, ...]:
    """Bound the pace where the services limit it and the run was long enough to tell."""
    interval, steady, dialogue = max(run.intervals.values()), pace(run), journal.median_dialogue(run.tries)
    if interval < SLOW_INTERVAL or steady is None or steady.seconds < SHORTEST_SPAN * interval.total_seconds():
        return ()
    share = Bound("nominal_share", _number(known["nominal_share"]), "≥", NOMINAL_SHARE)
    nominal = nominal_per_hour(interval, dialogue, len(run.intervals)) if dialogue else 0
    if nominal * NOMINAL_SHARE < MAILS_PER_HOUR:
        return (share,)
    return (share, Bound("mails_per_hour", _number(known["mails_per_hour"]), "≥", MAILS_PER_HOUR))


def _number(figure: Figure) -> float | None:
    return figure if isinstance(figure, int | float) else None
