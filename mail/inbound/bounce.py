"""Mails that could not be delivered, or not yet: by standard reports and by the notices of systems that know none."""

from contracts.inbound import Failure
from mail.inbound import notice, report
from mail.inbound.letter import Letter, letter_of


def failures(letter: Letter) -> tuple[Failure, ...]:
    """Who failed, by the part for machines if there is one, else by the words for people."""
    return report.failures(letter) or notice.failures(letter)


def unwrapped(letter: Letter) -> Letter:
    """The report itself, where a gateway has put it whole into a mail of its own."""
    inner = letter.returned
    is_report = inner.get_content_type() == "multipart/report" and inner.is_multipart()
    if letter.reports or not is_report or not notice.is_notice(letter):
        return letter
    return letter_of(inner)


def untold(letter: Letter) -> Failure | None:
    """Of a notice by a mail system that names nobody: what its words say. None: it is no such notice."""
    if any(kind == "message/delivery-status" for kind, _ in letter.reports) or not notice.is_notice(letter):
        return None
    return notice.untold(letter) if notice.from_system(letter) else None
