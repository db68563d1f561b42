import os
from pathlib import Path

import pytest

from runtime.settings import Settings
from stack.certificates import Certificates
from stack.errors import StackError
from stack.ports import free_ports
from stack.surroundings import Surroundings, stack_ports, stack_secret


def surroundings(folder: Path) -> Surroundings:
    return Surroundings(
        folder=folder,
        ports={"api": 8123, "inbound": 8124},
        certificates=Certificates(folder / "ca.pem", folder / "server.pem", folder / "server.key"),
        secret=stack_secret(folder),
        database_url="postgresql://tempost:secret@127.0.0.1:5432/tempost",
        temporal_address="127.0.0.1:7233",
        temporal_ui_url="http://127.0.0.1:8233",
    )


def test_a_process_in_the_stack_understands_its_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("TEMPOST_")]:
        monkeypatch.delenv(name)
    for name, value in surroundings(tmp_path).environment().items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.environment == "local"
    assert settings.smtp.ca_file == tmp_path / "ca.pem"
    assert settings.api.port == 8123
    assert settings.inbound.port == 8124


def test_a_port_asked_for_by_the_environment_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (free,) = free_ports(1)
    monkeypatch.setenv("TEMPOST_STACK_POSTGRES_PORT", str(free))
    assert stack_ports(tmp_path)["postgres"] == free


@pytest.mark.parametrize("asked", ["web", "0", "65536", "-1"])
def test_what_is_no_port_is_refused_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, asked: str) -> None:
    monkeypatch.setenv("TEMPOST_API__PORT", asked)
    with pytest.raises(StackError, match=f"TEMPOST_API__PORT={asked} is not a port"):
        stack_ports(tmp_path)
