"""What a failure means for the next mail to the same address: hard, because it takes none, or soft."""

import re
from dataclasses import replace

from contracts.inbound import Failure
from mail.inbound.wording import EXPIRED, NO_SUCH_PLACE, OTHER_LANGUAGES
from mail.reason import Reason, classify

CODE = re.compile(r"(?<![\d.])([45]\d\d)(?=[ \-#])")
STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
FOR_GOOD = frozenset({"5.0.0", "5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1", "5.4.4"})
"""Enhanced codes that mean "this address takes no mail" where the text says nothing else (RFC 3463). 5.1.7 and 5.1.8
are about the sender's address, 5.2.2 is a full mailbox, 5.3, 5.6 and 5.7 are about systems, content and policy."""
REFUSED = frozenset({"550", "551", "553", "556"})
"""Codes by which a server that gives no reason refuses an address, not a mail."""


FOR_NOW = re.compile(r"try again|temporar", re.IGNORECASE)


def judge(failure: Failure) -> Failure:
    """Add reason and hardness. In doubt a failure is soft: an address that is struck off wrongly is lost for ever."""
    status = failure.status or next(iter(STATUS.findall(failure.text)), None)
    code = next(iter(CODE.findall(failure.text)), "")
    reason = reason_of(failure.text, code, status)
    if failure.delayed or _for_now(status, code, failure.text):
        return replace(failure, reason=reason.value)
    told = reason is Reason.UNKNOWN_USER
    untold = reason is Reason.OTHER and (status in FOR_GOOD if status else code in REFUSED)
    return replace(failure, reason=reason.value, hard=told or untold)


def reason_of(text: str, code: str, status: str | None) -> Reason:
    """Why it failed, from the words, in whatever language, and the enhanced code."""
    for name, pattern in OTHER_LANGUAGES:
        if pattern.search(text):
            return Reason(name)
    found = classify(int(code or 0), f"{status or ''} {text}")
    if found is Reason.OTHER and NO_SUCH_PLACE.search(text):
        return Reason.UNKNOWN_USER
    if found is Reason.OTHER and EXPIRED.search(text):
        return Reason.TIMEOUT
    return found


def _for_now(status: str | None, code: str, text: str) -> bool:
    """A try later might have succeeded; it was given up because it went on too long."""
    if status or code:
        return (status or code).startswith("4")
    return bool(FOR_NOW.search(text))
