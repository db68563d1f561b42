from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from evidence.bench.letter import malformed, repeated, rows, write_file
from evidence.contacts import is_address


@given(st.integers(0, 5_000))
def test_the_rows_hold_as_many_faults_as_are_told(count: int) -> None:
    addresses = [row.split(",")[0] for row in rows(count, clean=False)]
    valid = [address.lower() for address in addresses if is_address(address)]
    assert count - len(valid) == malformed(count)
    assert len(valid) - len(set(valid)) == repeated(count)


def test_clean_rows_are_all_different(tmp_path: Path) -> None:
    lines = write_file(tmp_path / "contacts.csv", 3_000).read_text().splitlines()
    assert len(set(lines)) == 3_001
