"""When a round may have its first mail due: before then it need not begin."""

from datetime import timedelta

MARGIN = timedelta(hours=2)
"""For a clock that is put forward, and for writing a million mails. A round that begins early waits, one that is late
has lost the time."""


def shortest_delay(delay: int, *, business_days: bool) -> timedelta:
    """How long after a mail its follow-up can be due at the earliest, wherever its recipient lives.

    A delay ends at the time of day at which the mail was sent. Business days are taken to begin on a Monday without
    any holiday: each further five hold a weekend. The ledger's own rule decides for every mail.
    """
    weekends = max(0, delay - 1) // 5 if business_days else 0
    return max(timedelta(0), timedelta(days=delay + 2 * weekends) - MARGIN)
