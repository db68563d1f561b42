"""A task's content, compiled once in a process, and written for one contact at a time."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from content.errors import TemplateError
from content.template import CompiledContent, compile_content
from database.queries.ledger import ClaimedMail
from database.queries.reservation import Reservation
from database.queries.task_content import task_content
from mail.message import compose

Content = CompiledContent | TemplateError
"""A task's content, or what is wrong with it: then each of its mails fails with that."""
KEPT = 500
"""Tasks whose content a process keeps compiled."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it will go out."""

    sender: str
    recipient: str
    message: bytes


class Letters:
    """Writes mails. A task's content never changes once it has started, so it is read and compiled once.

    `unsubscribe_link` makes the link for a mail of a task, or None where there are none.
    """

    def __init__(
        self, pool: "asyncpg.Pool[asyncpg.Record]", unsubscribe_link: Callable[[UUID, int], str | None]
    ) -> None:
        self._pool = pool
        self._unsubscribe_link = unsubscribe_link
        self._compiled: dict[UUID, asyncio.Task[Content]] = {}

    async def compiled(self, task_id: UUID) -> Content:
        """The task's content; read before a mail is claimed, so that the wire follows the claim at once."""
        reading = self._compiled.get(task_id)
        if reading is None or (reading.done() and (reading.cancelled() or reading.exception())):
            while len(self._compiled) >= KEPT:
                del self._compiled[next(iter(self._compiled))]
            reading = self._compiled[task_id] = asyncio.create_task(self._read(task_id))
        return reading.result() if reading.done() else await asyncio.shield(reading)

    async def _read(self, task_id: UUID) -> Content:
        async with self._pool.acquire() as connection:
            content = await task_content(connection, task_id)
        try:
            return compile_content(content.subject, content.html, content.text)
        except TemplateError as error:
            return error

    def write(self, task_id: UUID, content: Content, mail: ClaimedMail, service: Reservation) -> Letter:
        """One mail from template, contact and service. Raises `ContentError` or `UnsafeHeaderError`."""
        if isinstance(content, TemplateError):
            raise TemplateError(content.part, content.line, content.message)
        rendered = content.render({**mail.fields, "email": mail.email})
        message = compose(
            message_id=mail.message_id,
            date=datetime.now(UTC),
            from_name=service.from_name,
            from_address=service.from_address,
            to_name=None,
            to_address=mail.email,
            subject=rendered.subject,
            text=rendered.text,
            html=rendered.html,
            unsubscribe_url=self._unsubscribe_link(task_id, mail.seq),
        )
        return Letter(service.from_address, mail.email, message)
