"""Campaigns and tasks from files, as people write them: lists and templates by name."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.integration.cli.conftest import Tempost

ROUNDS = [{"template": "hello"}, {"content": {"subject": "Again", "text": "Seen it?"}, "delay": 3}]


@pytest.fixture
async def ready(tempost: Tempost, tmp_path: Path) -> None:
    """A service, a list and a template."""
    people, body = tmp_path / "people.csv", tmp_path / "body.txt"
    people.write_text("email,name\nann@example.com,Ann\nbob@example.com,Bob\n")
    body.write_text("Hello {{ name }}")
    for arguments in (
        ("services", "add", "--name", "box", "--host", "127.0.0.1", "--port", "9", "--from", "me@example.com",
            "--security", "none"),
        ("lists", "import", str(people)),
        ("templates", "add", "--name", "hello", "--subject", "Hi", "--text", str(body)),
    ):  # fmt: skip
        result = await tempost(*arguments)
        assert result.exit_code == 0, result.stderr


def written(folder: Path, **order: Any) -> str:
    """An order in a file."""
    path = folder / "order.json"
    path.write_text(json.dumps(order))
    return str(path)


@pytest.mark.usefixtures("ready")
async def test_a_campaign_is_submitted_shown_and_steered(tempost: Tempost, tmp_path: Path) -> None:
    file = written(tmp_path, name="Spring", contactList="people", rounds=ROUNDS)
    dry = await tempost("campaigns", "submit", "--file", file, "--dry-run")
    assert dry.stdout.startswith("2 of 2 contacts would get the first mail\n"), dry.stderr
    assert "List-Unsubscribe" in dry.stdout
    made = await tempost("campaigns", "submit", "--file", file)
    assert made.exit_code == 0, made.stderr
    assert "submitted Spring" in made.stdout
    assert "2 rounds" in made.stdout
    shown = (await tempost("campaigns", "show", "Spring")).stdout
    assert "Spring: sending" in shown
    assert "not replied" in shown
    for order, status in (("pause", "paused"), ("resume", "sending"), ("cancel", "cancelled")):
        more = ("--yes",) if order == "cancel" else ()
        assert (await tempost("campaigns", order, "Spring", *more)).stdout == f"Spring: {status}\n"
    assert "cancelled" in (await tempost("campaigns", "list")).stdout


@pytest.mark.usefixtures("ready")
async def test_what_would_have_a_campaign_refused_is_told_by_a_dry_run(tempost: Tempost, tmp_path: Path) -> None:
    rounds = [{"content": {"subject": "{{ age }}", "text": "x"}}]
    file = written(tmp_path, name="Spring", contactList="people", rounds=rounds)
    result = await tempost("campaigns", "submit", "--file", file, "--dry-run")
    assert result.exit_code == 1
    assert "#/rounds/0/content: 2 contacts have no field 'age'" in result.stdout


@pytest.mark.usefixtures("ready")
async def test_a_task_may_come_from_a_file(tempost: Tempost, tmp_path: Path) -> None:
    file = written(tmp_path, name="First", contactList="people", template="hello", holidays=["2026-12-25"])
    assert "submitted First" in (await tempost("tasks", "submit", "--file", file)).stdout


async def test_a_file_that_is_no_order_is_told(tempost: Tempost, tmp_path: Path) -> None:
    path = tmp_path / "order.json"
    for text, said in (("{", "is not JSON"), ("[]", "holds no JSON object")):
        path.write_text(text)
        result = await tempost("campaigns", "submit", "--file", str(path))
        assert result.exit_code == 1
        assert said in result.stderr
    assert "--list and --template, or --file" in (await tempost("tasks", "submit")).stderr
