"""Reads one raw mail: what kind it is, whom it is about, which mails it names."""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime
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
        said = f"{letter.header('Subject')}\n{fresh(letter.text)}"
        return replace(base, kind="auto_reply", away_until=away_until(said, _wrote_on(base, received_at)))
    if base.references or letter.header("Subject").lower().startswith(("re:", "aw:", "回复", "答复", "sv:", "antw:")):
        return replace(base, kind="reply")
    return replace(base, dropped="answers nothing")


def _wrote_on(base: Reading, received_at: datetime) -> date:
    return (base.date or received_at).date()


def _date(letter: Letter, received_at: datetime) -> datetime | None:
    """Its `Date`, unless that lies ahead: clocks of strangers are wrong."""
    with suppress(ValueError, TypeError, IndexError, OverflowError):
        at = parsedate_to_datetime(letter.header("Date"))
        at = at.astimezone(UTC) if at.tzinfo else at.replace(tzinfo=UTC)
        return min(at, received_at)
    return None
