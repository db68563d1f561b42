"""A server's reply, made fit to keep, and what it means for the next step."""

from dataclasses import dataclass

from mail.reason import Reason, classify

MAX_TEXT = 500
"""Characters of a reply that are kept; longer ones are cut."""

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
