"""Mails that are known to have gone out: a provider's journal, an mbox file or a Maildir, read one by one."""

import json
import mailbox
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import IO, cast

from contracts.evidence import SentMail

NS_PER_SECOND = 1_000_000_000


class EvidenceError(ValueError):
    """A file is neither a journal nor a mailbox; the text says where it cannot be read."""


def read_sent(path: Path) -> Iterator[SentMail]:
    """Every mail in a Maildir (a folder), an mbox file (begins with `From `) or a journal of JSON lines.

    A line of a journal is a mail where it has a `message_id` and its `code` is no refusal: `null` is a dot that was not
    answered, and the mail may have arrived. A last line that was not written to its end is left out.
    """
    if path.is_dir():
        yield from _mailbox(mailbox.Maildir(path, create=False))
        return
    with path.open("rb") as file:
        begins = file.read(5)
    if begins == b"From ":
        yield from _mailbox(mailbox.mbox(path, create=False))
        return
    yield from _journal(path)


def _mailbox(box: "mailbox.Maildir | mailbox.mbox") -> Iterator[SentMail]:
    """Only heads are parsed: bodies may be large."""
    with closing(box):
        for key in box.iterkeys():
            with closing(box.get_file(key)) as file:
                yield _of_headers(BytesHeaderParser().parse(cast("IO[bytes]", file)))


def _journal(path: Path) -> Iterator[SentMail]:
    with path.open(encoding="utf-8", errors="replace") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith("\n"):
                return
            try:
                found = json.loads(line)
                if found.get("event", "mail") == "mail" and found.get("message_id") and _taken(found.get("code")):
                    yield _of_line(found)
            except (AttributeError, TypeError, ValueError) as error:
                raise EvidenceError(f"{path}, line {number} is neither of a journal nor of an mbox file.") from error


def _taken(code: int | None) -> bool:
    return code is None or 200 <= code < 300


def _of_line(line: Mapping[str, object]) -> SentMail:
    recipients = line.get("recipients")
    recipient = recipients[0] if isinstance(recipients, list) and len(recipients) == 1 else line.get("recipient")
    dot_at = line.get("dot_at")
    at = datetime.fromtimestamp(dot_at / NS_PER_SECOND, UTC) if isinstance(dot_at, int) else None
    return SentMail(str(line["message_id"]), _text(recipient), _text(line.get("sender")), at)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _of_headers(headers: "Message[str, str]") -> SentMail:
    return SentMail(
        str(headers.get("Message-ID", "")).strip(),
        parseaddr(str(headers.get("To", "")))[1] or None,
        parseaddr(str(headers.get("From", "")))[1] or None,
        _date(str(headers.get("Date", ""))),
    )


def _date(text: str) -> datetime | None:
    try:
        at = parsedate_to_datetime(text)
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
