"""Which characters the bytes of a text file stand for.

A byte order mark decides; then what the person said; then UTF-8 where the whole file is valid UTF-8. For the rest
the likeliest of the usual encodings is taken by the ranges its characters fall into (measured on short tables: the
general detectors take Chinese for Korean and Western European for Central European).
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

CHUNK_BYTES = 1 << 20
SAMPLE_BYTES = 1 << 18
SURE_CHARACTERS = 8
"""So many letters beyond ASCII that are right UTF-8 are no accident: a broken one after them is a broken file."""

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)

KNOWN = {
    "ascii": "utf-8", "utf-8": "utf-8", "utf-8-sig": "utf-8",
    "utf-16": "utf-16-le", "utf-16-le": "utf-16-le", "utf-16-be": "utf-16-be",
    "iso8859-1": "iso-8859-1", "iso8859-15": "iso-8859-15", "iso8859-2": "iso-8859-2", "iso8859-9": "iso-8859-9",
    "cp1250": "windows-1250", "cp1251": "windows-1251", "cp1252": "windows-1252", "cp1253": "windows-1253",
    "cp1254": "windows-1254", "cp1255": "windows-1255", "cp1256": "windows-1256", "cp1257": "windows-1257",
    "koi8-r": "koi8-r", "koi8-u": "koi8-u", "mac-roman": "macintosh",
    "gb2312": "gb18030", "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5", "big5hkscs": "big5hkscs",
    "shift_jis": "cp932", "cp932": "cp932", "euc_jp": "euc-jp", "euc_kr": "cp949", "cp949": "cp949",
}  # fmt: skip
"""Codecs a person may name, by Python's name of them, and the one that is used."""


class EncodingError(ValueError):
    """The bytes are not what they were said or taken to be; `line` says where, as far as it is known."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


@dataclass(frozen=True, slots=True)
class Encoding:
    """How to read a file."""

    name: str
    skip: int = 0
    """Bytes of the byte order mark at the beginning."""


def find_encoding(file: BinaryIO, given: str | None = None) -> Encoding:
    """Encoding of a seekable file; `given` is what a person says, and only a byte order mark is believed more."""
    file.seek(0)
    head = file.read(4096)
    for mark, name in BYTE_ORDER_MARKS:
        if head.startswith(mark):
            return Encoding(name, len(mark))
    if given:
        return Encoding(known_encoding(given))
    unmarked = _utf16_by_zeros(head)
    if unmarked:
        return Encoding(unmarked)
    file.seek(0)
    fault = _first_fault(file, "utf-8")
    if fault is None:
        return Encoding("utf-8")
    if fault.characters >= SURE_CHARACTERS:
        raise _broken("utf-8", fault)
    return Encoding(guess(fault.sample))


def known_encoding(name: str) -> str:
    """Return the codec behind a name people use, or raise `EncodingError` with what is known."""
    try:
        return KNOWN[codecs.lookup(name.strip()).name]
    except (LookupError, ValueError) as error:
        known = ", ".join(sorted(set(KNOWN.values())))
        raise EncodingError(f"the encoding {name[:40]!r} is not known; known are {known}") from error


def locate_fault(file: BinaryIO, encoding: Encoding) -> EncodingError:
    """Say on which line a file stops being what `encoding` says. For files whose reading has failed."""
    file.seek(encoding.skip)
    fault = _first_fault(file, encoding.name)
    return _broken(encoding.name, fault) if fault else EncodingError(f"the file is not {encoding.name}")


def guess(sample: bytes) -> str:
    """Likeliest encoding of bytes that are not UTF-8."""
    scores = {"windows-1252": _western(sample)} | {name: _score(sample, name) for name in COMMON}
    best = max(scores, key=lambda name: scores[name])
    if best != "windows-1252" and scores[best] >= 0.75:
        return best
    try:
        sample.decode("windows-1252")
    except UnicodeDecodeError:
        return "iso-8859-1"
    return "windows-1252"


COMMON = {
    "cp949": re.compile(rb"[\xb0-\xc8][\xa1-\xfe]"),
    "gb18030": re.compile(rb"[\xb0-\xd7][\xa1-\xfe]|[\xa1\xa3][\xa1-\xfe]"),
    "big5": re.compile(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]|\xa1[\x40-\x7e]"),
    "cp932": re.compile(rb"\x82[\x9f-\xf1]|\x83[\x40-\x96]|[\x88-\x97][\x40-\x7e\x80-\xfc]|\x81[\x40-\x7e\x80-\x9e]"),
    "euc-jp": re.compile(rb"[\xa4\xa5][\xa1-\xf6]|[\xb0-\xcf][\xa1-\xfe]|\xa1[\xa1-\xfe]"),
    "windows-1251": re.compile(rb"[\xc0-\xff\xa8\xb8]"),
}
"""Bytes of the characters that make up nearly all of a text in each encoding."""

KANA = re.compile(rb"[\xa4\xa5][\xa1-\xf6]")
"""Japanese EUC is told from Chinese by its syllables, which use the same bytes otherwise."""
SURE_SYLLABLES = 8
"""Chinese letters fall into the Korean syllables' range by chance, but not so many of them."""

WESTERN = re.compile(rb"[\xc0-\xd6\xd8-\xf6\xf8-\xff\x8a\x8c\x8e\x9a\x9c\x9e\x9f\x80\x91-\x97\xa0\xaa\xab\xb0\xba\xbb]")


def _western(sample: bytes) -> float:
    """Share of runs of high bytes that are a single letter between others, as in `Müller`."""
    runs = re.findall(rb"[\x80-\xff]+", sample)
    return sum(len(run) == 1 and WESTERN.match(run) is not None for run in runs) / max(1, len(runs))


def _score(sample: bytes, name: str) -> float:
    """Share of the characters beyond ASCII that are common ones of this encoding; 0 if it does not decode at all."""
    try:
        text = codecs.getincrementaldecoder(name)().decode(sample)
    except UnicodeDecodeError:
        return 0.0
    beyond = sum(character > "\x7f" for character in text)
    if name == "euc-jp" and len(KANA.findall(sample)) < 0.15 * beyond:
        return 0.0
    if name == "cp949" and beyond < SURE_SYLLABLES:
        return 0.0
    if name == "windows-1251" and _western(sample) > 0.5:
        return 0.0
    return len(COMMON[name].findall(sample)) / max(1, beyond)


def _utf16_by_zeros(head: bytes) -> str | None:
    pairs = max(1, len(head) // 2)
    even, odd = head[0::2].count(0) / pairs, head[1::2].count(0) / pairs
    if odd > 0.3 and even < 0.05:
        return "utf-16-le"
    return "utf-16-be" if even > 0.3 and odd < 0.05 else None


@dataclass(frozen=True, slots=True)
class _Fault:
    line: int
    characters: int
    """Right characters beyond ASCII before it, as far as they matter."""
    sample: bytes
    """The bytes from the fault on."""


def _first_fault(file: BinaryIO, name: str) -> _Fault | None:
    decoder = codecs.getincrementaldecoder(name)()
    ends = characters = 0
    previous = ""
    for chunk, last in _chunks(file):
        try:
            text = decoder.decode(chunk, final=last)
        except UnicodeDecodeError as error:
            right = error.object[: error.start].decode(name)
            line = ends + _line_ends(previous, right) + 1
            return _Fault(line, characters + _beyond_ascii(right), _sample(error.object[error.start :], file))
        if characters < SURE_CHARACTERS:
            characters += _beyond_ascii(text)
        ends += _line_ends(previous, text)
        previous = text or previous
    return None


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
    chunk = file.read(CHUNK_BYTES)
    while chunk:
        following = file.read(CHUNK_BYTES)
        yield chunk, not following
        chunk = following


def _sample(rest: bytes, file: BinaryIO) -> bytes:
    """Lines that hold something beyond ASCII, from the fault on."""
    lines = (rest + file.read(SAMPLE_BYTES)).splitlines(keepends=True)
    return b"".join(line for line in lines[:-1] or lines if not line.isascii())[:SAMPLE_BYTES]


def _beyond_ascii(text: str) -> int:
    return len(text) - len(text.encode("ascii", "ignore"))


def _line_ends(previous: str, text: str) -> int:
    """Line ends that begin in `text`: an LF that follows the CR at the end of `previous` does not."""
    ends = text.count("\n") + text.count("\r") - text.count("\r\n")
    return ends - (previous.endswith("\r") and text.startswith("\n"))


def _broken(name: str, fault: _Fault) -> EncodingError:
    return EncodingError(
        f"line {fault.line} holds bytes that are not {name}: save the file as UTF-8, or say its encoding "
        "with ?encoding= (such as windows-1252 or gb18030)",
        fault.line,
    )
