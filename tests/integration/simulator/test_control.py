"""The control endpoint, the ready file, and how a process begins and ends."""

import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from stack.ports import free_ports
from tests.integration.simulator.process import MESSAGE, ROOT, Provider, Simulator, simulator, wait_for


def test_the_ready_file_names_the_port_of_each_provider(tmp_path: Path) -> None:
    with simulator(tmp_path, providers=[{"name": "one"}, {"name": "two"}]) as found:
        assert set(found.ports) == {"one", "two"}
        assert [one["port"] for one in found.control.get("/providers").json()] == list(found.ports.values())
        assert Provider(found, "one", found.ports["one"]).send("b@example.org")[0] == 250


def test_sigterm_answers_what_is_due_and_ends_well(tmp_path: Path) -> None:
    with simulator(tmp_path, providers=[{"name": "slow", "latency_ms": 3000}, {"name": "idle"}]) as found:
        slow, idle = (Provider(found, name, port) for name, port in found.ports.items())
        with slow.raw() as raw, idle.raw() as other:
            other.reply()
            raw.reply()
            raw.say("EHLO x", "MAIL FROM:<a@x.org>", "RCPT TO:<b@x.org>", "DATA")
            for _ in range(4):
                raw.reply()
            raw.say("text", ".")
            raw.say("NOOP")
            found.control.get("/providers")
            assert found.end() == 0
            assert raw.reply().startswith("250")
            assert raw.reply() == ""
            assert other.reply().startswith("421")
        assert [line["code"] for line in slow.lines("mail")] == [250]
        assert not found.ready.exists()


def test_a_journal_is_continued_by_the_next_process(tmp_path: Path) -> None:
    for _ in range(2):
        with simulator(tmp_path, providers=[{"name": "one"}]) as found:
            Provider(found, "one", found.ports["one"]).send("b@example.org")
            found.end()
            lines = found.lines()
    assert [line["event"] for line in lines] == ["mail", "mail"]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"providers": [{"name": "one", "securty": "tls"}]}, "securty"),
        ({"providers": [{"name": "one"}, {"name": "one"}]}, "same name"),
        ({"providers": [{"name": "one", "security": "tls"}]}, "certificate"),
        ({"providers": [{"name": "one", "rules": [{"stage": "dot"}]}]}, "code"),
        ({"providers": [{"name": "one", "rules": [{"action": "burn"}]}]}, "burn"),
        ({"certificate": "/none.pem", "key": "/none.key"}, "No such file"),
    ],
)
def test_a_fault_in_the_configuration_is_one_line(tmp_path: Path, config: dict[str, object], words: str) -> None:
    file = tmp_path / "simulator.json"
    file.write_text(json.dumps({"journal": str(tmp_path / "journal"), **config}))
    command = (sys.executable, "-m", "stack.simulator", "--config", str(file))
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 1
    assert words in ended.stderr
    assert len(ended.stderr.splitlines()) == 1


def test_a_change_holds_for_open_connections_too(provider: Provider) -> None:
    with provider.client() as client:
        client.sendmail("a@example.org", ["b@example.org"], MESSAGE.format("1"))
        answer = provider.change(rules=[{"stage": "rcpt", "code": 452}])
        assert answer.json()["rules"][0]["code"] == 452
        client.mail("a@example.org")
        assert client.rcpt("b@example.org")[0] == 452


def test_passwords_are_not_told(running: Simulator) -> None:
    provider = running.add(username="user", password="hidden-word", auth_required=True)
    assert provider.change(latency_ms=1).status_code == 200
    assert "hidden-word" not in running.control.get("/providers").text
    with provider.client() as client:
        client.login("user", "hidden-word")


def test_a_provider_that_does_not_listen_refuses_connections_until_it_does(running: Simulator) -> None:
    provider = running.add(port=free_ports(1)[0])
    with provider.raw() as raw:
        raw.reply()
        provider.change(listening=False)
        assert raw.reply().startswith("421")
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", provider.port))
        assert [line["stage"] for line in provider.lines("dropped")] == ["port"]
    provider.change(listening=True)
    with provider.raw() as raw:
        assert raw.reply().startswith("220")


def test_connections_are_ended_on_demand(running: Simulator, provider: Provider) -> None:
    with provider.raw() as raw:
        raw.reply()
        running.control.post(f"/providers/{provider.name}/disconnect")
        assert raw.reply().startswith("421")
        assert raw.reply() == ""
    wait_for(lambda: not provider.state()["open_connections"])


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("GET", "/providers/none", None, 404),
        ("PUT", "/providers", None, 404),
        ("PATCH", "/providers/{name}", "no json", 400),
        ("PATCH", "/providers/{name}", "[]", 400),
        ("PATCH", "/providers/{name}", '{"port": 1}', 422),
        ("PATCH", "/providers/{name}", '{"latency": 1}', 422),
        ("POST", "/providers", '{"name": "{name}"}', 409),
        ("POST", "/providers", '{"name": "taken", "port": {port}}', 409),
    ],
)
def test_a_request_that_cannot_be_met_says_why(
    running: Simulator, provider: Provider, method: str, path: str, body: str | None, status: int
) -> None:
    def filled(text: str) -> str:
        return text.replace("{name}", provider.name).replace("{port}", str(provider.port))

    answer = running.control.request(method, filled(path), content=filled(body) if body else None)
    assert answer.status_code == status
    assert answer.json()["error"]


def test_what_is_no_request_is_answered_with_400(running: Simulator) -> None:
    address = ("127.0.0.1", running.control.base_url.port or 0)
    with socket.create_connection(address) as bare:
        bare.sendall(b"nonsense\r\n\r\n")
        assert bare.recv(100).startswith(b"HTTP/1.1 400")
