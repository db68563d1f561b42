"""Reads one raw mail: what kind it is, whom it is about, which mails it names."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time
from email.utils import parsedate_to_datetime

from contracts.inbound import Failure, InboundKind, Reading
from mail.inbound import automatic, bounce, complaint, notice
from mail.inbound.away import away_until
from mail.inbound.fresh import fresh
from mail.inbound.letter import Letter, take_apart
from mail.inbound.mentions import addressed, own_id, references


def read(raw: bytes, received_at: datetime, envelope: Iterable[str] = ()) -> Reading:
    """Read a mail that came for these recipients of the envelope, as far as they are known. Never raises."""
    letter = take_apart(raw)
    base = Reading(
        "other",
        hashlib.sha256(raw).hexdigest(),
        message_id=own_id(letter),
        sender=next(iter(letter.addresses("From")), None),
        addressed=addressed(letter, envelope),
        date=_date(letter, received_at),
    )
    if (complained := complaint.failures(letter)) is not None:
        return replace(base, kind="complaint", failures=complained, by_system=True, references=references(letter))
    letter = bounce.unwrapped(letter)
    base = replace(base, references=references(letter))
    failures = bounce.failures(letter)
    if not failures and (failure := bounce.untold(letter)):
        failures = (failure,)
    if failures:
        return replace(base, kind=_bounce_kind(failures), failures=failures, by_system=_by_system(letter))
    return _answer(letter, base, received_at)


def _by_system(letter: Letter) -> bool:
    return bool(letter.reports) or notice.from_system(letter)


def _bounce_kind(failures: tuple[Failure, ...]) -> InboundKind:
    """The gravest of its recipients'."""
    if any(failure.hard for failure in failures):
        return "hard_bounce"
    return "delayed" if all(failure.delayed for failure in failures) else "soft_bounce"


def _answer(letter: Letter, base: Reading, received_at: datetime) -> Reading:
    if letter.reports:
        return replace(base, dropped="a report that tells of no failure")
    if automatic.is_challenge(letter):
        return replace(base, kind="challenge")
    if automatic.is_automatic(letter):
        return replace(base, kind="auto_reply", away_until=_away_until(letter, base.date or received_at))
    if base.references or letter.header("Subject").lower().startswith(("re:", "aw:", "回复", "答复", "sv:", "antw:")):
        return replace(base, kind="reply")
    return replace(base, dropped="answers nothing")


def _away_until(letter: Letter, wrote_at: datetime) -> datetime | None:
    """When the writer is back: at the beginning of that day in the time zone of the mail's own `Date`."""
    zone = (_stated_date(letter) or wrote_at).tzinfo
    said = f"{letter.header('Subject')}\n{fresh(letter.text)}"
    day = away_until(said, wrote_at.astimezone(zone).date())
    return datetime.combine(day, time(), zone).astimezone(UTC) if day else None


def _date(letter: Letter, received_at: datetime) -> datetime | None:
    """Its `Date`, unless that lies ahead: clocks of strangers are wrong."""
    at = _stated_date(letter)
    return min(at.astimezone(UTC), received_at) if at else None


def _stated_date(letter: Letter) -> datetime | None:
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        at = parsedate_to_datetime(letter.header("Date"))
        at = at if at.tzinfo else at.replace(tzinfo=UTC)
        at.astimezone(UTC)  # raises for the first and last days of all times
        return at
    return None
