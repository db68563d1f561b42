import csv
import io

from hypothesis import given
from hypothesis import strategies as st

from evidence.contacts import (
    CONTACTS,
    SHIPPED_ROWS,
    Expected,
    address_key,
    as_csv,
    expected,
    first_rows,
    is_address,
    rows,
    shipped_suppressed,
    suppressed_addresses,
    to_send,
)

RECORDS = list(rows(SHIPPED_ROWS))
RESERVED = ("example.com", "example.org", "example.net", ".example", ".test")


def test_the_shipped_file_is_what_the_generator_makes() -> None:
    assert CONTACTS.read_bytes() == as_csv(RECORDS)


def test_the_shipped_suppressions_are_what_the_generator_makes() -> None:
    assert shipped_suppressed() == suppressed_addresses(RECORDS)


def test_a_shorter_file_is_the_beginning_of_a_longer_one() -> None:
    assert list(rows(300)) == RECORDS[:300]


def test_rows_beyond_the_shipped_file_are_made() -> None:
    assert first_rows(SHIPPED_ROWS + 5)[:SHIPPED_ROWS] == RECORDS


def test_the_file_reads_back_as_it_was_written() -> None:
    text = as_csv(RECORDS[:500]).decode("utf-8-sig")
    read = list(csv.reader(io.StringIO(text, newline=""), delimiter=";"))
    assert [tuple(record) for record in read[1:]] == RECORDS[:500]


def test_all_domains_are_reserved_ones() -> None:
    domains = {address_key(record[0]).rpartition("@")[2] for record in RECORDS if is_address(record[0])}
    assert all(domain.endswith(RESERVED) for domain in domains)


def test_the_file_holds_every_kind_of_trouble() -> None:
    whole = expected(RECORDS, shipped_suppressed())
    assert (whole.rejected > 70, whole.duplicates > 100, whole.suppressed > 130) == (True, True, True)


def test_quotes_hold_delimiters_quotes_and_line_breaks() -> None:
    cells = [cell for record in RECORDS for cell in record]
    assert all(any(sign in cell for cell in cells) for sign in ';"\n')


@given(st.integers(min_value=0, max_value=SHIPPED_ROWS))
def test_expected_numbers_of_any_prefix_add_up(count: int) -> None:
    numbers = expected(RECORDS[:count], shipped_suppressed())
    assert numbers.rows == count == numbers.rejected + numbers.duplicates + numbers.suppressed + numbers.to_send


@given(st.integers(min_value=0, max_value=SHIPPED_ROWS))
def test_nobody_suppressed_is_to_get_a_mail(count: int) -> None:
    unwilling = {address_key(address) for address in shipped_suppressed()}
    assert not to_send(RECORDS[:count], shipped_suppressed()) & unwilling


def test_the_same_address_in_another_case_is_counted_once() -> None:
    records = [("a@example.com",), ("A@Example.COM",), ("b@bücher.example",), ("b@xn--bcher-kva.example",)]
    assert expected(records, ["B@bücher.example"]) == Expected(4, rejected=0, duplicates=2, suppressed=1, to_send=1)
