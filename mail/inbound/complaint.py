"""Complaints: a recipient called the mail spam, and their provider says so (RFC 5965, or words of its own)."""

import re

from contracts.inbound import Failure
from mail.inbound.letter import ADDRESS, Letter, header

NO_COMPLAINT = frozenset({"not-spam", "auth-failure", "dmarc"})
"""Kinds of feedback that blame nobody: a mail taken out of the spam folder, a failed check of the sender's domain."""
LOOP_SUBJECT = re.compile(
    r"^(?:complaint about message from|abuse report|spam complaint|feedback loop|用户投诉|投诉举报)", re.I
)
"""Providers that send the mail complained about in an attachment, without a report of RFC 5965."""


def failures(letter: Letter) -> tuple[Failure, ...] | None:
    """Who complained, as far as the report tells (many hide it); None: it is no complaint."""
    for kind, block in letter.reports:
        if kind == "message/feedback-report":
            if header(block, "Feedback-Type").strip().lower() in NO_COMPLAINT:
                return None
            named = ADDRESS.findall(header(block, "Original-Rcpt-To")) + ADDRESS.findall(header(letter.returned, "To"))
            return tuple(Failure(address.lower(), reason="complaint") for address in dict.fromkeys(named[:1]))
    if letter.returned.keys() and LOOP_SUBJECT.search(letter.header("Subject")):
        named = ADDRESS.findall(letter.header("X-HmXmrOriginalRecipient") or header(letter.returned, "To"))
        return tuple(Failure(address.lower(), reason="complaint") for address in named[:1])
    return None
