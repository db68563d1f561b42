import json
from pathlib import Path

import pytest

from stack import temporal_binary
from stack.errors import StackError
from stack.temporal import UI_PORT, TemporalServer, all_ports
from stack.temporal_binary import SERVER_VERSION, Kind, TemporalProgram, find_temporal
from stack.temporal_settings import CHECKED_IN, checked_in_settings, dynamic_config


@pytest.fixture
def nothing_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine without Temporal and Go, whose user's cache is the folder returned."""
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(temporal_binary, "GO_FOLDER", "")
    (tmp_path / "bin").mkdir()
    (tmp_path / "tempost").mkdir()
    return tmp_path


def program(file: Path) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch(0o755)
    return file


def test_a_temporal_command_on_path_is_used(nothing_installed: Path) -> None:
    command = program(nothing_installed / "bin" / "temporal")
    assert find_temporal(print) == TemporalProgram(Kind.CLI, command)


def test_what_was_built_before_is_used(nothing_installed: Path) -> None:
    server = program(nothing_installed / "tempost" / f"temporal-{SERVER_VERSION}" / "server")
    assert find_temporal(print, with_ui=False) == TemporalProgram(Kind.SERVER, server)


def test_when_nothing_can_be_had_the_error_says_what_was_tried_and_what_to_install(nothing_installed: Path) -> None:
    (nothing_installed / "tempost" / "temporal-cli-refused").write_text("no way out")
    with pytest.raises(StackError) as raised:
        find_temporal(print)
    for part in ("`temporal` command on PATH: none", "no way out", "there is no Go", "TEMPORAL_ADDRESS"):
        assert part in str(raised.value)


def test_every_setting_of_the_checked_in_file_is_understood() -> None:
    keys = [line.removesuffix(":") for line in CHECKED_IN.read_text().splitlines() if line[:1].isalpha()]
    assert list(checked_in_settings()) == keys
    assert checked_in_settings()["limit.historyCount.suggestContinueAsNew"] == 12_000


def test_a_setting_on_top_replaces_the_checked_in_one() -> None:
    rendered = json.loads(dynamic_config(checked_in_settings() | {"frontend.rps": 7}))
    assert rendered["frontend.rps"] == [{"value": 7}]


def test_the_command_line_tool_is_told_the_same_as_the_server(tmp_path: Path) -> None:
    ports = {name: number for number, name in enumerate(all_ports(with_ui=True), 20_000)}
    found = TemporalProgram(Kind.CLI, Path("/bin/temporal"))
    server = TemporalServer(program=found, folder=tmp_path, ports=ports, search_attributes={})
    (child,) = server.children()
    line = " ".join(child.command)
    assert line.startswith("/bin/temporal server start-dev --ip 127.0.0.1")
    assert f"--ui-port {ports[UI_PORT]}" in line
    assert f"--db-filename {tmp_path}" in line
    assert "--dynamic-config-value=limit.historyCount.suggestContinueAsNew=12000" in line
    assert server.ui_url == f"http://127.0.0.1:{ports[UI_PORT]}"
