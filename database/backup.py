"""A database's backup in one file: written whole or not at all, restored whole or not at all.

By PostgreSQL's own programs, whose folder is given. The file is what any `pg_restore` of their version reads, with a
check sum behind it: PostgreSQL has none for definitions, which would come back changed unnoticed.
"""

import asyncio
import os
import re
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO, Any
from uuid import UUID

from sqlalchemy.engine import make_url

from database.migrate import revisions

DUMP = ("--format=custom", "--compress=gzip", "--no-owner", "--no-privileges")
VERSION = ("--data-only", "--table=alembic_version", "--file=-")
QUIETLY = ("--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1")
BEGIN = b"BEGIN;\nDROP SCHEMA public CASCADE;\nCREATE SCHEMA public AUTHORIZATION pg_database_owner;\n"
END = b"""
RESET search_path;
UPDATE tasks SET status = 'paused' WHERE status IN ('scheduled', 'sending') RETURNING 'paused ' || id;
COMMIT;
"""
"""In the restore's own transaction: no worker ever sees a task that would send again what went out since the backup."""
PAUSED = "paused "
NEW_IN_17 = b"SET transaction_timeout = 0;\n"
"""Stands in the head of what `pg_restore` writes; servers before 17 refuse it. It is the default anyway."""
HEAD = 4096
CHUNK = 1 << 18
SEAL = b"\ntempost\n"
"""Then comes the SHA-256 of all before it: the end of every whole backup."""


class BackupError(Exception):
    """A backup was not made, cannot be read, or was not restored; the text says why. Nothing was changed."""


@dataclass(frozen=True, slots=True)
class Programs:
    """PostgreSQL's `pg_dump`, `pg_restore` and `psql` in one folder, and the database that they work on."""

    folder: Path
    url: str

    @asynccontextmanager
    async def running(self, name: str, *arguments: str | Path, **streams: Any) -> AsyncIterator[Process]:
        """Run one while the block does. Raises `BackupError` with what it said, where it fails; kills it in a hurry."""
        with tempfile.TemporaryFile() as said:
            process = await asyncio.create_subprocess_exec(
                self.folder / name, *arguments, env=_environment(self.url), stderr=said, **streams
            )
            try:
                yield process
                if await process.wait() != 0:
                    raise BackupError(_last_words(said) or f"{name} ended with status {process.returncode}")
            finally:
                if process.returncode is None:
                    process.kill()
                    if process.stdout is not None:
                        await process.stdout.read()  # until nothing is left in the pipe, `wait` would wait for ever
                    await process.wait()

    async def run(self, name: str, *arguments: str | Path) -> None:
        """Run one to its end."""
        async with self.running(name, *arguments, stdin=DEVNULL, stdout=DEVNULL):
            pass


async def write(programs: Programs, file: Path) -> None:
    """Write the database as it is at this instant. It may be in use meanwhile.

    The file has its name only once it is complete and on the disk.
    """
    with _appearing(file) as unfinished:
        await programs.run("pg_dump", *DUMP, "--file", unfinished)
        await asyncio.to_thread(_close, unfinished)


@contextmanager
def _appearing(file: Path) -> Iterator[Path]:
    """A name to write under, for its owner only, that becomes this file's if all goes well."""
    if file.exists():
        raise BackupError(f"{file} exists already: give another name.")
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    os.close(descriptor)
    unfinished = Path(name)
    try:
        yield unfinished
        unfinished.rename(file)
        _sync(file.parent)
    finally:
        unfinished.unlink(missing_ok=True)


def verify(file: Path) -> None:
    """Read a backup to its end. Raises `BackupError` where it is none, was cut off or changed."""
    body = file.stat().st_size - len(SEAL) - sha256().digest_size
    with file.open("rb") as opened:
        found = _digest(opened, body)
        if opened.read() != SEAL + found:
            raise BackupError(f"{file} is no whole backup: it is of something else, was cut off or changed.")


def _close(unfinished: Path) -> None:
    """Put the check sum behind it and everything on the disk."""
    with unfinished.open("r+b") as file:
        file.write(SEAL + _digest(file, unfinished.stat().st_size))
        file.flush()
        os.fsync(file.fileno())


def _digest(file: IO[bytes], size: int) -> bytes:
    """Of so many bytes from here on."""
    digest = sha256()
    while size > 0 and (chunk := file.read(min(CHUNK, size))):
        digest.update(chunk)
        size -= len(chunk)
    return digest.digest()


async def restore(programs: Programs, file: Path) -> list[UUID]:
    """Put a backup in place of all that the database holds, in one transaction; the tasks that were paused in it.

    `psql` commits only what ends with `COMMIT`: whatever dies before, nothing has changed. An older schema comes back
    as it was, for `upgrade` to bring it forward; a newer one is refused.
    """
    await asyncio.to_thread(verify, file)
    await _check_version(programs, file)
    source = ("--schema=public", "--no-owner", "--no-privileges", "--file=-", file)
    with tempfile.TemporaryFile() as output:
        async with programs.running("psql", *QUIETLY, stdin=PIPE, stdout=output) as writing:
            assert writing.stdin is not None
            with suppress(ConnectionError):  # it has ended: `running` says why
                writing.stdin.write(BEGIN)
                async with programs.running("pg_restore", *source, stdout=PIPE) as reading:
                    async for chunk in statements(reading):
                        writing.stdin.write(chunk)
                        await writing.stdin.drain()
                writing.stdin.write(END)
                await writing.stdin.drain()
            writing.stdin.close()
        output.seek(0)
        said = output.read().decode().splitlines()
    return [UUID(line.removeprefix(PAUSED)) for line in said if line.startswith(PAUSED)]


async def _check_version(programs: Programs, file: Path) -> None:
    async with programs.running("pg_restore", *VERSION, file, stdin=DEVNULL, stdout=PIPE) as reading:
        assert reading.stdout is not None
        said = (await reading.stdout.read()).decode()
    found = re.search(r"^COPY public\.alembic_version .*\n(\w+)$", said, re.MULTILINE)
    if found is None:
        raise BackupError(f"{file} is no backup of Tempost's.")
    if found[1] not in (known := revisions()):
        raise BackupError(
            f"{file} was written by a newer Tempost: its schema is {found[1]}, the newest known here is {known[0]}. "
            "Install that version or a later one, then restore. Nothing was changed."
        )


async def statements(reading: Process) -> AsyncIterator[bytes]:
    """What `pg_restore` writes, as servers from version 15 on understand it."""
    assert reading.stdout is not None
    head = b""
    while len(head) < HEAD and (chunk := await reading.stdout.read(CHUNK)):
        head += chunk
    yield head.replace(NEW_IN_17, b"")
    while chunk := await reading.stdout.read(CHUNK):
        yield chunk


def _environment(url: str) -> dict[str, str]:
    """How the programs find the database: not by arguments, which every user of the machine can see."""
    parts = make_url(url)
    asked = {
        "PGHOST": parts.host, "PGPORT": parts.port, "PGUSER": parts.username, "PGPASSWORD": parts.password,
        "PGDATABASE": parts.database, "PGSSLMODE": parts.query.get("sslmode") or parts.query.get("ssl"),
    }  # fmt: skip
    return {**os.environ, **{name: str(value) for name, value in asked.items() if value}}


def _last_words(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read().decode(errors="replace").strip()[-2000:]


def _sync(path: Path) -> None:
    """Have what was written here survive a power cut."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
