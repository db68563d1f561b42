"""A task's content, compiled once in a process, and written for one contact at a time."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from activities.letter_content import Content, understand
from content.errors import TemplateError
from database.queries.ledger import ClaimedMail
from database.queries.reservation import Reservation
from database.queries.task_content import task_content
from mail.links import MailLinks
from mail.message import compose
from mail.return_path import ReturnPaths
from mail.tracking import tracked

KEPT = 500
"""Tasks whose content a process keeps compiled."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail as it will go out."""

    sender: str
    recipient: str
    message: bytes


class Letters:
    """Writes mails. A task's content never changes once it has started, so it is read and compiled once."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", links: MailLinks, return_paths: ReturnPaths) -> None:
        self._pool = pool
        self._links = links
        self._return_paths = return_paths
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
            return understand(await task_content(connection, task_id))

    def write(self, task_id: UUID, content: Content, mail: ClaimedMail, service: Reservation) -> Letter:
        """One mail from template, contact and service. Raises `ContentError` or `UnsafeHeaderError`."""
        compiled = content.of(mail)
        if isinstance(compiled, TemplateError):
            raise TemplateError(compiled.part, compiled.line, compiled.message)
        unsubscribe = self._links.link("unsubscribe", task_id, mail.seq)
        rendered = compiled.render({
            **mail.fields,
            "email": mail.email,
            "unsubscribe_url": unsubscribe or "",
            "preferences_url": self._links.link("preferences", task_id, mail.seq) or "",
        })  # fmt: skip
        message = compose(
            message_id=mail.message_id,
            date=datetime.now(UTC),
            from_name=service.from_name,
            from_address=service.from_address,
            to_name=None,
            to_address=mail.email,
            subject=content.subject(mail, rendered.subject),
            text=rendered.text,
            html=self._tracked(task_id, content, mail.seq, rendered.html) if rendered.html else None,
            unsubscribe_url=unsubscribe,
            references=mail.thread.split() if mail.thread else (),
        )
        bounces = service.bounce_address
        sender = self._return_paths.address(bounces, task_id, mail.seq) if bounces else service.from_address
        return Letter(sender, mail.email, message)

    def _tracked(self, task_id: UUID, content: Content, seq: int, html: str) -> str:
        """Let the html tell us of opens and clicks, as far as the task wants to know and we can be reached."""

        def click(number: int, target: str) -> str | None:
            return None if self._links.is_own(target) else self._links.click(task_id, seq, number, target)

        pixel = self._links.link("open", task_id, seq) if content.tracks_opens else None
        return tracked(html, click if content.tracks_clicks else None, pixel)
