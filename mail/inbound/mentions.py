"""Which mails of somebody's a mail is about: the Message-IDs it names, most telling first, and whom it was for."""

import re
from collections.abc import Iterable, Iterator

from contracts.inbound import Reference, ReferenceOrigin
from mail.inbound.letter import Letter, header

MESSAGE_ID = re.compile(r"<?([!#-;=?A-Z^-~\"\[\]]{1,180}@[A-Za-z0-9.\[\]:_-]{1,120})>?")
IN_TEXT = re.compile(
    r"^[\s>|*]*(?:Original-)?Message-ID\s*:\s*<?([^<>\s]{3,200}@[^<>\s]{1,120})>?", re.IGNORECASE | re.MULTILINE
)
MOST = 40
"""References that are kept: those of a long thread are cut at its old end."""
ENVELOPE = ("X-Original-To", "Delivered-To", "X-Envelope-To", "Envelope-To", "X-Delivered-To", "X-RCPT-TO")
"""Headers in which servers note whom the envelope named."""


def references(letter: Letter) -> tuple[Reference, ...]:
    """The returned mail's own ID before all; then what is answered; then the thread, newest first; then the text."""
    found: dict[str, ReferenceOrigin] = {}

    def note(origin: ReferenceOrigin, ids: Iterable[str]) -> None:
        for each in ids:
            found.setdefault(each, origin)

    reported = [
        header(block, name) for _, block in letter.reports for name in ("Original-Message-ID", "Original-Envelope-Id")
    ]
    note("returned", _ids(header(letter.returned, "Message-ID"), *reported, letter.header("X-Original-Message-ID")))
    note("in_reply_to", _ids(letter.header("In-Reply-To")))
    thread = [*_ids(letter.header("References"))]
    note("references", [*reversed(thread)])
    note("text", IN_TEXT.findall(letter.text))
    note("references", reversed([*_ids(header(letter.returned, "References"), header(letter.returned, "In-Reply-To"))]))
    return tuple(Reference(f"<{name}>", origin) for name, origin in [*found.items()][:MOST])


def own_id(letter: Letter) -> str | None:
    """The mail's own Message-ID, with brackets."""
    return next((f"<{each}>" for each in _ids(letter.header("Message-ID"))), None)


def addressed(letter: Letter, envelope: Iterable[str] = ()) -> tuple[str, ...]:
    """Whom it was for, envelope first."""
    named = [address.strip("<>").lower() for address in envelope]
    return tuple(dict.fromkeys([*named, *letter.addresses(*ENVELOPE), *letter.addresses("To", "Cc")]))[:MOST]


def _ids(*values: str) -> Iterator[str]:
    for value in values:
        yield from MESSAGE_ID.findall(value)
