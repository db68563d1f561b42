"""Rows of a contact file, judged: good ones and refused ones, as the lines that COPY takes."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO
from uuid import UUID

from content.csv_cell import meant
from content.csv_file import Dialect, records
from contracts.tag import split_tags
from database.queries.contact_import import Refusal, refused_line, staged_line
from mail.address import AddressError, address_key, normalise

BATCH_ROWS = 5_000
BATCH_CHARACTERS = 2_000_000
MAX_CELL = 10_000
SHOWN = 200
"""Characters of a refused value that are kept to show."""

Erased = Callable[[str], bool]
"""Whether the owner of an address, in lower case, was erased."""

encode = json.JSONEncoder(ensure_ascii=False, check_circular=False).encode


@dataclass(slots=True)
class Batch:
    """Some rows of a file, ready for COPY."""

    read: int = 0
    staged: list[str] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)
    characters: int = 0

    @property
    def full(self) -> bool:
        """Whether it should be written before it grows more."""
        return self.read >= BATCH_ROWS or self.characters >= BATCH_CHARACTERS


def batches(
    file: BinaryIO, dialect: Dialect, import_id: UUID, tags_column: int | None = None, erased: Erased | None = None
) -> Iterator[Batch]:
    """Judge every row of a file. Raises `CsvError` where it cannot be read on."""
    batch, owner = Batch(), str(import_id)
    tags: list[str] = []
    for line, cells in records(file, dialect):
        try:
            if tags_column is not None:
                tags = _tags(cells, tags_column)
            email, fields = judged(cells, dialect)
            if erased is not None:
                _keep_away(email, erased)
        except RowError as error:
            written = refused_line(owner, Refusal(line, error.reason, _shown(error.value)))
            batch.refused.append(written)
        else:
            written = staged_line(owner, line, email, address_key(email), fields, tags)
            batch.staged.append(written)
        batch.read += 1
        batch.characters += len(written)
        if batch.full:
            yield batch
            batch = Batch()
    yield batch


class RowError(Exception):
    """A row that is not taken, why, and what stood there."""

    def __init__(self, reason: str, value: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.value = value


def judged(cells: list[str], dialect: Dialect) -> tuple[str, str]:
    """Return the address, and the other cells that are not empty as a JSON object. Raises `RowError`."""
    header = dialect.header
    if len(cells) > len(header.fields) and any(cells[len(header.fields) :]):
        reason = f"has {len(cells)} cells, but the header has {len(header.fields)} columns"
        raise RowError(reason, dialect.delimiter.join(cells))
    address = cells[header.email] if header.email < len(cells) else ""
    if not address.strip():
        raise RowError("has no e-mail address", "")
    try:
        email = normalise(address)
    except AddressError as error:
        raise RowError(f"is not an e-mail address: {error}", address) from error
    named = zip(header.fields, cells, strict=False)
    fields = {name: cell for name, cell in named if cell and name and not cell.isspace()}
    del fields["email"]
    written = encode(fields)
    if "\"'" in written:  # a cell that an export made harmless, perhaps
        written = encode({name: meant(cell) for name, cell in fields.items()})
    if len(written) > MAX_CELL or "\\u0000" in written:
        _check_cells(fields)
    return email, written


def _keep_away(email: str, erased: Erased) -> None:
    if erased(address_key(email)):
        raise RowError("is the address of a person who was erased", "")


def _tags(cells: list[str], column: int) -> list[str]:
    """Take the tags out of a row's cells. Raises `RowError`."""
    cell = cells[column] if column < len(cells) else ""
    if not cell:
        return []
    cells[column] = ""
    try:
        return split_tags(meant(cell))
    except ValueError as error:
        raise RowError(f"has a tag that cannot be kept: {error}", cell) from error


def _check_cells(fields: dict[str, str]) -> None:
    for name, cell in fields.items():
        if len(cell) > MAX_CELL:
            raise RowError(f"holds more than {MAX_CELL:,} characters in {name!r}", cell)
        if "\0" in cell:
            raise RowError(f"holds the character U+0000, which cannot be stored, in {name!r}", cell)


def _shown(value: str) -> str:
    return value[:SHOWN].replace("\0", "\N{REPLACEMENT CHARACTER}")
