"""A database brought back from a backup, so that nobody gets a mail twice without having been asked about it."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from uuid import UUID

from contracts.evidence import MOST_AT_ONCE, EvidenceVerdict, SentMail
from database import backup
from database.backup import BackupError, Programs
from database.connect import PoolConnection, create_pool
from database.migrate import upgrade
from database.queries import evidence, restored
from database.queries.restored import OpenTask
from runtime.secrets import Seal, SealBrokenError

LEAVING = 5.0
"""Seconds in which the connections of programs that have ended must be gone."""
LOOKS = 50


@dataclass(slots=True)
class Evidence:
    """What became of mails that are known to have been sent."""

    verdicts: Counter[str] = field(default_factory=Counter)
    lost_tasks: Counter[UUID] = field(default_factory=Counter)
    """Mails by task, of tasks that are not in the database."""
    foreign: int = 0
    """Mails that are not Tempost's."""

    def note(self, task_id: UUID | None, verdict: EvidenceVerdict) -> None:
        """Count one mail."""
        if task_id is None:
            self.foreign += 1
        elif verdict == "no_task":
            self.lost_tasks[task_id] += 1
        else:
            self.verdicts[verdict] += 1


@dataclass(frozen=True, slots=True)
class Restored:
    """What came back."""

    tasks: list[OpenTask]
    """Paused, or with mails of unknown outcome: somebody has to decide."""
    evidence: Evidence


async def restore(programs: Programs, file: Path, seen: Iterable[SentMail], *, replace: bool) -> Restored:
    """Restore into an empty database, or in place of all it holds; then take the mails that were seen as sent.

    Every task that would send is paused. Raises `BackupError`.
    """
    pool = await create_pool(programs.url, size=1)
    try:
        async with pool.acquire() as connection:
            await _check_free(connection, replace=replace)
        await pool.expire_connections()
        paused = await backup.restore(programs, file)
        await asyncio.to_thread(upgrade, programs.url)
        async with pool.acquire() as connection:
            await restored.settle(connection)
            found = await take_as_sent(connection, seen)
            return Restored(await restored.open_tasks(connection, paused), found)
    finally:
        await pool.close()


async def take_as_sent(connection: PoolConnection, seen: Iterable[SentMail]) -> Evidence:
    """Bring evidence into the ledger. Safe to repeat."""
    result = Evidence()
    for mails in _batches(seen):
        for task_id, verdict in await evidence.resolve(connection, mails):
            result.note(task_id, verdict)
    return result


def _batches(seen: Iterable[SentMail]) -> Iterator[list[SentMail]]:
    """Each Message-ID once in a batch."""
    rest = iter(seen)
    while mails := {mail.message_id: mail for mail in islice(rest, MOST_AT_ONCE)}:
        yield list(mails.values())


async def wrong_seals(url: str, key: str) -> int:
    """How many passwords of services and mailboxes this key does not open."""
    seal, wrong = Seal(key), 0
    pool = await create_pool(url, size=1)
    try:
        async with pool.acquire() as connection:
            for bound_to, password in await restored.sealed(connection):
                try:
                    seal.open(password, bound_to)
                except SealBrokenError:
                    wrong += 1
    finally:
        await pool.close()
    return wrong


async def _others(connection: PoolConnection) -> int:
    """How many connections are left after a moment: the server notices late that a program has ended."""
    for _ in range(LOOKS):
        if not (others := await restored.used(connection)):
            return 0
        await asyncio.sleep(LEAVING / LOOKS)
    return others


async def _check_free(connection: PoolConnection, *, replace: bool) -> None:
    if others := await _others(connection):
        raise BackupError(f"{others} connections use the database: stop the API and all workers first.")
    if not replace and not await restored.empty(connection):
        raise BackupError("the database is not empty: say --replace to put the backup in place of all that it holds.")
