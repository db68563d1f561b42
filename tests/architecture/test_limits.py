"""The page of limits names tests that there are."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DOORS = [line for line in (ROOT / "docs/limits.md").read_text("utf-8").splitlines() if line.startswith("| ")][1:]


@pytest.mark.parametrize("row", DOORS, ids=lambda row: row.split("|")[1].strip())
def test_every_door_is_tested(row: str) -> None:
    tests = re.findall(r"`(tests/\S+)::(test_\w+)`", row)
    assert tests
    assert all(f"def {name}(" in (ROOT / path).read_text("utf-8") for path, name in tests)
