"""Cursors are read back as they were written, and nothing else is a cursor."""

from contextlib import suppress
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages import decode_moment, decode_number, decode_text, encode_cursor
from api.problems import InvalidError


@given(st.datetimes(timezones=st.just(UTC)), st.uuids())
def test_a_moment_and_an_id_come_back(moment: datetime, row_id: UUID) -> None:
    assert decode_moment(encode_cursor(moment, row_id)) == [moment, row_id]


@given(st.integers(min_value=0, max_value=2**63 - 1))
def test_a_number_comes_back(number: int) -> None:
    assert decode_number(encode_cursor(number)) == number


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_a_text_comes_back(text: str) -> None:
    assert decode_text(encode_cursor(text)) == text


@given(st.text(max_size=100))
def test_anything_else_is_refused_or_read_and_never_a_fault(cursor: str) -> None:
    for decode in (decode_moment, decode_number, decode_text):
        with suppress(InvalidError):
            decode(cursor)


@pytest.mark.parametrize(
    "cursor", [encode_cursor(-1), encode_cursor(2**63), encode_cursor("x"), encode_cursor(1, 2), encode_cursor()]
)
def test_a_number_out_of_range_is_refused(cursor: str) -> None:
    with pytest.raises(InvalidError):
        decode_number(cursor)


@pytest.mark.parametrize("text", ["a\0b", "\ud800"])
def test_a_text_that_cannot_be_stored_is_refused(text: str) -> None:
    with pytest.raises(InvalidError):
        decode_text(encode_cursor(text))


def test_before_the_first_part_there_is_no_cursor() -> None:
    assert (decode_moment(None), decode_number(None), decode_text(None)) == (None, 0, "")
