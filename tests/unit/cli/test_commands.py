"""Commands as people type them: no API is needed to be told what is wrong."""

import base64
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import cli

NOWHERE = ["--api-url", "http://127.0.0.1:1", "--key", "tp_secret"]


def run(*arguments: str) -> Result:
    """Run `tempost` in this process."""
    return CliRunner().invoke(cli.app, list(arguments))


def test_an_api_that_is_down_is_one_line_and_a_status() -> None:
    result = run(*NOWHERE, "status")
    assert result.exit_code == 1
    assert "127.0.0.1:1 does not answer" in result.stderr
    assert "Traceback" not in result.stderr
    assert "tp_secret" not in result.output


def test_a_table_of_services_with_an_unknown_column_is_refused_with_the_known_ones(tmp_path: Path) -> None:
    table = tmp_path / "services.csv"
    table.write_text("name,host,port,From Address,colour\na,mx.example.com,25,a@example.com,red\n")
    result = run(*NOWHERE, "services", "import", str(table))
    assert result.exit_code == 1
    assert "no service has 'colour'" in result.stderr
    assert "dailyQuota" in result.stderr


def test_without_any_address_it_is_said_how_to_start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("tasks", "list")
    assert result.exit_code == 1
    assert "make up" in result.stderr


def test_a_file_that_is_not_there_is_told_before_anything_is_sent() -> None:
    result = run(*NOWHERE, "lists", "import", "/nowhere/x.csv")
    assert result.exit_code == 2
    assert "does not exist" in result.stderr


def test_a_new_secret_is_one_that_settings_accept() -> None:
    from runtime.settings import SecretsSettings

    secret = run("keys", "secret").stdout.strip()
    assert SecretsSettings.model_validate({"key": secret})


def test_keys_without_settings_name_the_variables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from runtime.settings import load_settings

    load_settings.cache_clear()
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TEMPOST_DATABASE__URL", raising=False)
    result = run("keys", "create")
    assert result.exit_code == 1
    assert "TEMPOST_DATABASE__URL: " in result.stderr
    assert "TEMPOST_SECRETS__KEY: " in result.stderr


def test_keys_in_the_folder_of_a_running_stack_need_no_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from runtime.settings import load_settings
    from stack.files import stack_lock

    load_settings.cache_clear()
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / ".tempost"
    folder.mkdir()
    environment = {
        "TEMPOST_DATABASE__URL": "postgresql://a:b@127.0.0.1:1/tempost",
        "TEMPOST_TEMPORAL__ADDRESS": "127.0.0.1:1",
        "TEMPOST_SECRETS__KEY": base64.urlsafe_b64encode(bytes(32)).decode(),
    }
    for name in environment:
        monkeypatch.setenv(name, "")  # so that what the command sets is gone after the test
        monkeypatch.delenv(name)
    (folder / "stack.json").write_text(json.dumps({"environment": environment}))
    with stack_lock(folder / "stack.lock"):
        result = run("keys", "create")
    load_settings.cache_clear()
    assert "the database does not take it" in result.stderr


@pytest.mark.parametrize("group", ["services", "lists", "templates", "tasks", "suppress", "keys", "config", "stack"])
def test_every_group_explains_itself(group: str) -> None:
    assert "Usage" in run(group, "--help").stdout
