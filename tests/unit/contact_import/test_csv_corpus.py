"""Files of the kind people send, with what is to be found in them. Not part of the project's own tree."""

import json
from pathlib import Path
from typing import Any

import pytest

from api.operations.contact_rows import RowError, judged
from content.csv_file import CsvError, find_dialect, records

CORPUS = Path(__file__).parents[4] / "shared" / "corpora" / "csv"
FILES = sorted(CORPUS.glob("*.csv"))

pytestmark = pytest.mark.skipif(not FILES, reason=f"no CSV corpus in {CORPUS}")

SAME = {"iso-8859-1": "windows-1252"}
"""What we read the file as, where that is a superset."""
CODES = {
    "invalid_email": "is not an e-mail address",
    "missing_email": "has no e-mail address",
    "too_many_fields": "cells, but",
}


def expected(file: Path) -> dict[str, Any]:
    """What the file holds."""
    wanted: dict[str, Any] = json.loads(file.with_suffix(".expected.json").read_text())
    return wanted


def outcome(file: Path) -> tuple[dict[int, list[str]], dict[int, str]]:
    """Good rows by line, and reasons by line; a fault that ends the reading is a reason too."""
    good: dict[int, list[str]] = {}
    bad: dict[int, str] = {}
    with file.open("rb") as opened:
        try:
            dialect = find_dialect(opened)
            width = len(dialect.header.titles)
            for line, cells in records(opened, dialect):
                try:
                    judged(cells, dialect)
                except RowError as error:
                    bad[line] = error.reason
                else:
                    good[line] = [*cells, *[""] * width][:width]
        except CsvError as error:
            bad[error.line or 0] = error.code
    return good, bad


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_rows_and_faults_of_a_file_are_those_it_has(file: Path) -> None:
    wanted = expected(file)
    good, bad = outcome(file)
    repeated = {row["line"] for row in wanted["duplicates"]}
    rows = {row["line"]: list(row["fields"].values()) for row in wanted["rows"]}
    assert {line: row for line, row in good.items() if line not in repeated} == rows
    assert sorted(bad) == [fault["line"] for fault in wanted["errors"]]
    assert all(CODES.get(fault["code"], fault["code"]) in bad[fault["line"]] for fault in wanted["errors"])


@pytest.mark.parametrize("file", [file for file in FILES if expected(file)["email_column"]], ids=lambda file: file.stem)
def test_encoding_delimiter_and_columns_of_a_file_are_found(file: Path) -> None:
    wanted = expected(file)
    with file.open("rb") as opened:
        dialect = find_dialect(opened)
    header = dialect.header
    assert dialect.encoding.name == SAME.get(wanted["encoding"], wanted["encoding"])
    assert (dialect.encoding.skip > 0) == wanted["bom"]
    assert dialect.delimiter == wanted["delimiter"]
    assert list(header.titles) == wanted["header"]
    assert header.titles[header.email] == wanted["email_column"]
