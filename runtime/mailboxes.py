"""Reads the mailboxes of all services: one connection each, one process for all of them.

One process by a lock of PostgreSQL; another takes over when it ends. Each mailbox waits by IDLE where the server has
it, and is looked through every five minutes at least. What it says is kept in the transaction that remembers how far
it was read: a crash reads a mail again, and once more is harmless.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import TypeVar
from uuid import UUID

import asyncpg

from contracts.about import about
from database.connect import PoolConnection
from database.errors import UNREACHABLE
from database.queries import mailbox
from database.queries.advisory_lock import advisory_lock
from database.queries.mailbox import MailboxToRead
from mail.imap import Arrived, MailboxError, MailboxSession
from runtime.inbox import Inbox
from runtime.secrets import SealBrokenError
from runtime.serving import end

log = logging.getLogger(__name__)

LOCK = "mailboxes"
LEFT_WITHIN = 1.0
"""Seconds until a mailbox that was told to end is told again: often, within the time that `keep` has itself."""
LOOKS_EVERY = 10.0
"""Seconds between two looks for mailboxes that were set up, changed or taken away."""
CHECKS_EVERY = 300.0
"""Seconds between two readings of a mailbox that tells of nothing."""
FIRST_PAUSE, LONGEST_PAUSE = 30.0, 1_800.0
"""Seconds after a failure, doubled with each in a row. A wrong password tried often gets an account locked."""
READ_BACK = timedelta(days=7)
"""Of a folder that is new here, or was numbered anew."""
MOST_THREADS = 1_000

T = TypeVar("T")
Opens = Callable[[MailboxToRead], MailboxSession]
"""Makes a session, not yet open. Raises `SealBrokenError`."""


class Mailboxes:
    """Keeps all mailboxes read for as long as `keep` runs."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", inbox: Inbox, opens: Opens) -> None:
        self._pool = pool
        self._inbox = inbox
        self._opens = opens
        self._threads = ThreadPoolExecutor(MOST_THREADS, thread_name_prefix="mailbox")
        self._watched: dict[UUID, tuple[datetime, asyncio.Task[None]]] = {}

    async def keep(self) -> None:
        """Read until cancelled; outages are waited out."""
        try:
            while True:
                try:
                    async with self._pool.acquire() as connection, advisory_lock(connection, LOCK) as ours:
                        while ours:
                            await self._look(connection)
                            await asyncio.sleep(LOOKS_EVERY)
                except UNREACHABLE as error:
                    log.warning("mailboxes are not read, trying again: %s", error)
                finally:
                    await self._end(list(self._watched))
                await asyncio.sleep(LOOKS_EVERY)
        finally:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def readings(self, settings: MailboxToRead) -> AsyncGenerator[int]:
        """Over one connection read a mailbox to its end, wait, and again; how many mails there were each time.

        Raises `MailboxError`, `SealBrokenError`.
        """
        session = self._opens(settings)
        try:
            await self._in_thread(session.open)
            folders = await self._in_thread(session.folders)
            while True:
                yield await self._read(session, settings, folders)
                if not await self._in_thread(session.wait, CHECKS_EVERY):
                    await asyncio.sleep(CHECKS_EVERY)
        finally:
            session.abort()

    async def _look(self, connection: PoolConnection) -> None:
        wanted = {each.service_id: each for each in await mailbox.to_read(connection)}
        await self._end([
            service_id
            for service_id, (updated_at, task) in self._watched.items()
            if task.done() or service_id not in wanted or wanted[service_id].updated_at != updated_at
        ])  # fmt: skip
        for service_id, each in wanted.items():
            if service_id not in self._watched:
                task = asyncio.create_task(self._watch(each), name=f"mailbox {service_id}")
                self._watched[service_id] = each.updated_at, task

    async def _end(self, service_ids: list[UUID]) -> None:
        tasks = [self._watched.pop(service_id)[1] for service_id in service_ids]
        for task, outcome in zip(tasks, await end(tasks, LEFT_WITHIN), strict=True):
            if isinstance(outcome, Exception):
                log.error("%s ended in a fault of ours and is begun anew", task.get_name(), exc_info=outcome)

    async def _watch(self, settings: MailboxToRead) -> None:
        """Read one mailbox for ever; what fails is shown at the service."""
        about(service_id=settings.service_id)
        pause = FIRST_PAUSE
        while True:
            try:
                async for _ in self.readings(settings):
                    pause = FIRST_PAUSE
            except (MailboxError, SealBrokenError) as error:
                log.info("mailbox of service %s: %s", settings.service_id, error)
                await self._note(settings.service_id, str(error))
            except UNREACHABLE as error:
                log.warning("mailbox of service %s: the database is away: %s", settings.service_id, error)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _read(self, session: MailboxSession, settings: MailboxToRead, folders: list[str]) -> int:
        """Everything that is new in these folders; how many mails."""
        count = 0
        async with self._pool.acquire() as connection:
            known = await mailbox.places(connection, settings.service_id)
        for folder in folders:
            since = (datetime.now(UTC) - READ_BACK).date()
            arrivals = session.news(folder, known.get(folder), since, marks_read=settings.marks_read)
            while (arrived := await self._in_thread(next, arrivals, None)) is not None:
                await self._take(settings, arrived)
                count += bool(arrived.raw)
                if settings.marks_read and arrived.raw:
                    await self._in_thread(session.mark_read, arrived.place.last_uid)
        async with self._pool.acquire() as connection:
            await mailbox.note_checked(connection, settings.service_id)
        return count

    async def _take(self, settings: MailboxToRead, arrived: Arrived) -> None:
        """Keep what a mail says, and that it was read, in one transaction."""
        async with self._pool.acquire() as connection:
            taken = await self._inbox.understand(connection, arrived.raw, (), settings.service_id)

            async def remember() -> None:
                matched = taken.matched_by is not None
                await mailbox.remember(
                    connection, settings.service_id, arrived.place, read=bool(arrived.raw), matched=matched
                )

            await self._inbox.keep(connection, taken, remember)

    async def _note(self, service_id: UUID, error: str) -> None:
        try:
            async with self._pool.acquire() as connection:
                await mailbox.note_failed(connection, service_id, error)
        except UNREACHABLE as away:
            log.warning("mailbox of service %s: its failure could not be noted: %s", service_id, away)

    async def _in_thread(self, function: Callable[..., T], *values: object) -> T:
        """Run what blocks; cancelled, it goes on by itself until its connection is aborted."""
        return await asyncio.get_running_loop().run_in_executor(self._threads, function, *values)
