"""Evidence: what a journal, a Sent folder, a bounce or a reply tells of a mail that went out."""

from datetime import datetime
from typing import Literal, NamedTuple

EvidenceVerdict = Literal["sent", "known", "open", "ended", "unprepared", "no_task", "no_mail"]
"""What became of it; `database/functions/ledger_evidence_v1.sql` says what each means."""


MOST_AT_ONCE = 1_000
"""Mails of evidence in one call. Measured against a million mails: as a rule 250 to 500 are the fastest, with 4,300 to
4,700 mails/s. Mails that were numbered anew are found by their recipients, for which each call reads their whole task:
454/s with 500 at once, 1,184/s with 1,000, 1,570/s with 2,000."""


class SentMail(NamedTuple):
    """A mail that was seen, by its Message-ID; the rest as far as it is known."""

    message_id: str
    recipient: str | None = None
    sender: str | None = None
    sent_at: datetime | None = None
