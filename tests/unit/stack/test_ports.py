import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.errors import StackError
from stack.ports import LOOPBACK, choose_ports, free_ports


@pytest.fixture
def taken() -> Iterator[int]:
    """A port that another program listens at."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        yield listener.getsockname()[1]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "ports.json"


def test_every_name_gets_a_port_of_its_own(file: Path) -> None:
    ports = choose_ports(file, dict.fromkeys("abcdefgh", 0), {})
    assert len(set(ports.values())) == 8


def test_ports_stay_the_same_from_start_to_start(file: Path) -> None:
    first = choose_ports(file, {"api": 0, "postgres": 0}, {})
    assert choose_ports(file, {"api": 0, "postgres": 0}, {}) == first


def test_a_remembered_port_that_is_taken_is_chosen_anew(file: Path, taken: int) -> None:
    file.write_text(json.dumps({"api": taken}))
    assert choose_ports(file, {"api": 0}, {})["api"] != taken


def test_a_preferred_port_is_used_while_it_is_free(file: Path, taken: int) -> None:
    free = free_ports(1)[0]
    assert choose_ports(file, {"api": free, "ui": taken}, {})["api"] == free


def test_a_port_asked_for_wins_over_the_remembered_one(file: Path) -> None:
    remembered, asked = free_ports(2)
    file.write_text(json.dumps({"api": remembered}))
    assert choose_ports(file, {"api": 0}, {"api": asked})["api"] == asked


def test_a_port_asked_for_that_is_taken_is_an_error(file: Path, taken: int) -> None:
    with pytest.raises(StackError, match=f"Port {taken} .* asked for api"):
        choose_ports(file, {"api": 0}, {"api": taken})


@pytest.mark.parametrize("content", ["", "{", "[]", '{"api": "x"}'])
def test_an_unreadable_memory_is_made_anew(file: Path, content: str) -> None:
    file.write_text(content)
    ports = choose_ports(file, {"api": 0}, {})
    assert json.loads(file.read_text()) == ports
