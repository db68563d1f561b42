"""The mailboxes of the recipients: which mails came since the last look, and what stands in them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path

from evidence.campaign.answer import Received
from evidence.errors import EvidenceError
from evidence.journal import Try
from stack.simulator.mailboxes import mail_file

ONE_CLICK = re.compile(r"<(https?://[^>]+)>")


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as its recipient sees it."""

    received: Received
    provider: str
    pixels: tuple[str, ...]
    links: tuple[str, ...]
    unsubscribe_url: str
    """Of `List-Unsubscribe`."""
    in_reply_to: str | None
    references: tuple[str, ...]
    """The last of them is the mail that it answers. Without their brackets, as all Message-IDs here."""


class Mailboxes:
    """All recipients' mails, in a folder that the simulator fills."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: set[str] = set()

    def new(self, tries: Iterable[Try]) -> list[Mail]:
        """Read those that were taken and not read before."""
        found = []
        for one in tries:
            if one.taken and one.message_id and one.message_id not in self._seen:
                self._seen.add(one.message_id)
                found.append(read(one, (self._folder / mail_file(one.message_id)).read_bytes()))
        return found


def read(one: Try, raw: bytes) -> Mail:
    """Read a mail that was taken in this try."""
    message = message_from_bytes(raw, policy=policy.default)
    page = _Page()
    body = message.get_body(("html",)) if isinstance(message, EmailMessage) else None
    if body is not None:
        page.feed(body.get_content())
    one_click = ONE_CLICK.search(message["List-Unsubscribe"] or "")
    if one_click is None:
        raise EvidenceError(f"the mail {one.message_id} says nothing of how to unsubscribe: {raw[:400]!r}")
    answered = _ids(message["In-Reply-To"])
    return Mail(
        received=Received(
            message_id=str(one.message_id),
            subject=str(message["Subject"]),
            sender=str(message["From"].addresses[0].addr_spec),
            return_path=one.sender,
            recipient=one.recipients[0],
            head=raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n",
        ),
        provider=one.provider,
        pixels=tuple(page.pixels),
        links=tuple(page.links),
        unsubscribe_url=one_click[1],
        in_reply_to=answered[0] if answered else None,
        references=_ids(message["References"]),
    )


def _ids(header: str | None) -> tuple[str, ...]:
    return tuple(re.findall(r"<([^>]+)>", header or ""))


class _Page(HTMLParser):
    """What a mail reader loads by itself, and what people can click."""

    def __init__(self) -> None:
        super().__init__()
        self.pixels: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a picture or a link."""
        values = dict(attrs)
        if tag == "img" and values.get("src"):
            self.pixels.append(str(values["src"]))
        if tag == "a" and values.get("href"):
            self.links.append(str(values["href"]))
