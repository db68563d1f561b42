"""A mail as bytes, from prebuilt parts: composing costs a fraction of what an `EmailMessage` does.

Bytes are ASCII, except in the addresses of people whose local part is not (RFC 6532). Lines end in CRLF and keep within
998 characters. No value can add a header or end the header block: what could is refused.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import datetime
from email.utils import format_datetime

from mail.header import mailbox, message_id_header, sender, thread_headers, unstructured, unsubscribe_headers

BOUNDARY = b"=_tempost"
"""Cannot occur in a part: `=_` is not quoted-printable, `_` is not base64, and 7bit parts are searched for it."""

PLAIN_BODY = re.compile(rb"[\t\r\n\x20-\x7e]*")
LONG_LINE = re.compile(rb"[^\n]{990}")
LINE_END = re.compile(r"\r\n?|\n")

ALTERNATIVE = (
    b'MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary="' + BOUNDARY + b'"\r\n\r\n'
    b"--" + BOUNDARY + b"\r\n"
)
BETWEEN = b"\r\n--" + BOUNDARY + b"\r\n"
END = b"\r\n--" + BOUNDARY + b"--\r\n"


def compose(  # noqa: PLR0913 - an argument per header
    *,
    message_id: str,
    date: datetime,
    from_name: str | None,
    from_address: str,
    to_name: str | None,
    to_address: str,
    subject: str,
    text: str,
    html: str | None = None,
    unsubscribe_url: str | None = None,
    references: Sequence[str] = (),
) -> bytes:
    """Write the whole mail: text and, where given, html as an alternative.

    `message_id` comes with its angle brackets, as do `references`, the mails that this one answers, the oldest first;
    `date` is aware, addresses are normalised. Raises `UnsafeHeaderError`.
    """
    head = (
        sender(from_name, from_address),
        mailbox("to", to_name, to_address),
        unstructured("subject", subject),
        b"Date: " + format_datetime(date).encode() + b"\r\n",
        message_id_header(message_id),
        thread_headers(references) if references else b"",
        unsubscribe_headers(unsubscribe_url) if unsubscribe_url is not None else b"",
    )
    if html is None:
        return b"".join((*head, b"MIME-Version: 1.0\r\n", _part(b"plain", text)))
    return b"".join((*head, ALTERNATIVE, _part(b"plain", text), BETWEEN, _part(b"html", html), END))


def _part(subtype: bytes, content: str) -> bytes:
    """Headers and body of one part; the body ends in CRLF."""
    body = LINE_END.sub("\r\n", content).encode("utf-8", "replace")
    if not body.endswith(b"\r\n"):
        body += b"\r\n"
    encoding, encoded = _transfer(body)
    return (
        b"Content-Type: text/" + subtype + b'; charset="utf-8"\r\n'
        b"Content-Transfer-Encoding: " + encoding + b"\r\n\r\n" + encoded
    )


def _transfer(body: bytes) -> tuple[bytes, bytes]:
    """As it is where that is safe, else quoted-printable, or base64 where most characters would need quoting."""
    if PLAIN_BODY.fullmatch(body) and not LONG_LINE.search(body) and BOUNDARY not in body:
        return b"7bit", body
    if len(body.translate(None, ASCII)) * 4 > len(body):
        return b"base64", base64.encodebytes(body).replace(b"\n", b"\r\n")
    return b"quoted-printable", binascii.b2a_qp(body)


ASCII = bytes(range(128))
