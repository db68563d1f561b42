"""What a server's reply means for the next step: a reason, and whether trying again can help.

Providers agree on little: limits are refused with 5xx codes, blocks with 4xx, and enhanced codes are often wrong. So
the text is asked first, then the enhanced code (RFC 3463), then the code. First match wins, hence the table's order.
"""

import re
from dataclasses import dataclass
from enum import StrEnum

MAX_TEXT = 500
"""Characters of a reply that are kept; longer ones are cut."""


class Reason(StrEnum):
    """Why a mail was not taken, by what a sender should do next."""

    QUOTA = "quota"
    """Our account's limit for the day is used up: the service rests until its reset, the mail goes elsewhere."""
    RATE_LIMITED = "rate_limited"
    """Too fast or too many: slow down, then the same again."""
    GREYLIST = "greylist"
    """First contact put off on purpose: same service, later."""
    AUTHENTICATION = "authentication"
    """The account must log in or encrypt first: the service's settings are wrong."""
    POLICY = "policy"
    """Refused for what can be mended: relaying, DMARC, headers, size, attachments."""
    BLOCKED = "blocked"
    """Refused for the reputation of address or domain: block lists."""
    CONTENT = "content"
    """Refused as spam for what the mail says."""
    MAILBOX_FULL = "mailbox_full"
    UNKNOWN_USER = "unknown_user"
    """The address takes no mail, or no longer."""
    UNSUPPORTED = "unsupported"
    """The service lacks what the mail needs: SMTPUTF8 or the size."""
    CONNECTION_LOST = "connection_lost"
    TIMEOUT = "timeout"
    OTHER = "other"


TRANSIENT_REASONS = frozenset({Reason.QUOTA, Reason.RATE_LIMITED, Reason.GREYLIST, Reason.AUTHENTICATION})
"""Worth another try even after a 5xx code: the refusal is about the sender's account or pace, not about the mail."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A server's answer, made fit for logs and people."""

    code: int
    text: str
    """One printable line of at most `MAX_TEXT` characters."""

    @property
    def accepted(self) -> bool:
        """The server has taken responsibility."""
        return 200 <= self.code < 300

    @property
    def refused(self) -> bool:
        """The server said no, for now or for ever. Neither accepted nor refused: not an SMTP answer."""
        return 400 <= self.code < 600

    @property
    def reason(self) -> Reason:
        """Why it was refused."""
        return classify(self.code, self.text)

    @property
    def permanent(self) -> bool:
        """The same mail would be refused again."""
        return self.code >= 500 and self.reason not in TRANSIENT_REASONS

    def __str__(self) -> str:
        return f"{self.code} {self.text}".strip()


def make_reply(code: int, text: str) -> Reply:
    """Make raw text fit to keep: control and undecodable characters replaced, lines joined, length bounded."""
    return Reply(code, printable(text))


def printable(text: str) -> str:
    """One line of printable characters, at most `MAX_TEXT` of them."""
    line = " ".join(text[: MAX_TEXT * 4].split())
    clean = "".join(char if char.isprintable() else "?" for char in line[: MAX_TEXT + 1])
    return clean if len(clean) <= MAX_TEXT else clean[: MAX_TEXT - 1] + "…"


PHRASES: tuple[tuple[Reason, re.Pattern[str]], ...] = tuple(
    (reason, re.compile("|".join(phrases), re.IGNORECASE))
    for reason, phrases in (
        (
            Reason.GREYLIST,
            (r"gr[ea]y-?list", r"\bfirst (time|contact)\b.*later", r"internal resource temporarily unavailable"),
        ),
    )
)


def classify(code: int, text: str) -> Reason:
    """Find the reason behind a 4xx or 5xx reply."""
    return next((reason for reason, pattern in PHRASES if pattern.search(text)), Reason.OTHER)
