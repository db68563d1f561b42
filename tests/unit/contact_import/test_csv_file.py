"""Files of any usual form are read record by record, each with its line; a fault is told with the line."""

import csv
import io
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.csv_file import MAX_RECORD, CsvError, find_dialect, known_delimiter, records
from tests.unit.contact_import.tables import cells, lines, read

CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\r\n\t\",;|' "), max_size=12)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(delimiter: str) -> None:
    content = f'Name{delimiter}Email{delimiter}Note\n"Doe, J; K|L\tM"{delimiter}j@example.com{delimiter}"x"\n'
    assert cells(content.encode()) == [["Doe, J; K|L\tM", "j@example.com", "x"]]


def test_a_title_with_another_delimiter_in_it_does_not_mislead() -> None:
    assert cells(b"Name, first;Email;City\nAnn;a@example.com;Rome\n") == [["Ann", "a@example.com", "Rome"]]


def test_a_single_column_needs_no_delimiter() -> None:
    assert cells(b"email\na@example.com\nb@example.com") == [["a@example.com"], ["b@example.com"]]


def test_the_line_by_which_spreadsheets_tell_the_delimiter_is_obeyed_and_counted() -> None:
    assert read(b"sep=;\r\nemail;name\r\na@example.com;Ann, B\r\n")[1] == [(3, ["a@example.com", "Ann, B"])]


def test_a_person_may_say_the_delimiter() -> None:
    assert cells(b"email^name\na@example.com^Ann\n", delimiter="^") == [["a@example.com", "Ann"]]


@pytest.mark.parametrize("name", ["ab", "", '"', "\n", "x"])
def test_a_delimiter_that_cannot_be_one_is_refused(name: str) -> None:
    with pytest.raises(CsvError, match="comma, semicolon, tab, pipe"):
        known_delimiter(name)


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_those_of_the_file_whatever_ends_them(end: str) -> None:
    content = end.join(["email,note", 'a@example.com,"one', "two", 'three"', "", "b@example.com,x", "c@example.com,y"])
    assert lines(content.encode()) == [2, 6, 7]


def test_signs_that_only_look_like_line_ends_are_none() -> None:
    content = "email,note\na@example.com,x\x0by\x0cz\x1c\x85\u2028w\nb@example.com,2\n"
    assert read(content.encode())[1] == [
        (2, ["a@example.com", "x\x0by\x0cz\x1c\x85\u2028w"]), (3, ["b@example.com", "2"]),
    ]  # fmt: skip


def test_blank_lines_are_passed_over_and_counted() -> None:
    assert lines(b"\n,,\nemail,name\n\n  \n,\na@example.com,A\n") == [7]


def test_a_quote_that_is_never_closed_is_told_with_the_line_of_its_record() -> None:
    with pytest.raises(CsvError, match="line 3 and never closed") as raised:
        cells(b'email,name\na@example.com,"A"\nb@example.com,"B\nc@example.com,C\n')
    assert (raised.value.code, raised.value.line) == ("unclosed_quote", 3)


def test_text_behind_a_closing_quote_is_told_with_its_line() -> None:
    with pytest.raises(CsvError, match="line 2 has text after a closing quote"):
        cells(b'email,name\na@example.com,"A" B\n')


def test_a_quote_inside_a_bare_cell_is_a_sign_like_others() -> None:
    assert cells(b'email,name\na@example.com,5" disk\n') == [["a@example.com", '5" disk']]


@pytest.mark.parametrize(
    "endless", [b"x" * (MAX_RECORD + 9), b'"a\n",' * (MAX_RECORD // 4)], ids=["line", "quoted lines"]
)
def test_a_record_without_end_is_given_up_before_it_fills_the_memory(endless: bytes) -> None:
    with pytest.raises(CsvError) as raised:
        cells(b"email,name\na@example.com," + endless)
    assert raised.value.code in {"record_too_long", "unclosed_quote"}


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b" \r\n "])
def test_an_empty_file_is_refused(content: bytes) -> None:
    with pytest.raises(CsvError, match="empty"):
        read(content)


def test_a_header_alone_is_a_file_without_records() -> None:
    assert cells(b"email,name\n") == []


def test_a_fault_of_the_encoding_half_way_is_told_with_its_line() -> None:
    content = b"email,name\n" + b"a@example.com,Ann\n" * 5000 + b"b@example.com,\xff\n"
    file = io.BytesIO(content)
    dialect = find_dialect(file, encoding="utf-8")
    with pytest.raises(CsvError, match="line 5002 ") as raised:
        list(records(file, dialect))
    assert (raised.value.code, raised.value.line) == ("wrong_encoding", 5002)


@given(
    st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8),
    st.sampled_from(",;\t|"),
    st.sampled_from(["\n", "\r\n"]),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_what_is_written_as_csv_is_read_back(rows: list[list[str]], delimiter: str, end: str, encoding: str) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([["email", "a", "b"], *rows])
    wanted = [row for row in rows if any(cell.strip() for cell in row)]
    assert cells(written.getvalue().encode(encoding), delimiter=delimiter) == wanted


@given(st.binary(max_size=400))
def test_whatever_the_bytes_are_the_file_is_read_or_refused_with_a_reason(content: bytes) -> None:
    with suppress(CsvError):
        read(content)


@given(st.binary(max_size=200), st.sampled_from(["gb18030", "utf-16", "cp932", "windows-1252", "big5", "utf-8"]))
def test_whatever_follows_the_header_is_read_or_refused_with_a_reason(content: bytes, encoding: str) -> None:
    with suppress(CsvError):
        read("email,name\n".encode(encoding) + content, encoding=encoding)
