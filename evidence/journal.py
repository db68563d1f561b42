"""Judge a run by the simulator's journal: what was taken, how often, how far apart. Pure functions on what was read.

A try is one MAIL and what came of it. It counts as taken when its final dot was answered with a 2xx, and also when it
was never answered: the mail may be in its mailbox, so a second one would be a double.
"""

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

NS_PER_SECOND = 1_000_000_000
NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class Try:
    """One MAIL at one provider. Times are ns since the epoch."""

    provider: str
    connection: str
    mail_at: int
    sender: str = ""
    recipients: tuple[str, ...] = ()
    dot_at: int | None = None
    """None: no final dot came."""
    answered_at: int | None = None
    code: int | None = None
    """The answer to the final dot, None where none was given."""
    taken: bool = False
    message_id: str | None = None
    subject: str = ""
    size: int = 0
    data_at: int | None = None
    """None: it ended before its body was asked for, so that no final dot can have been written."""


@dataclass(frozen=True, slots=True)
class Journal:
    """All that a simulator wrote."""

    tries: tuple[Try, ...] = ()
    """By the time of their MAIL."""
    refused: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Refusals before a final dot, by stage and code."""
    dropped: Counter[str] = field(default_factory=Counter)
    """Connections dropped by rule, by stage."""
    failed_logins: Counter[str] = field(default_factory=Counter)
    """By provider."""
    troubles: Counter[tuple[str, str]] = field(default_factory=Counter)
    """All that is no final dot, by provider and by event and stage, as in `refused rcpt`."""


def load(path: Path) -> Journal:
    """Read a journal's file, which may still be written to."""
    with path.open(encoding="ascii") as file:
        return read(file)


class Tail:
    """What is new in a journal that is being written."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        """Characters: all are ASCII."""

    def new(self) -> tuple[Try, ...]:
        """Return the tries of whole lines that were not read before."""
        with self._path.open(encoding="ascii") as file:
            file.seek(self._read)
            text = file.read()
        whole = text[: text.rfind("\n") + 1]
        self._read += len(whole)
        return read(whole.splitlines(keepends=True)).tries


def read(lines: Iterable[str]) -> Journal:
    """Read a journal; a last line without its end is still being written and left out. `ValueError`: no journal."""
    journal = Journal()
    tries: dict[tuple[str, str, int], Try] = {}
    for number, line in enumerate(lines, 1):
        if not line.endswith("\n"):
            break
        try:
            _note(journal, tries, json.loads(line))
        except (ValueError, KeyError, TypeError) as error:
            raise ValueError(f"line {number} is no line of a journal: {line[:80]!r}") from error
    return replace(journal, tries=tuple(sorted(tries.values(), key=lambda found: found.mail_at)))


def _note(journal: Journal, tries: dict[tuple[str, str, int], Try], line: dict[str, object]) -> None:
    if line["event"] != "mail":
        journal.troubles[str(line["provider"]), f"{line['event']} {line.get('stage', '')}".rstrip()] += 1
    match line["event"]:
        case "refused":
            journal.refused[str(line["stage"]), int(str(line["code"]))] += 1
        case "dropped":
            journal.dropped[str(line["stage"])] += 1
        case "login_failed":
            journal.failed_logins[str(line["provider"])] += 1
    if "mail_at" in line:
        found = _try(line)
        key = found.provider, found.connection, found.mail_at
        if key not in tries or not tries[key].taken:  # the drop after a dot tells less than the dot
            tries[key] = found


def _try(line: Mapping[str, object]) -> Try:
    values = {name: line[name] for name in Try.__slots__ if name in line and name not in {"recipients", "code"}}
    dotted = line["event"] == "mail"
    code = line["code"] if dotted else None
    taken = dotted and (code is None or 200 <= int(str(code)) < 300)
    recipients = tuple(map(str, line["recipients"])) if isinstance(line["recipients"], list) else ()
    for name in ("provider", "connection", "sender"):  # the same few in every line: keep each once
        values[name] = sys.intern(str(values.get(name, "")))
    return Try(**values, recipients=recipients, code=code, taken=taken)  # type: ignore[arg-type] # the journal's own types


def taken(tries: Iterable[Try]) -> Iterator[Try]:
    """Those that may have reached their mailbox."""
    return (found for found in tries if found.taken)


def taken_by_message_id(tries: Iterable[Try]) -> Counter[str]:
    """How often each Message-ID was taken."""
    return Counter(found.message_id for found in taken(tries) if found.message_id is not None)


def taken_by_recipient(tries: Iterable[Try]) -> Counter[str]:
    """How often a mail for each address was taken, case aside."""
    return Counter(address.casefold() for found in taken(tries) for address in found.recipients)


def recipients(tries: Iterable[Try]) -> set[str]:
    """Every address that a mail was taken for, case aside."""
    return set(taken_by_recipient(tries))


def doubled(counts: Mapping[str, int]) -> dict[str, int]:
    """Those of `taken_by_…` that were taken more than once, with how often."""
    return {key: count for key, count in counts.items() if count > 1}


def by_provider(tries: Iterable[Try]) -> dict[str, list[Try]]:
    """Sort into providers, each by the time of its MAILs."""
    found: defaultdict[str, list[Try]] = defaultdict(list)
    for one in sorted(tries, key=lambda one: one.mail_at):
        found[one.provider].append(one)
    return dict(found)


def smallest_gap_errors(tries: Iterable[Try], intervals: Mapping[str, timedelta]) -> dict[str, float]:
    """Return by provider the smallest (gap − interval) in ms; a gap is from a final dot to the next MAIL.

    Every final dot counts, whatever became of it, and every MAIL; with mails under way at once a gap is negative.
    Providers without an interval, and those with fewer than two mails, are left out.
    """
    gaps = {name: _gaps_from_dot(found) for name, found in by_provider(tries).items()}
    judged = ((name, found) for name, found in gaps.items() if found and name in intervals)
    return {name: min(found) / NS_PER_MS - intervals[name] / timedelta(milliseconds=1) for name, found in judged}


def _gaps_from_dot(tries: list[Try]) -> list[int]:
    gaps: list[int] = []
    last_dot: int | None = None
    for found in tries:
        if last_dot is not None:
            gaps.append(found.mail_at - last_dot)
        if found.dot_at is not None:
            last_dot = max(last_dot or 0, found.dot_at)
    return gaps


def taken_by_day(tries: Iterable[Try], zones: Mapping[str, str] | None = None) -> dict[str, Counter[date]]:
    """Count by provider and day of its time zone (UTC where none is named) the mails it took."""
    days: defaultdict[str, Counter[date]] = defaultdict(Counter)
    known = {name: ZoneInfo(zone) for name, zone in (zones or {}).items()}
    for found in taken(tries):
        at = datetime.fromtimestamp((found.dot_at or 0) // NS_PER_SECOND, UTC)
        days[found.provider][at.astimezone(known.get(found.provider, UTC)).date()] += 1
    return dict(days)


def over_quota(tries: Iterable[Try], quotas: Mapping[str, int], zones: Mapping[str, str] | None = None) -> int:
    """Count the mails beyond the daily quotas, all providers and days together."""
    days = taken_by_day(tries, zones)
    return sum(max(0, count - quotas[name]) for name in days if name in quotas for count in days[name].values())


def most_starts_in_a_second(tries: Iterable[Try]) -> dict[str, int]:
    """Return by provider the most MAILs within any one second, wherever it begins."""
    return {name: _most_within(found, NS_PER_SECOND) for name, found in by_provider(tries).items()}


def _most_within(tries: list[Try], span: int) -> int:
    first = most = 0
    for last, found in enumerate(tries):
        while found.mail_at - tries[first].mail_at >= span:
            first += 1
        most = max(most, last - first + 1)
    return most


def median_dialogue(tries: Iterable[Try]) -> timedelta | None:
    """Return the median time from MAIL to the answer of the final dot; None when no mail was answered."""
    spans = [found.answered_at - found.mail_at for found in tries if found.answered_at is not None]
    return timedelta(microseconds=median(spans) / 1000) if spans else None
