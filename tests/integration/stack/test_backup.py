"""Backups of a real database: whole or not at all, and restored so that nobody gets a mail twice unasked."""

import asyncio
import base64
import os
import stat
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import asyncpg
import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine

from contracts.evidence import SentMail
from database import backup
from database.backup import BackupError, Programs
from database.client_programs import client_programs
from database.connect import create_pool
from database.migrate import upgrade
from database.queries import task_moves
from runtime import restore as runtime
from runtime.restore import Restored, restore, wrong_seals
from runtime.secrets import Seal
from stack.postgres_databases import create_database, drop_database
from tests.conftest import ledger_faults
from tests.integration.ledger.mixed import mixed
from tests.integration.ledger.world import World


@pytest.fixture
async def world(pool: "asyncpg.Pool[asyncpg.Record]") -> World:
    """A user with nothing yet, in the database that is backed up."""
    world = World(pool)
    await world.begin()
    return world


@pytest.fixture
def programs(database_url: str) -> Programs:
    """PostgreSQL's programs, on the database that is backed up."""
    return Programs(client_programs(), database_url)


@pytest.fixture
async def elsewhere(postgres_url: str, programs: Programs) -> AsyncIterator[Programs]:
    """The same, on an empty database. What is restored into it must be a ledger without contradictions."""
    name = f"restored_{uuid4().hex}"
    url = await create_database(postgres_url, name)
    yield Programs(programs.folder, url)
    faults = await asyncio.to_thread(ledger_faults, url)
    await drop_database(postgres_url, name)
    assert not faults


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the backup goes."""
    return tmp_path / "tempost.backup"


async def restored(programs: Programs, file: Path, *seen: SentMail) -> tuple[Restored, World]:
    """The backup in an empty database, and a look into it."""
    found = await restore(programs, file, seen, replace=False)
    return found, World(await create_pool(programs.url, size=1))


async def test_a_ledger_in_which_all_sorts_of_things_happened_comes_back_whole(
    world: World, engine: AsyncEngine, programs: Programs, elsewhere: Programs, file: Path
) -> None:
    await mixed(world, engine)
    await backup.write(programs, file)

    found, there = await restored(elsewhere, file)

    count = "SELECT count(*) FROM subtasks"
    assert await there.pool.fetchval(count) == await world.pool.fetchval(count)
    assert await there.pool.fetchval("SELECT count(*) FROM tasks WHERE status = 'sending'") == 0
    assert await there.pool.fetchval("SELECT count(*) FROM deliveries WHERE phase <> 'ended'") == 0
    sending = [task for task in found.tasks if task.open]
    assert [task.id for task in sending] == [await world.pool.fetchval("SELECT id FROM tasks WHERE status = 'sending'")]
    await there.pool.close()


def test_only_its_owner_may_read_a_backup(programs: Programs, file: Path) -> None:
    asyncio.run(backup.write(programs, file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_backup_takes_no_other_files_place(programs: Programs, file: Path) -> None:
    file.write_text("mine")
    with pytest.raises(BackupError, match="exists already"):
        asyncio.run(backup.write(programs, file))
    assert file.read_text() == "mine"


async def test_a_backup_that_fails_leaves_nothing(programs: Programs, file: Path) -> None:
    nowhere = Programs(programs.folder, programs.url + "_gone")
    with pytest.raises(BackupError, match="does not exist"):
        await backup.write(nowhere, file)
    assert not list(file.parent.iterdir())


def damaged(file: Path, how: str) -> None:
    """Damage a file; what is changed is in a definition, which PostgreSQL would not notice."""
    whole = file.read_bytes()
    middle = len(whole) * 3 // 4
    left = {
        "cut": whole[:middle], "changed": whole[:middle] + bytes([whole[middle] ^ 1]) + whole[middle + 1 :],
        "foreign": b"%PDF-1.7", "empty": b"",
    }  # fmt: skip
    file.write_bytes(left[how])


@pytest.mark.parametrize("damage", ["cut", "changed", "foreign", "empty"])
async def test_a_damaged_backup_is_told_and_changes_nothing(
    world: World, programs: Programs, file: Path, damage: str
) -> None:
    await world.service()
    await world.task(mails=500)
    await backup.write(programs, file)
    damaged(file, damage)
    await world.pool.expire_connections()

    with pytest.raises(BackupError, match="is no whole backup"):
        await backup.restore(programs, file)

    assert await world.pool.fetchval("SELECT count(*) FROM subtasks") == 500


async def test_what_a_database_holds_is_replaced_only_when_that_is_said(
    world: World, programs: Programs, file: Path
) -> None:
    await backup.write(programs, file)
    later = await world.task(mails=2)
    await world.pool.close()

    with pytest.raises(BackupError, match="not empty: say --replace"):
        await restore(programs, file, [], replace=False)
    found = await restore(programs, file, [], replace=True)

    assert not found.tasks
    there = await create_pool(programs.url)
    assert not await there.fetchval("SELECT count(*) FROM tasks WHERE id = $1", later)
    await there.close()


async def schema(programs: Programs) -> str:
    """Of a database that nobody uses now."""
    there = await create_pool(programs.url, size=1)
    found: str = await there.fetchval("SELECT version_num FROM alembic_version")
    await there.close()
    return found


async def test_a_backup_of_a_newer_schema_is_refused_before_anything_is_replaced(
    world: World, programs: Programs, file: Path
) -> None:
    ours = await schema(programs)
    await world.pool.execute("UPDATE alembic_version SET version_num = '9999'")
    await backup.write(programs, file)
    await world.pool.execute("UPDATE alembic_version SET version_num = $1", ours)
    later = await world.task(mails=2)
    await world.pool.close()

    with pytest.raises(BackupError, match=f"newer .* 9999, .* {ours}"):
        await restore(programs, file, [], replace=True)

    assert await schema(programs) == ours
    there = await create_pool(programs.url)
    assert await there.fetchval("SELECT status FROM tasks WHERE id = $1", later) == "sending"
    await there.close()


async def test_a_backup_of_an_older_schema_is_brought_forward(
    world: World, programs: Programs, elsewhere: Programs, file: Path
) -> None:
    name = f"older_{uuid4().hex}"
    older = Programs(programs.folder, await create_database(programs.url, name))
    await asyncio.to_thread(upgrade, older.url, "0001")
    old_world = World(await create_pool(older.url))
    await old_world.begin()
    task = await old_world.unprepared_task(mails=3)
    await old_world.pool.close()
    await backup.write(older, file)
    await drop_database(programs.url, name)

    found, there = await restored(elsewhere, file)
    await there.pool.close()

    assert [(each.id, each.prepared) for each in found.tasks] == [(task, False)]
    assert await schema(elsewhere) == await schema(programs)


async def test_a_backup_of_another_database_is_refused(world: World, programs: Programs, file: Path) -> None:
    await world.pool.execute("DROP TABLE alembic_version")
    await backup.write(programs, file)
    with pytest.raises(BackupError, match="no backup of Tempost's"):
        await backup.restore(programs, file)


async def test_an_ordinary_owner_of_a_database_may_replace_what_it_holds(
    world: World, programs: Programs, file: Path
) -> None:
    await world.task(mails=2)
    await backup.write(programs, file)
    name = f"owned_{uuid4().hex}"
    url = make_url(await create_database(programs.url, name)).set(username=name, password="x")
    await world.pool.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'x'")
    await world.pool.execute(f"ALTER DATABASE {name} OWNER TO {name}")
    owned = Programs(programs.folder, url.render_as_string(hide_password=False))

    for replace in (False, True):
        found = await restore(owned, file, [], replace=replace)
        assert [task.open for task in found.tasks] == [2]

    await drop_database(programs.url, name)
    await world.pool.execute(f"DROP ROLE {name}")


async def test_a_restore_that_fails_at_once_says_why_however_much_was_to_come(
    world: World, programs: Programs, file: Path
) -> None:
    await world.pool.execute("CREATE TABLE large AS SELECT repeat('x', 1000) FROM generate_series(1, 2000)")
    await backup.write(programs, file)
    guest = f"guest_{uuid4().hex}"
    await world.pool.execute(f"CREATE ROLE {guest} LOGIN PASSWORD 'x'")
    url = make_url(programs.url).set(username=guest, password="x")

    with pytest.raises(BackupError, match="must be owner"):
        await backup.restore(Programs(programs.folder, url.render_as_string(hide_password=False)), file)

    await world.pool.execute(f"DROP ROLE {guest}")


async def test_servers_before_17_are_not_asked_for_what_they_do_not_know(programs: Programs, file: Path) -> None:
    await backup.write(programs, file)
    options = ("--schema=public", "--file=-", file)
    async with programs.running("pg_restore", *options, stdout=asyncio.subprocess.PIPE) as reading:
        said = b"".join([chunk async for chunk in backup.statements(reading)])
    assert b"CREATE TABLE public.tasks" in said
    assert b"transaction_timeout" not in said


async def test_a_database_in_use_is_not_replaced(world: World, programs: Programs, file: Path) -> None:
    await backup.write(programs, file)
    async with world.pool.acquire():
        with pytest.raises(BackupError, match="stop the API and all workers"):
            await restore(programs, file, [], replace=True)


async def test_what_was_sent_since_the_backup_is_sent_and_charged_and_nothing_else(
    world: World, programs: Programs, elsewhere: Programs, file: Path
) -> None:
    service = await world.service(interval=0, kind="relay")
    task = await world.task(mails=6)
    await world.sent(service, task)
    claimed, _ = await world.claim_one(service, task)
    await backup.write(programs, file)
    await world.mark(claimed)
    await world.record(claimed, "sent", mail_begun=True, dot_sent=True)
    await world.sent(service, task)
    seen = await evidence_of(world)

    found, there = await restored(elsewhere, file, *seen)

    assert await there.queue(task) == {"ready": 3, "sent": 3}
    assert found.evidence.verdicts == {"known": 1, "sent": 2}
    assert [(each.id, each.open) for each in found.tasks] == [(task, 3)]
    assert (await there.schedule(service))["used_quota"] == 3
    await there.pool.close()


async def evidence_of(world: World) -> list[SentMail]:
    rows = await world.pool.fetch("SELECT message_id, email, sent_at FROM subtasks WHERE status = 'sent'")
    return [SentMail(row["message_id"], row["email"], "ada@example.org", row["sent_at"]) for row in rows]


async def test_a_task_that_was_prepared_after_the_backup_knows_its_mails_by_their_recipients(
    world: World, programs: Programs, elsewhere: Programs, file: Path
) -> None:
    service = await world.service(interval=0, kind="relay")
    task = await world.unprepared_task(mails=4)
    await backup.write(programs, file)
    await world.pool.execute("DELETE FROM contacts WHERE id = (SELECT min(id) FROM contacts)")
    async with world.pool.acquire() as connection:
        await task_moves.prepare(connection, task)
    await world.sent(service, task)
    seen = await evidence_of(world)

    found, there = await restored(elsewhere, file, *seen)

    assert found.evidence.verdicts == {"sent": 1}
    assert await there.pool.fetchval("SELECT email FROM subtasks WHERE status = 'sent'") == seen[0].recipient
    assert await there.pool.fetchval("SELECT status FROM tasks") == "paused"
    await there.pool.close()


async def test_mails_of_tasks_that_are_lost_are_counted(
    world: World, programs: Programs, elsewhere: Programs, file: Path
) -> None:
    await backup.write(programs, file)
    lost = uuid4()
    seen = [SentMail(f"<{lost.hex}.{seq}@example.org>") for seq in range(1, 4)]

    found, there = await restored(elsewhere, file, *seen, SentMail("<other@example.org>"))

    assert found.evidence.lost_tasks == {lost: 3}
    assert found.evidence.foreign == 1
    await there.pool.close()


async def test_evidence_of_many_mails_is_read_in_batches(
    world: World, programs: Programs, elsewhere: Programs, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime, "MOST_AT_ONCE", 2)
    await world.service()
    task = await world.task(mails=5)
    await backup.write(programs, file)
    found, there = await restored(elsewhere, file, *(mail(task, seq) for seq in (1, 2, 3, 3, 5)))
    assert found.evidence.verdicts["sent"] == 4
    assert await there.queue(task) == {"ready": 1, "sent": 4}
    await there.pool.close()


def mail(task: UUID, seq: int) -> SentMail:
    return SentMail(f"<{task.hex}.{seq}@example.org>")


async def test_secrets_stay_sealed_and_another_key_is_noticed(
    world: World, programs: Programs, elsewhere: Programs, file: Path
) -> None:
    right, wrong = (base64.urlsafe_b64encode(os.urandom(32)).decode() for _ in range(2))
    service = await world.service()
    sealed = Seal(right).seal("sesame", service)
    await world.pool.execute("UPDATE email_services SET password_sealed = $1", sealed)
    await backup.write(programs, file)
    _, there = await restored(elsewhere, file)
    await there.pool.close()
    assert await wrong_seals(elsewhere.url, right) == 0
    assert await wrong_seals(elsewhere.url, wrong) == 1
