"""Contact files in memory."""

import io

from content.csv_file import Dialect, find_dialect, records

Records = list[tuple[int, list[str]]]


def read(content: bytes, **given: str) -> tuple[Dialect, Records]:
    """What is found out about a file, and its records with their lines."""
    file = io.BytesIO(content)
    dialect = find_dialect(file, **given)
    return dialect, list(records(file, dialect))


def cells(content: bytes, **given: str) -> list[list[str]]:
    """The records alone."""
    return [record for _, record in read(content, **given)[1]]


def lines(content: bytes) -> list[int]:
    """Where each record begins."""
    return [line for line, _ in read(content)[1]]
