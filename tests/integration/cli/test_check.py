"""`tempost check` as people call it: a table, what is wrong, and an exit status for programs."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

import cli
from database.connect import create_pool
from runtime.settings import load_settings
from stack.ports import free_ports
from tests.integration.ledger.world import World

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
Check = Callable[[], Awaitable[Result]]


@pytest.fixture
def tempost_check(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Check]:
    """Run it with the settings of an installation on the test's database."""
    monkeypatch.setenv("TEMPOST_DATABASE__URL", database_url)
    monkeypatch.setenv("TEMPOST_SECRETS__KEY", KEY)
    monkeypatch.setenv("TEMPOST_TEMPORAL__ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("TEMPOST_ENVIRONMENT", "local")
    load_settings.cache_clear()
    yield lambda: asyncio.to_thread(CliRunner().invoke, cli.app, ["check"])
    load_settings.cache_clear()


async def one_mail_sent(database_url: str, fault: str | None = None) -> None:
    """A ledger with a mail that was sent, and what somebody did behind its back."""
    pool = await create_pool(database_url)
    world = World(pool)
    await world.begin()
    await world.sent(await world.service(), await world.task(mails=1))
    if fault:
        await pool.execute(fault)
    await pool.close()


async def test_a_ledger_that_is_as_it_must_be_is_shown_with_what_was_looked_at(
    tempost_check: Check, database_url: str
) -> None:
    await one_mail_sent(database_url)

    result = await tempost_check()

    assert result.exit_code == 0, result.output
    assert "mail_sent_once" in result.stdout
    assert "The ledger is as it must be." in result.stdout


@pytest.mark.unchecked_ledger("it is broken on purpose")
async def test_a_broken_ledger_is_told_with_what_is_wrong_where_and_what_to_do(
    tempost_check: Check, database_url: str
) -> None:
    await one_mail_sent(database_url, "UPDATE user_task_queues SET sent = 3")

    result = await tempost_check()

    assert result.exit_code == 1
    assert "its counter sent says 3, counted 1" in result.stdout
    assert "Stop sending" in result.stdout


async def test_a_database_that_does_not_answer_is_told_in_a_line(
    tempost_check: Check, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPOST_DATABASE__URL", f"postgresql://nobody@127.0.0.1:{free_ports(1)[0]}/none")

    result = await tempost_check()

    assert result.exit_code == 1
    assert "nothing was checked" in result.stderr
