"""Evidence: what a journal, a Sent folder, a bounce or a reply tells of a mail that went out."""

from datetime import datetime
from typing import Literal, NamedTuple

EvidenceVerdict = Literal["sent", "known", "open", "ended", "unprepared", "no_task", "no_mail"]
"""What became of it; `database/functions/ledger_evidence_v1.sql` says what each means."""


MOST_AT_ONCE = 1_000
"""Mails of evidence in one call. Beside the 250 ms that it then takes, a call costs next to nothing; one that looks for
recipients reads all mails of their tasks, and half as many at once take twice as long."""


class SentMail(NamedTuple):
    """A mail that was seen, by its Message-ID; the rest as far as it is known."""

    message_id: str
    recipient: str | None = None
    sender: str | None = None
    sent_at: datetime | None = None
