"""Cells made harmless come back as they were."""

from hypothesis import given
from hypothesis import strategies as st

from content.csv_cell import harmless, meant


@given(st.text(st.sampled_from("'=+-@\t\r\na ")) | st.text())
def test_every_text_is_read_back_and_none_is_a_formula(text: str) -> None:
    assert meant(harmless(text)) == text
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
