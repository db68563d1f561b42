"""The beginning of a file says how the whole would be read, wherever it is cut."""

import pytest

from content.csv_file import CsvError
from content.csv_look import LOOK_BYTES, Look, look


def looked(content: bytes, email_column: str | None = None) -> Look:
    return look(content, encoding=None, delimiter=None, email_column=email_column)


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_letter_that_is_cut_does_no_harm(codec: str) -> None:
    lines = [f"ann.{number}@example.org,Österreich 維也納\n" for number in range(2_000)]
    for shift in range(4):
        content = "".join([f"email,city{'y' * shift}\n", *lines]).encode(codec)
        assert len(content) > LOOK_BYTES
        seen = looked(content)
        assert seen.header.fields == ("email", f"city{'y' * shift}")
        assert seen.examples[1] == ("Österreich 維也納",) * 3


def test_titles_that_are_no_text_are_refused() -> None:
    with pytest.raises(CsvError, match="is it a CSV file"):
        looked(b"\x93\x07,email\nGraz,ann@example.org\n")


def test_examples_are_cells_that_are_not_empty() -> None:
    seen = looked(b"email,city\na@example.org,\nb@example.org,Graz\n")

    assert seen.examples == (("a@example.org", "b@example.org"), ("Graz",))


def test_without_a_title_for_addresses_the_columns_are_there_to_choose_from() -> None:
    seen = looked(b"who,where\nann@example.org,Graz")

    assert (seen.header.email, seen.header.titles) == (-1, ("who", "where"))
    assert looked(b"who,where\nann@example.org,Graz", "who").header.email == 0


@pytest.mark.parametrize("begins", [b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF-1.7", b"\x1f\x8b\x08"])
def test_what_is_no_text_is_refused_with_what_to_do(begins: bytes) -> None:
    with pytest.raises(CsvError, match="save it as CSV"):
        looked(begins + b"\0\1\2")
