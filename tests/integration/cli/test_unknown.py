"""What a person does about mails of unknown outcome, on the command line."""

import json
from pathlib import Path
from uuid import UUID

import pytest

from database.queries import task_moves
from runtime.resources import Resources
from tests.integration.cli.conftest import Tempost
from tests.integration.cli.test_commands import add_service, body, people  # noqa: F401 - fixtures
from tests.integration.ledger.world import World


@pytest.fixture
async def task(tempost: Tempost, resources: Resources, people: str, body: str) -> UUID:  # noqa: F811 - fixtures
    """A mailing whose first mail nobody answered for."""
    await add_service(tempost)
    await tempost("lists", "import", people, "--name", "Club")
    await tempost("templates", "add", "--name", "Hello", "--subject", "Hi {{ name }}", "--text", body)
    await tempost("tasks", "submit", "--list", "Club", "--template", "Hello", "--name", "News")
    world = World(resources.ledger_pool)
    row = await world.row("SELECT t.id, s.id AS service_id FROM tasks t, email_services s")
    async with resources.ledger_pool.acquire() as connection:
        await task_moves.prepare(connection, row["id"])
    permit, _ = await world.claim_one(row["service_id"], row["id"])
    await world.mark(permit)
    await world.record(permit, "unknown", reason="no_answer", mail_begun=True, dot_sent=True, reply_text="reset")
    found: UUID = row["id"]
    return found


async def test_unknown_mails_are_shown_and_decided(tempost: Tempost, task: UUID) -> None:
    shown = await tempost("tasks", "unknown", "News")
    decided = await tempost("tasks", "decide", "News", "sent", "1")
    nothing = await tempost("tasks", "unknown", str(task))
    assert "reset" in shown.stdout, shown.stderr
    assert decided.stdout == "1 decided, 0 still unknown; the task is sending\n"
    assert "No mail of this task" in nothing.stdout


async def test_a_decision_that_is_none_is_told(tempost: Tempost, task: UUID) -> None:
    result = await tempost("tasks", "decide", str(task), "perhaps")
    assert result.exit_code == 2
    assert "'perhaps' is none of resend, sent, failed" in result.stderr


async def test_a_journal_resolves_them(tempost: Tempost, task: UUID, tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    seen = [{"message_id": f"<{task.hex}.1@example.com>", "recipients": ["ann@example.com"]}, {"message_id": "<a@b>"}]
    journal.write_text("".join(json.dumps(line) + "\n" for line in seen))
    result = await tempost("tasks", "evidence", str(journal))
    assert "1 mails taken as sent" in result.stdout, result.stderr
    assert "1 mails of no task of yours" in result.stdout
