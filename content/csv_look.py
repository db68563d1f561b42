"""A first look at a contact file before it is sent: of its beginning alone, how it would be read and kept."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

from content.csv_file import Beginning, CsvError, beginning
from content.csv_header import Header, HeaderError, read_header, without_address

LOOK_BYTES = 1 << 16
"""So much of a file is looked at; what is as long or longer is taken for a part of one."""
EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Look:
    """What the beginning of a file tells."""

    begins: Beginning
    header: Header
    """Its `email` is -1 where no title says which column holds the addresses."""
    examples: tuple[tuple[str, ...], ...]
    """Of each column, the first cells that are not empty."""


def look(head: bytes, *, encoding: str | None, delimiter: str | None, email_column: str | None) -> Look:
    """Look at the first bytes of a file; what is given is not guessed. Raises `CsvError`."""
    begins = beginning(io.BytesIO(_whole_lines(head[:LOOK_BYTES])), encoding, delimiter)
    header = _header(begins.records[0], email_column)
    examples = tuple(
        tuple(record[place] for record in begins.records[1:] if place < len(record) and record[place].strip())[
            :EXAMPLES
        ]
        for place in range(len(header.titles))
    )
    return Look(begins, header, examples)


def _header(cells: Sequence[str], email_column: str | None) -> Header:
    try:
        return read_header(cells, email_column)
    except HeaderError as error:
        if error.code == "no_email_column" and email_column is None:
            return without_address(cells)
        raise CsvError(error.code, str(error), 1, "email_column" if email_column else None) from error


def _whole_lines(head: bytes) -> bytes:
    """Leave out the line that is cut, and with it a letter that may be. In UTF-16 a line ends after an even byte."""
    end = head.rfind(b"\n") + 1
    if len(head) < LOOK_BYTES or not end:
        return head
    return head[: end + end % 2] if b"\0" in head else head[:end]
