"""Header lines for any script: RFC 5322 folding, RFC 2047 encoded words, and nothing that breaks out of its line."""

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterator, Sequence
from functools import lru_cache

from mail.errors import UnsafeHeaderError

FOLD_AT = 76
"""Where a line is broken if it has a space; RFC 5322 recommends at most 78 characters."""
WORD_BYTES = 45
"""Bytes of text in an encoded word: with its frame it keeps within the 75 characters of RFC 2047."""

SIMPLE = re.compile(r"(?!.*=\?)[!-~]+(?: [!-~]+)*", re.ASCII)
"""ASCII words with single spaces between, and nothing that reads as an encoded word: goes on the line as it is."""
LONGEST_WORD = re.compile(r"[^ ]{900}")
ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+", re.ASCII)
MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>", re.ASCII)
URL = re.compile(r"https?://[!-;=?-~]+", re.ASCII | re.IGNORECASE)
ADDRESS = re.compile(r"[^\s@<>(),;:\\\"\[\]\x00-\x20\x7f]+@[A-Za-z0-9.-]+")


def unstructured(field: str, value: str) -> bytes:
    """Write a header of free text, such as the subject."""
    _check(field, value)
    name = field.capitalize()
    if SIMPLE.fullmatch(value) and not LONGEST_WORD.search(value):
        return _fold(f"{name}: {value}")
    words = "\r\n ".join(_encoded_words(value, first=len(name) + 2))
    return f"{name}: {words}\r\n".encode("ascii")


def mailbox(field: str, name: str | None, address: str) -> bytes:
    """`From` or `To`: a name in any script, and an address. Only a non-ASCII local part makes bytes beyond ASCII."""
    _check(f"{field}_name", name or "")
    if not ADDRESS.fullmatch(address):
        raise UnsafeHeaderError(f"{field}_address", f"{address!r} is not an address")
    title = field.capitalize()
    if not name:
        return f"{title}: {address}\r\n".encode()
    phrase = _phrase(name, first=len(title) + 2)
    fold = "" if len(title) + len(phrase) + len(address) < FOLD_AT and "\n" not in phrase else "\r\n"
    return f"{title}: {phrase}{fold} <{address}>\r\n".encode()


@lru_cache(maxsize=1024)
def sender(name: str | None, address: str) -> bytes:
    """`From`: the same few for all mails of a task."""
    return mailbox("from", name, address)


def message_id_header(message_id: str) -> bytes:
    """`Message-ID`, given with its angle brackets."""
    _check_message_id("message_id", message_id)
    return f"Message-ID: {message_id}\r\n".encode("ascii")


def thread_headers(references: Sequence[str]) -> bytes:
    """`In-Reply-To` and `References` (RFC 5322, 3.6.4): the mails of the thread so far, the oldest first."""
    for message_id in references:
        _check_message_id("references", message_id)
    line = _fold(f"References: {' '.join(references)}")
    return f"In-Reply-To: {references[-1]}\r\n".encode("ascii") + line


def unsubscribe_headers(url: str) -> bytes:
    """`List-Unsubscribe`, and for https the promise that one POST is enough (RFC 8058 allows it for https only)."""
    if len(url) > 900 or not URL.fullmatch(url):
        raise UnsafeHeaderError("unsubscribe_url", f"{url[:80]!r} is not an http URL in ASCII")
    one_click = b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" if url.lower().startswith("https:") else b""
    return f"List-Unsubscribe: <{url}>\r\n".encode("ascii") + one_click


def _check_message_id(field: str, message_id: str) -> None:
    if len(message_id) > 250 or not MESSAGE_ID.fullmatch(message_id):
        raise UnsafeHeaderError(field, f"{message_id[:80]!r} is not <left@right> in ASCII")


def _check(field: str, value: str) -> None:
    """No control character: CR and LF would start another header, the others mislead programs or people."""
    if value.isprintable():
        return
    for char in value:
        if unicodedata.category(char) in {"Cc", "Zl", "Zp", "Cs"}:
            raise UnsafeHeaderError(field, f"the character U+{ord(char):04X} cannot stand in a header")


def _phrase(name: str, first: int) -> str:
    """Write a display name: atoms, a quoted string, or encoded words."""
    if len(name) > FOLD_AT or not SIMPLE.fullmatch(name):
        return "\r\n ".join(_encoded_words(name, first))
    if ATOMS.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _encoded_words(value: str, first: int) -> Iterator[str]:
    """Yield encoded words of whole characters; the first is shorter by what stands before it on the line."""
    room = WORD_BYTES - first * 3 // 4
    chunk, used = "", 0
    for char in value:
        size = len(char.encode())
        if used + size > room:
            yield _encoded_word(chunk)
            chunk, used, room = "", 0, WORD_BYTES
        chunk += char
        used += size
    yield _encoded_word(chunk)


def _encoded_word(chunk: str) -> str:
    return f"=?utf-8?b?{b64encode(chunk.encode()).decode()}?="


def _fold(line: str) -> bytes:
    """Break before spaces; unfolding gives the same line again."""
    lines = []
    while len(line) > FOLD_AT:
        space = line.rfind(" ", line.index(" ") + 1, FOLD_AT + 1)
        space = space if space > 0 else line.find(" ", FOLD_AT)
        if space < 0:
            break
        lines.append(line[:space])
        line = line[space:]
    return "\r\n".join([*lines, line]).encode("ascii") + b"\r\n"
