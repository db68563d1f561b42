from pathlib import Path

import pytest

from stack.errors import ChildFailedError, last_lines
from stack.files import made_once, write_private


def test_a_secret_is_made_once_and_kept(tmp_path: Path) -> None:
    made_once(tmp_path / "secret", lambda: "first")
    assert made_once(tmp_path / "secret", lambda: "second") == "first"


def test_a_private_file_is_its_owners_only(tmp_path: Path) -> None:
    write_private(tmp_path / "secret", "x")
    assert (tmp_path / "secret").stat().st_mode & 0o777 == 0o600


def test_a_write_that_fails_leaves_the_old_text_and_nothing_else(tmp_path: Path) -> None:
    write_private(tmp_path / "secret", "old")
    with pytest.raises(UnicodeEncodeError):
        write_private(tmp_path / "secret", "\ud800")
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("secret", "old")]


def test_an_error_shows_the_end_of_the_log(tmp_path: Path) -> None:
    log = tmp_path / "api.log"
    log.write_text("\n".join(f"line {number}" for number in range(10_000)))
    shown = str(ChildFailedError("api", "ended with status 1", log)).splitlines()
    assert shown[0] == f"api ended with status 1. Its log: {log}"
    assert shown[-1] == "  line 9999"
    assert len(shown) == 9


def test_a_missing_log_shows_nothing(tmp_path: Path) -> None:
    assert last_lines(tmp_path / "none.log") == []
