"""Bytes as SMTP wants them: paths of the envelope, and a body that can neither end early nor be read in two ways."""

import re

from mail.errors import NotSentError
from mail.reason import Reason

FINAL_DOT = b".\r\n"

PATH = re.compile(r"[^\s<>@\x00-\x20\x7f]+@[^\s<>@\x00-\x20\x7f]+")

BARE_LINE_END = re.compile(rb"\r(?!\n)|(?<!\r)\n")


def path(address: str) -> bytes:
    """`<address>` for MAIL and RCPT. Raises `NotSentError` for what could carry a parameter or a command."""
    if not PATH.fullmatch(address):
        problem = f"{address!r} is not an address a mail can be sent to"
        raise NotSentError(problem, reason=Reason.UNKNOWN_USER, permanent=True)
    return b"<" + address.encode("utf-8", "replace") + b">"


def stuffed(message: bytes) -> bytes:
    """Double the dots at the start of lines (RFC 5321, 4.5.2); the final dot is not added.

    Bare CR and LF are made CRLF: servers disagree on them, and what one takes for text another takes for the end of
    the mail.
    """
    if message.count(b"\n") != message.count(b"\r\n") or message.count(b"\r") != message.count(b"\r\n"):
        message = BARE_LINE_END.sub(b"\r\n", message)
    if not message.endswith(b"\r\n"):
        message += b"\r\n"
    doubled = message.replace(b"\r\n.", b"\r\n..")
    return b"." + doubled if doubled.startswith(b".") else doubled
