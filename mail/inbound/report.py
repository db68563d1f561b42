"""Delivery status notifications (RFC 3464): per recipient, what became of the mail."""

import re
from email.message import Message

from contracts.inbound import Failure
from mail.inbound.letter import ADDRESS, Letter, header
from mail.inbound.verdict import STATUS, judge
from mail.reply import printable

GAVE_UP = frozenset({"failed", "failure", "error"})
COMMENT = re.compile(r"\([^()]*\)")


def failures(letter: Letter) -> tuple[Failure, ...]:
    """What its machine-readable part says; empty where there is none, or where it tells of successes only."""
    found: dict[str, Failure] = {}
    for kind, block in letter.reports:
        if kind == "message/delivery-status" and (failure := _failure(block, letter)):
            found.setdefault(failure.recipient, failure)
    return tuple(found.values())


def _failure(block: "Message[str, str]", letter: Letter) -> Failure | None:
    """One recipient's block; the first one, about the whole mail, has no recipient."""
    action = COMMENT.sub("", header(block, "Action")).strip().lower()
    if action not in GAVE_UP and action != "delayed":
        return None
    recipient = _address(header(block, "Original-Recipient")) or _address(header(block, "Final-Recipient"))
    recipient = recipient or _address(header(block, "X-Actual-Recipient")) or _only_failed(letter)
    if not recipient:
        return None
    diagnostic = header(block, "Diagnostic-Code") or header(block, "Remote-MTA-Diagnostic")
    status = STATUS.search(header(block, "Status"))
    text = re.sub(r"^\s*[\w-]+\s*;\s*", "", diagnostic) or _words(letter, recipient)
    stated = _clearest(status[1] if status else None, text)
    return judge(Failure(recipient, delayed=action == "delayed", status=stated, text=printable(text)))


def _clearest(stated: str | None, text: str) -> str | None:
    """The status field, unless it only gives the class and the server's answer says more of the same class."""
    within = STATUS.search(text)
    vague = stated is None or stated.endswith(".0.0")
    same_class = within is not None and (stated is None or within[1][0] == stated[0])
    return within[1] if within and vague and same_class else stated


def _address(value: str) -> str | None:
    """The address of a recipient field, `rfc822; a@b`; some leave the type out, or put it twice."""
    text = COMMENT.sub("", value.rpartition(";")[2]).strip().strip("<>").strip()
    found = ADDRESS.search(text)
    return found[0].lower() if found else None


def _only_failed(letter: Letter) -> str | None:
    """`X-Failed-Recipients`, or the one whom the returned mail was to."""
    named = letter.addresses("X-Failed-Recipients") or [
        address.lower() for address in ADDRESS.findall(header(letter.returned, "To"))
    ]
    return named[0] if len(named) == 1 else None


def _words(letter: Letter, recipient: str) -> str:
    """What the part for people says of this recipient, where the other gives no diagnosis."""
    text = letter.text
    place = text.lower().find(recipient)
    return text[max(place, 0) : max(place, 0) + 400]
