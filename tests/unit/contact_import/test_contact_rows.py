"""Rows are judged one by one: the good ones are ready for COPY, the others have a reason."""

import io
import json
from uuid import UUID

from api.operations.contact_rows import BATCH_ROWS, MAX_CELL, Batch, batches
from content.csv_file import find_dialect

IMPORT = UUID(int=7)


def judged(content: bytes) -> Batch:
    """The only batch of a small file."""
    file = io.BytesIO(content)
    (batch,) = batches(file, find_dialect(file), IMPORT)
    return batch


def reason(row: bytes) -> str:
    """Why a single row is refused."""
    (line,) = judged(b"email,name\n" + row).refused
    return line.split("\t")[2]


def fields(row: str) -> dict[str, str]:
    """Fields of a single good row, as PostgreSQL will read them."""
    (line,) = judged(f"email,name,note\n{row}".encode()).staged
    read: dict[str, str] = json.loads(line.rstrip("\n").split("\t")[4].replace("\\\\", "\\"))
    return read


def test_a_good_row_keeps_its_line_the_address_as_written_and_its_key() -> None:
    (line,) = judged(b"email,name\n\nAnn.Lee@EXAMPLE.com,Ann\n").staged
    assert line.split("\t")[:4] == [str(IMPORT), "3", "Ann.Lee@example.com", "ann.lee@example.com"]


def test_empty_cells_are_left_out_so_that_missing_is_missing() -> None:
    assert fields("a@example.com,,   \n") == {}


def test_cells_are_kept_as_they_are() -> None:
    assert fields('a@example.com,"tab\there, ""quote"" \\n \\","two\nlines"\n') == {
        "name": 'tab\there, "quote" \\n \\', "note": "two\nlines",
    }  # fmt: skip


def test_every_row_that_is_read_is_either_good_or_refused() -> None:
    batch = judged(b"email,name\na@example.com,A\nbroken,B\n,C\na@example.com,A,x\n\n")
    assert (batch.read, len(batch.staged), len(batch.refused)) == (4, 1, 3)


def test_what_is_no_address_is_refused() -> None:
    assert reason(b"two@@example.com,x\n").startswith("is not an e-mail address: ")


def test_a_row_without_address_is_refused() -> None:
    assert reason(b"  ,Ann\n") == "has no e-mail address"


def test_a_row_that_ends_before_the_address_is_refused() -> None:
    (line,) = judged(b"name,email\nAnn\n").refused
    assert line.split("\t")[2] == "has no e-mail address"


def test_more_cells_than_columns_are_refused() -> None:
    assert reason(b"a@example.com,x,y,z\n") == "has 4 cells, but the header has 2 columns"


def test_empty_cells_beyond_the_header_do_no_harm() -> None:
    assert judged(b"email,name\na@example.com,x,,\n").refused == []


def test_a_cell_that_is_too_long_is_refused() -> None:
    assert "more than 10,000 characters in 'name'" in reason(b"a@example.com," + b"x" * (MAX_CELL + 1))


def test_a_zero_character_is_refused_and_shown_as_something_else() -> None:
    (line,) = judged(b"email,name\na@example.com,x\0y\n").refused
    assert "U+0000" in line
    assert "\0" not in line


def test_text_that_only_looks_like_an_escaped_zero_is_kept() -> None:
    assert fields(r"a@example.com,\u0000,") == {"name": r"\u0000"}


def test_a_refused_value_is_shown_shortened() -> None:
    (line,) = judged(b"email,name\n" + b"x" * 5000 + b",A\n").refused
    assert len(line.rstrip("\n").split("\t")[3]) == 200


def test_a_long_file_comes_in_batches() -> None:
    file = io.BytesIO(b"email\n" + b"a@example.com\n" * (BATCH_ROWS + 1))
    assert [batch.read for batch in batches(file, find_dialect(file), IMPORT)] == [BATCH_ROWS, 1]
