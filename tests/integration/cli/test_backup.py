"""`tempost backup` and `tempost restore` as people call them, by settings and without any, in an empty folder."""

import asyncio
import json
import os
import shutil
import tempfile
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest
from typer.testing import CliRunner, Result

import cli
from commands import backup as commands
from database.connect import connected, create_pool
from database.migrate import upgrade
from runtime.secrets import Seal
from runtime.settings import load_settings
from stack.alone import postgres_alone
from stack.files import open_folder, stack_lock
from tests.integration.ledger.world import World

KEY = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
OTHER_KEY = "BBECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
Tempost = Callable[..., Awaitable[Result]]


@pytest.fixture
def tempost(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Tempost]:
    """Run a command; the settings are read anew for each."""
    monkeypatch.setenv("COLUMNS", "200")

    async def call(*arguments: str) -> Result:
        load_settings.cache_clear()
        return await asyncio.to_thread(CliRunner().invoke, cli.app, arguments)

    yield call
    load_settings.cache_clear()


@pytest.fixture
def installed(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings of an installation on the test's database."""
    monkeypatch.setenv("TEMPOST_DATABASE__URL", database_url)
    monkeypatch.setenv("TEMPOST_SECRETS__KEY", KEY)
    monkeypatch.setenv("TEMPOST_TEMPORAL__ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("TEMPOST_ENVIRONMENT", "local")


async def mailing(url: str) -> UUID:
    """A task of three mails, and a service whose password is sealed with `KEY`."""
    pool = await create_pool(url)
    world = World(pool)
    await world.begin()
    service = await world.service()
    await pool.execute("UPDATE email_services SET password_sealed = $1", Seal(KEY).seal("sesame", service))
    task = await world.task(mails=3)
    await pool.close()
    return task


@pytest.mark.usefixtures("installed")
async def test_a_backup_is_restored_with_evidence_and_says_what_is_left_to_decide(
    tempost: Tempost, database_url: str, tmp_path: Path
) -> None:
    task = await mailing(database_url)
    file, journal = str(tmp_path / "a.backup"), tmp_path / "journal.jsonl"
    journal.write_text(json.dumps({"message_id": f"<{task.hex}.1@example.org>"}) + "\n")

    made = await tempost("backup", file)
    refused = await tempost("restore", file)
    restored = await tempost("restore", file, "--replace", "--sent", str(journal))

    assert made.exit_code == 0, made.stderr
    assert "The key of the settings is not in it" in made.stdout
    assert refused.exit_code == 1
    assert "--replace" in refused.stderr
    assert restored.exit_code == 0, restored.stderr
    assert "1 mails taken as sent" in restored.stdout
    assert str(task) in restored.stdout
    assert "would be sent twice" not in restored.stdout


@pytest.mark.usefixtures("installed")
async def test_a_restore_waits_a_moment_for_who_is_leaving_the_database_and_for_nobody_else(
    tempost: Tempost, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mailing(database_url)
    file = str(tmp_path / "a.backup")
    await tempost("backup", file)

    async with connected(database_url) as other:
        monkeypatch.setattr("runtime.restore.LEAVING", 0.1)
        refused = await tempost("restore", file, "--replace")
        monkeypatch.setattr("runtime.restore.LEAVING", 60.0)
        restoring = asyncio.ensure_future(tempost("restore", file, "--replace"))
        async with asyncio.timeout(30):
            while await other.fetchval(CONNECTED) < 2:  # noqa: ASYNC110 - a database sets no event
                await asyncio.sleep(0.01)

    assert "1 connections use the database" in refused.stderr
    assert "would be sent twice" in (await restoring).stdout


@pytest.mark.usefixtures("installed")
async def test_without_evidence_it_says_what_would_be_sent_twice_and_whether_the_key_is_wrong(
    tempost: Tempost, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await mailing(database_url)
    file = str(tmp_path / "a.backup")
    await tempost("backup", file)
    monkeypatch.setenv("TEMPOST_SECRETS__KEY", OTHER_KEY)

    restored = await tempost("restore", file, "--replace")

    assert restored.exit_code == 1
    assert "would be sent twice" in restored.stdout
    assert "does not open the passwords of 1 services" in restored.stderr


@pytest.mark.usefixtures("installed")
async def test_evidence_that_cannot_be_read_is_told_before_anything_is_changed(
    tempost: Tempost, database_url: str, tmp_path: Path
) -> None:
    await mailing(database_url)
    file, notes = str(tmp_path / "a.backup"), tmp_path / "notes"
    notes.write_text("surely sent\n")
    await tempost("backup", file)
    restored = await tempost("restore", file, "--replace", "--sent", str(notes))
    assert restored.exit_code == 1
    assert "line 1 is neither" in restored.stderr
    pool = await create_pool(database_url)
    assert await pool.fetchval("SELECT status FROM tasks") == "sending"
    await pool.close()


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The folder of a stack that does not run; no settings. Not `tmp_path`, which root keeps closed to PostgreSQL."""
    for name in [name for name in os.environ if name.startswith("TEMPOST_DATABASE") or name == "DATABASE_URL"]:
        monkeypatch.delenv(name)
    made = open_folder(Path(tempfile.mkdtemp(prefix="tempost-test-")))
    monkeypatch.setattr(commands, "FOLDER", made)
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.mark.timeout(500)
async def test_a_stack_that_does_not_run_is_backed_up_and_comes_back_in_an_empty_folder(
    tempost: Tempost, folder: Path, tmp_path: Path
) -> None:
    file = str(tmp_path / "a.backup")
    async with postgres_alone(folder) as url:
        await asyncio.to_thread(upgrade, url)
        task = await mailing(url)
    made = await tempost("backup", file)
    shutil.rmtree(folder)

    restored = await tempost("restore", file)

    assert made.exit_code == 0, made.stderr
    assert restored.exit_code == 0, restored.stderr
    async with postgres_alone(folder) as url:
        pool = await create_pool(url)
        assert await pool.fetchval("SELECT id FROM tasks WHERE status = 'paused'") == task
        await pool.close()


async def test_nothing_is_restored_while_the_stack_runs(tempost: Tempost, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "a.backup").touch()
    with stack_lock(folder / "stack.lock"):
        result = await tempost("restore", str(tmp_path / "a.backup"))
    assert result.exit_code == 1
    assert "already running" in result.stderr
