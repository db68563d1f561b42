"""What becomes of a mail that came in: found out which mail of ours it is about, and written as an event of that.

Twice is once: an event is named by the Message-ID of the mail that told it. Nothing of a body is kept.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

import asyncpg
from pydantic import JsonValue

from contracts.event import EventKind, NewEvent
from contracts.evidence import SentMail
from contracts.inbound import Failure, Reading
from database.connect import PoolConnection
from database.queries import event, evidence, inbound
from database.queries.inbound import MailMeant
from mail.inbound.letter import ADDRESS
from mail.inbound.reader import read
from mail.return_path import ReturnPaths

log = logging.getLogger(__name__)

MOST_BYTES = 524_288
"""Of a mail that are read. What matters stands at its beginning; the rest is somebody's attachment."""
OWN_ID = re.compile(r"<[0-9a-f]{32}\.[1-9][0-9]{0,8}@[!-;=?-~]{1,255}>")
CLOCK_SLACK = timedelta(days=1)
"""A mail that is older than what it answers, by more than this, has a wrong clock."""
MAY_NAME_ADDRESS = frozenset({"hard_bounce", "soft_bounce", "delayed", "complaint", "auto_reply"})
"""Kinds that may be matched by the address they name, where they name no mail: it takes no new opinion of a person."""
LEFT_UNKNOWN = frozenset({"unknown", "pending"})
"""What is known of a mail before somebody answers it: that it left is news."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a mail that came in."""

    reading: Reading
    event: NewEvent | None = None
    matched_by: str | None = None
    """Empty: it is about no mail of ours, and was dropped."""
    dropped: str | None = None
    """Why nothing was written."""


class Inbox:
    """Takes mails, however they come. Raises what the database raises: then the mail must be given again.

    `tell` tells a task that its ledger has changed; it may fail, then the task sees for itself in time.
    `events_recorded` hears of tasks with news that are committed, and returns at once.
    """

    def __init__(
        self,
        pool: "asyncpg.Pool[asyncpg.Record]",
        return_paths: ReturnPaths,
        tell: Callable[[UUID], Awaitable[None]],
        events_recorded: Callable[[Sequence[UUID]], None],
    ) -> None:
        self._pool = pool
        self._return_paths = return_paths
        self._tell = tell
        self._events_recorded = events_recorded

    async def take(self, raw: bytes, envelope: Iterable[str] = ()) -> Taken:
        """Read one mail and write what it says."""
        async with self._pool.acquire() as connection:
            taken = await self.understand(connection, raw, envelope)
            await self.keep(connection, taken)
        return taken

    async def keep(
        self, connection: PoolConnection, taken: Taken, remember: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        """Write what a mail said, and in the same transaction that it was read; then tell of it if it was new.

        What the database cannot hold is left out: the mail would come again for ever.
        """
        new = 0
        try:
            async with connection.transaction():
                if taken.event is not None:
                    new = await event.record(connection, [taken.event])
                if remember is not None:
                    await remember()
        except asyncpg.DataError:
            log.exception("what mail %s said cannot be kept", taken.reading.digest)
            if remember is not None:
                await remember()
        else:
            if new and taken.event is not None:
                self._events_recorded([taken.event.task_id])

    async def understand(
        self, connection: PoolConnection, raw: bytes, envelope: Iterable[str] = (), service_id: UUID | None = None
    ) -> Taken:
        """The event that a mail makes, for the caller to write. That ours left, if that was not known, is written."""
        now = await inbound.now(connection)
        reading = await self._read(raw[:MOST_BYTES], now, envelope)
        if reading.kind == "other":
            return Taken(reading, dropped=reading.dropped)
        if reading.message_id and await self._by_ids(connection, [reading.message_id]):
            return Taken(reading, dropped="a copy of a mail of ours")
        meant, how = await self._meant(connection, reading, service_id)
        if meant is None:
            return Taken(reading, dropped="names no mail of ours")
        if reading.kind in {"reply", "auto_reply", "challenge"} and await self._is_own(connection, meant, reading):
            return Taken(reading, dropped="from an address of ours")
        meant = await self._known_as_sent(connection, meant, reading)
        made = _event(reading, meant, how)
        return Taken(reading, made, how, None if made else "nothing is lost yet")

    async def _read(self, raw: bytes, now: datetime, envelope: Iterable[str]) -> Reading:
        try:
            return await asyncio.to_thread(read, raw, now, list(envelope))
        except Exception:  # what the reader fails at would come again for ever, and hold up all after it
            digest = sha256(raw).hexdigest()
            log.exception("mail %s cannot be read, which is a fault of ours", digest)
            return Reading("other", digest, dropped="cannot be read")

    async def _meant(
        self, connection: PoolConnection, reading: Reading, service_id: UUID | None
    ) -> tuple[MailMeant | None, str]:
        """The mail that is meant, and how it was found: by return path, Message-ID, or at last by an address."""
        for address in reading.addressed:
            if named := self._return_paths.mail_of(address):
                return await inbound.find_by_key(connection, *named), "return_path"
        if meant := await self._by_ids(connection, [each.message_id for each in reading.references]):
            return meant, "message_id"
        named_addresses = _addresses_named(reading)
        pool_id = await inbound.pool_of(connection, service_id, reading.addressed) if named_addresses else None
        if pool_id is None:
            return None, ""
        return await inbound.find_by_address(connection, pool_id, named_addresses), "address"

    async def _by_ids(self, connection: PoolConnection, message_ids: Sequence[str]) -> MailMeant | None:
        ours = [low for each in message_ids if OWN_ID.fullmatch(low := each.lower())]
        return await inbound.find(connection, ours) if ours else None

    async def _is_own(self, connection: PoolConnection, meant: MailMeant, reading: Reading) -> bool:
        sender = reading.sender
        return bool(sender and sender.isprintable()) and await inbound.is_own_address(connection, meant, sender or "")

    async def _known_as_sent(self, connection: PoolConnection, meant: MailMeant, reading: Reading) -> MailMeant:
        """Who answers a mail, or returns it, has had it: it is sent, whatever the ledger thought."""
        if meant.status not in LEFT_UNKNOWN:
            return meant
        message_id = meant.message_id or next(
            (each.message_id for each in reading.references if meant.task_id.hex in each.message_id), None
        )
        if message_id is None:
            return meant
        seen = SentMail(message_id, meant.email if meant.message_id else _recipient(reading))
        for task_id, verdict in await evidence.resolve(connection, [seen]):
            if verdict == "sent" and task_id is not None:
                await self._tell(task_id)
        return await self._by_ids(connection, [message_id]) or meant


def _recipient(reading: Reading) -> str | None:
    named = {failure.recipient for failure in reading.failures if failure.recipient}
    return named.pop() if len(named) == 1 else None


def _addresses_named(reading: Reading) -> list[str]:
    """Whom a mail that names none of ours is about, if it may be matched so."""
    if reading.kind not in MAY_NAME_ADDRESS or not (reading.by_system or reading.kind == "auto_reply"):
        return []
    named = [reading.sender or ""] if reading.kind == "auto_reply" else [each.recipient for each in reading.failures]
    return [address.lower() for address in named if address and address.isprintable()]


def _event(reading: Reading, meant: MailMeant, how: str) -> NewEvent | None:
    """What is written of it; None: a delay, after which nothing is lost yet."""
    detail: dict[str, JsonValue] = {"matchedBy": how}
    kind: EventKind
    match reading.kind:
        case "hard_bounce" | "soft_bounce" | "delayed":
            failure = _failure(reading, meant)
            if failure.delayed:
                return None
            kind = "hard_bounce" if failure.hard else "soft_bounce"
            detail |= _said(failure, meant)
        case "complaint":
            kind = "complaint"
        case "auto_reply" | "challenge":
            kind = "auto_reply"
            if reading.away_until:
                detail["awayUntil"] = reading.away_until.isoformat()
            if reading.kind == "challenge":
                detail["challenge"] = True
        case _:
            kind = "reply"
    if kind == "reply" and reading.sender != meant.email.lower():
        detail["fromOther"] = True
    occurred_at = reading.date
    if occurred_at and meant.sent_at and occurred_at < meant.sent_at - CLOCK_SLACK:
        occurred_at = None
    return NewEvent(
        task_id=meant.task_id, seq=meant.seq, kind=kind, key=_key(reading), occurred_at=occurred_at, detail=detail
    )


def _failure(reading: Reading, meant: MailMeant) -> Failure:
    """What the report says of our recipient. Of several others, none is ours for certain: then it is soft."""
    ours = [each for each in reading.failures if each.recipient == meant.email.lower()]
    if ours or len(reading.failures) == 1:
        return (ours or reading.failures)[0]
    gravest = sorted(reading.failures, key=lambda each: (each.delayed, not each.hard))[0]
    return Failure(gravest.recipient, gravest.delayed, hard=False, reason=gravest.reason, text=gravest.text)


def _said(failure: Failure, meant: MailMeant) -> dict[str, JsonValue]:
    """Why it failed, without anybody's address: a person may be erased, the log stays."""
    text = ADDRESS.sub("…", failure.text)
    said: dict[str, JsonValue] = {"reason": failure.reason, "text": text}
    if failure.status:
        said["status"] = failure.status
    if failure.recipient and failure.recipient != meant.email.lower():
        said["forwarded"] = True
    return said


def _key(reading: Reading) -> str:
    named = reading.message_id
    return f"inbound:{named if named and len(named) <= 250 and named.isprintable() else reading.digest}"
