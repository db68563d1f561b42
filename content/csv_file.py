"""Reads contact files: any usual delimiter and encoding, one record at a time, with the line each begins on.

Memory is bounded by the limits below, whatever the file holds.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from content.csv_encoding import Encoding, EncodingError, find_encoding, locate_fault
from content.csv_header import Header, HeaderError, email_columns, read_header

DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|", "\\t": "\t"}
BUFFER = 256 * 1024
MAX_RECORD = 1 << 20
"""Characters of a record, its line ends included."""
SAMPLE_CHARACTERS = 1 << 16
SAMPLE_RECORDS = 20
NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x1f\x8b")
"""How files begin that people take for CSV: xlsx, ods and zip; xls and doc; PDF; gzip."""
SEPARATOR_LINE = re.compile(r'"?sep=(.)"?\r?\n?')
"""A first line by which spreadsheets are told the delimiter."""


class CsvError(ValueError):
    """A file that cannot be read on: `code` for programs, `line` where it begins, the text for people.

    `parameter` is the argument of `find_dialect` that is wrong, where it is one.
    """

    def __init__(self, code: str, message: str, line: int | None = None, parameter: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.line = line
        self.parameter = parameter


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a file is to be read, and what its first record says."""

    encoding: Encoding
    delimiter: str
    header: Header
    separator_line: bool = False


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first records of a file, the one with the titles first."""

    encoding: Encoding
    delimiter: str
    records: list[list[str]]
    separator_line: bool


def find_dialect(
    file: BinaryIO, *, encoding: str | None = None, delimiter: str | None = None, email_column: str | None = None
) -> Dialect:
    """Find out how to read a seekable file; what is given is not guessed. Raises `CsvError`."""
    begins = beginning(file, encoding, delimiter)
    try:
        header = read_header(begins.records[0], email_column)
    except HeaderError as error:
        raise CsvError(error.code, str(error), 1, "email_column" if email_column else None) from error
    return Dialect(begins.encoding, begins.delimiter, header, begins.separator_line)


def beginning(file: BinaryIO, encoding: str | None, delimiter: str | None) -> Beginning:
    """Read the first records of a seekable file; what is given is not guessed. Raises `CsvError`."""
    found, sample = _sample(file, encoding)
    told = SEPARATOR_LINE.match(sample)
    if told:
        sample = sample[told.end() :]
    chosen = known_delimiter(delimiter) if delimiter else told[1] if told else _likeliest(sample)
    some = _some_records(sample, chosen)
    if not some:
        raise CsvError("wrong_quoting", "the first line cannot be read: a quote in it is not closed", 1)
    if any(unicodedata.category(letter) == "Cc" and not letter.isspace() for title in some[0] for letter in title):
        raise CsvError("not_csv", "its first line holds signs that no text has: is it a CSV file?", 1)
    return Beginning(found, chosen, some, told is not None)


def _sample(file: BinaryIO, encoding: str | None) -> tuple[Encoding, str]:
    file.seek(0)
    if file.read(4).startswith(NO_TEXT):
        raise CsvError("not_csv", "it is a spreadsheet, a document or an archive: save it as CSV and take that file")
    try:
        found = find_encoding(file, encoding)
        sample = _open(file, found).read(SAMPLE_CHARACTERS)
    except EncodingError as error:
        raise CsvError("wrong_encoding", str(error), error.line, None if error.line else "encoding") from error
    except UnicodeDecodeError as error:
        raise _wrong_encoding(file, found) from error
    if not sample.strip():
        raise CsvError("empty_file", "it is empty: it needs a first line with the names of its columns", 1)
    return found, sample


def known_delimiter(name: str) -> str:
    """Return the delimiter behind a sign or its English name."""
    sign = DELIMITER_NAMES.get(name.strip().lower(), name)
    if len(sign) != 1 or sign in '"\r\n' or sign.isalnum():
        names = ", ".join(word for word in DELIMITER_NAMES if word.isalpha())
        text = f"{name[:20]!r} is not a single sign or one of {names}"
        raise CsvError("wrong_delimiter", text, parameter="delimiter")
    return sign


def records(file: BinaryIO, dialect: Dialect) -> Iterator[tuple[int, list[str]]]:
    """Every record after the header that is not blank, with the line it begins on. Raises `CsvError` half-way."""
    lines = _Lines(_open(file, dialect.encoding))
    if dialect.separator_line:
        next(lines)
    reader = csv.reader(lines, delimiter=dialect.delimiter, strict=True)
    begins = lines.number + 1
    in_header = True
    try:
        for cells in reader:
            blank = not any(cells) or all(cell.isspace() or not cell for cell in cells)
            if not blank and not in_header:
                yield begins, cells
            in_header = in_header and blank
            begins = lines.number + 1
            lines.size = 0
    except csv.Error as error:
        raise _wrong_quoting(error, begins) from error
    except UnicodeDecodeError as error:
        raise _wrong_encoding(file, dialect.encoding) from error


class _Lines:
    """Feeds `csv.reader` physical lines; a record never grows beyond `MAX_RECORD`."""

    def __init__(self, text: io.TextIOBase) -> None:
        self._readline = text.readline
        self.number = 0
        self.size = 0
        """Characters since the record began."""

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._readline(MAX_RECORD + 1)
        if not line:
            raise StopIteration
        self.number += 1
        self.size += len(line)
        if self.size > MAX_RECORD:
            raise CsvError(
                "record_too_long",
                f"the record that ends on line {self.number} or after it is longer than {MAX_RECORD:,} characters: "
                "is it a CSV file, and are its quotes closed?",
                self.number,
            )
        return line


def _open(file: BinaryIO, encoding: Encoding) -> io.TextIOBase:
    file.seek(encoding.skip)
    lent = io.BufferedReader(_KeepOpen(file), BUFFER)
    return io.TextIOWrapper(lent, encoding=encoding.name, errors="strict", newline="")


class _KeepOpen(io.RawIOBase):
    """Lends a file to a text reader that would close it when it is done."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # any writable buffer
        chunk = self._file.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)


def _likeliest(sample: str) -> str:
    """Delimiter under which the header names an address, the records agree in length, and there are most columns."""

    def fitness(delimiter: str) -> tuple[bool, float, int]:
        first, *others = _some_records(sample, delimiter) or [[]]
        equal = sum(len(record) == len(first) for record in others) / max(1, len(others))
        return (bool(email_columns(first)), equal if len(first) > 1 else 0.0, len(first))

    return max(DELIMITERS, key=fitness)


def _some_records(sample: str, delimiter: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter, strict=True)
    found: list[list[str]] = []
    try:
        for record in reader:
            if any(cell.strip() for cell in record):
                found.append(record)
            if len(found) > SAMPLE_RECORDS:
                break
    except csv.Error:
        pass  # the sample may end inside a record; `records` tells real faults
    return found


def _wrong_quoting(error: csv.Error, line: int) -> CsvError:
    if "unexpected end" in str(error) or "field limit" in str(error):
        text = f"a quote is opened in the record that begins on line {line} and never closed: close it, or double it"
        return CsvError("unclosed_quote", text, line)
    text = f"the record that begins on line {line} has text after a closing quote: a quote inside a cell is doubled"
    return CsvError("wrong_quoting", text, line)


def _wrong_encoding(file: BinaryIO, encoding: Encoding) -> CsvError:
    fault = locate_fault(file, encoding)
    return CsvError("wrong_encoding", str(fault), fault.line)
