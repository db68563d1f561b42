"""A raw mail, taken apart so that nothing broken in it can raise: headers as text, and its parts."""

import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import getaddresses

from mail.inbound.markup import plain

MOST_TEXT = 60_000
"""Characters of a part that are looked at."""
MOST_PARTS = 60
MOST_HEADER = 20_000
ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]"
ADDRESS = re.compile(
    rf"(?<!{ATOM})(?<!\.){ATOM}{{1,64}}(?:\.{ATOM}{{1,64}}){{0,20}}@(?:[A-Za-z0-9_-]{{1,63}}\.){{1,10}}[A-Za-z0-9-]{{2,63}}"
)
COPIES = frozenset(
    {"message/rfc822", "message/global", "text/rfc822-headers", "message/rfc822-headers", "message/global-headers"}
)
"""Parts in which a report returns the mail it is about, or its head."""
EMPTY: "Message[str, str]" = Message()


@dataclass(frozen=True)
class Letter:
    """A mail, or the head of one that was returned."""

    message: "Message[str, str]"
    texts: tuple[str, ...] = ()
    """Its own words: text parts in order, HTML made plain, without what lies in returned copies."""
    reports: "tuple[tuple[str, Message[str, str]], ...]" = ()
    """Blocks of fields of its machine-readable parts (RFC 3464, RFC 5965), each with its part's content type."""
    returned: "Message[str, str]" = field(default_factory=lambda: EMPTY)
    """The first returned copy, as a rule its head alone; without headers where there is none."""

    def header(self, name: str) -> str:
        """Value of the first header with this name, decoded; empty where there is none."""
        return header(self.message, name)

    def addresses(self, *names: str) -> list[str]:
        """Addresses in these headers, in lower case."""
        return addresses(self.message, *names)

    @property
    def text(self) -> str:
        """All its own words."""
        return "\n".join(self.texts)


def take_apart(raw: bytes) -> Letter:
    """Parse a mail. Raises nothing: what cannot be parsed has no parts."""
    try:
        return letter_of(message_from_bytes(raw))
    except (RecursionError, ValueError, LookupError, AttributeError, TypeError, AssertionError):
        return Letter(EMPTY)


def letter_of(message: "Message[str, str]") -> Letter:
    """The same for a mail that is parsed, such as one that lies in another. May raise where it is broken."""
    parts = list(_parts(message))
    texts: list[str] = []
    reports: list[tuple[str, Message[str, str]]] = []
    returned = EMPTY
    for part in parts:
        kind = part.get_content_type()
        if kind in COPIES:
            returned = returned if returned.keys() else _copy(part)
        elif kind in {"message/delivery-status", "message/feedback-report", "message/disposition-notification"}:
            reports += [(kind, block) for block in _blocks(part)]
        elif part.get_content_maintype() == "text":
            texts.append(_text(part))
    return Letter(message, tuple(_without_twins(parts, texts)), tuple(reports), returned)


def header(message: "Message[str, str]", name: str) -> str:
    """Value of the first header with this name, unfolded and decoded; empty where there is none."""
    for key, value in message.raw_items():
        if key.lower() == name.lower():
            return _decoded(str(value)[:MOST_HEADER])
    return ""


def addresses(message: "Message[str, str]", *names: str) -> list[str]:
    """Addresses in these headers, in lower case, in order and each once."""
    wanted = {name.lower() for name in names}
    values = [str(value)[:MOST_HEADER] for key, value in message.raw_items() if key.lower() in wanted]
    found: list[str] = []
    with suppress(ValueError, IndexError, TypeError):
        found = [address for _, address in getaddresses(values) if "@" in address]
    if not found:
        found = ADDRESS.findall(" ".join(values))
    return list(dict.fromkeys(address.strip("<> ").lower() for address in found))


def _parts(message: "Message[str, str]") -> "Iterator[Message[str, str]]":
    """Leaves in order; a returned mail is one leaf, whatever it holds."""
    stack, count = [message], 0
    while stack and count < MOST_PARTS:
        part = stack.pop()
        count += 1
        payload = part.get_payload()
        inner = part.get_content_maintype() == "multipart" and isinstance(payload, list)
        if inner and isinstance(payload, list):
            stack += [each for each in reversed(payload) if isinstance(each, Message)]
        else:
            yield part


def _blocks(part: "Message[str, str]") -> "list[Message[str, str]]":
    """Blocks of fields. Python makes messages of delivery reports only; the others are text."""
    payload = part.get_payload()
    if isinstance(payload, list):
        blocks = [block for block in payload if isinstance(block, Message)]
        if part.get_content_type() == "message/delivery-status":
            return [block for block in blocks if block.keys()]
        payload = "\n\n".join(block.as_string() for block in blocks)
    text = str(payload or "")
    return [message_from_bytes(block.encode("utf-8", "replace")) for block in re.split(r"\n\s*\n", text.strip())]


def _copy(part: "Message[str, str]") -> "Message[str, str]":
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], Message):
        return payload[0]
    return message_from_bytes(_text(part).lstrip().encode("utf-8", "surrogateescape"))


def _text(part: "Message[str, str]") -> str:
    raw = b""
    with suppress(ValueError, LookupError, AssertionError, TypeError):
        payload = part.get_payload(decode=True)
        raw = payload[: MOST_TEXT * 4] if isinstance(payload, bytes) else b""
    charset = ""
    with suppress(ValueError, LookupError, TypeError):
        charset = str(part.get_content_charset() or "")
    text = decode(raw, charset)[:MOST_TEXT].replace("\r\n", "\n").replace("\r", "\n")
    return plain(text) if part.get_content_type() == "text/html" else text


def decode(raw: bytes, charset: str) -> str:
    """Bytes as text: in the character set that is stated if they are, else in the likeliest."""
    stated = "gb18030" if charset.lower() in {"gb2312", "gbk", "gb_2312-80"} else charset
    for name in (stated, "utf-8", "gb18030"):
        with suppress(ValueError, LookupError):
            if name:
                return raw.decode(name)
    return raw.decode("latin-1")


def _decoded(value: str) -> str:
    unfolded = " ".join(value.split())
    if "=?" not in unfolded:
        return decode(unfolded.encode("utf-8", "surrogateescape"), "")
    with suppress(HeaderParseError, ValueError, LookupError, TypeError):
        words = decode_header(unfolded)
        return "".join(word if isinstance(word, str) else decode(word, charset or "") for word, charset in words)
    return unfolded


def _without_twins(parts: "list[Message[str, str]]", texts: list[str]) -> list[str]:
    """Leave out HTML that says again what a plain part has said."""
    kinds = [part.get_content_type() for part in parts if part.get_content_maintype() == "text"]
    kinds = [kind for kind in kinds if kind not in COPIES]
    twins = "text/plain" in kinds and any(
        text.strip() for kind, text in zip(kinds, texts, strict=False) if kind == "text/plain"
    )
    return [text for kind, text in zip(kinds, texts, strict=False) if not (twins and kind == "text/html")]
