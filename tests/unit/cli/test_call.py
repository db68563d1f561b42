"""Where the API is found, and how errors are told."""

import json
from pathlib import Path

import pytest

from api.client_errors import ApiError, ApiUnreachableError
from commands.call import CLIENT_FILE, Address, CliError, explain, find_api

SECRET = "tp_do-not-show"


@pytest.fixture
def noted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder whose stack has written down its API and a key."""
    monkeypatch.chdir(tmp_path)
    CLIENT_FILE.parent.mkdir()
    CLIENT_FILE.write_text(json.dumps({"apiUrl": "http://127.0.0.1:8080", "apiKey": SECRET}))
    return tmp_path


def test_what_is_said_is_used() -> None:
    assert find_api(Address("http://there", "k")) == ("http://there", "k")


@pytest.mark.usefixtures("noted")
def test_else_the_stack_of_this_folder_is_used() -> None:
    assert find_api(Address(None, None)) == ("http://127.0.0.1:8080", SECRET)


@pytest.mark.usefixtures("noted")
def test_the_noted_key_is_not_sent_to_another_address() -> None:
    with pytest.raises(CliError, match="no key for http://elsewhere") as raised:
        find_api(Address("http://elsewhere", None))
    assert SECRET not in str(raised.value)


@pytest.mark.parametrize("content", ["", "[]", "{}", "not json"])
def test_without_a_stack_it_is_said_how_to_start_one(content: str, noted: Path) -> None:
    CLIENT_FILE.write_text(content)
    with pytest.raises(CliError, match="make up"):
        find_api(Address(None, None))


def test_an_api_that_does_not_answer_is_told_with_what_to_do() -> None:
    text = explain(ApiUnreachableError("http://there", "connection refused"))
    assert (
        text
        == "the API at http://there does not answer (connection refused). Start it with `make up`, or say where it is."
    )


def test_each_fault_of_a_request_is_told_once() -> None:
    error = ApiError(
        422, "invalid", "Not valid", "#/port: too large", (("#/port", "too large"), ("#/host", "is empty"))
    )
    assert explain(error) == "port: too large; host: is empty"


def test_a_key_that_is_not_accepted_is_told_with_how_to_make_one() -> None:
    assert "tempost keys create" in explain(ApiError(401, "not_authenticated", "…", "…"))


def test_a_file_that_is_not_there_is_named() -> None:
    with pytest.raises(FileNotFoundError) as raised:
        Path("/nowhere/x.csv").read_text()
    assert explain(raised.value) == "/nowhere/x.csv: No such file or directory"
