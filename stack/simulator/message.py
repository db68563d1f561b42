"""What the journal tells of a message: pure functions on its bytes."""

import re
from contextlib import suppress
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime

HEADER_BYTES = 65_536
TEXT_LENGTH = 200
FIELD = re.compile(rb"^(Message-ID|Subject):[ \t]*((?:[^\r\n]|\r?\n[ \t])*)", re.IGNORECASE | re.MULTILINE)
DATE = re.compile(rb"^Date:[ \t]*([^\r\n]+)", re.IGNORECASE | re.MULTILINE)
MISDATED_SECONDS = 600
FOLD = re.compile(rb"\r?\n(?=[ \t])")


def unstuffed(raw: bytes) -> bytes:
    """Take back the doubled dots of RFC 5321, 4.5.2; `raw` ends in front of the final dot's line."""
    if raw.startswith(b".."):
        raw = raw[1:]
    return raw.replace(b"\r\n..", b"\r\n.")


def head_fields(message: bytes) -> tuple[str | None, str]:
    """Return the Message-ID without its brackets (None: there is none) and the decoded subject, both bounded."""
    end = message.find(b"\r\n\r\n", 0, HEADER_BYTES)
    head = message[: HEADER_BYTES if end < 0 else end]
    fields: dict[bytes, bytes] = {}
    if not message.startswith(b"\r\n"):
        for found in FIELD.finditer(head):
            fields.setdefault(found[1].lower(), FOLD.sub(b"", found[2]).strip())
    message_id = fields.get(b"message-id", b"").decode("utf-8", "replace").strip().strip("<>")[:TEXT_LENGTH]
    return message_id or None, _decoded(fields.get(b"subject", b""))


def misdated(message: bytes, arrived_at: int) -> bool:
    """Whether the Date is far from the time of arrival, which is in ns since the epoch."""
    found = DATE.search(message, 0, HEADER_BYTES)
    with suppress(ValueError):
        if found is not None:
            written = parsedate_to_datetime(found[1].decode("ascii", "replace"))
            return abs(written.timestamp() - arrived_at / 1e9) > MISDATED_SECONDS
    return False


def _decoded(subject: bytes) -> str:
    text = subject.decode("utf-8", "replace")
    if "=?" in text:
        with suppress(LookupError, ValueError):  # an encoded word that is none stands as it came
            text = str(make_header(decode_header(text)))
    return text[:TEXT_LENGTH]
