"""The process that takes in mail: a receiver for bounces and replies, and the reading of mailboxes.

`python -m runtime.receive`, settings from the environment. Several may run: each may receive, one reads mailboxes.
"""

import asyncio
import logging
import platform
from functools import partial

import asyncpg
import uvloop

from contracts.about import concerning
from contracts.inbound import Reading
from database.errors import UNREACHABLE
from database.queries import inbound
from mail.receiver import Limits, Receiver, TryLaterError
from runtime.ending import ending
from runtime.inbox import Inbox, Taken
from runtime.logs import cannot_start, configure_logs
from runtime.mailbox_login import open_session
from runtime.mailboxes import Mailboxes
from runtime.orders import gently
from runtime.resources import Resources, open_resources
from runtime.serving import beside, on_leave
from runtime.settings import SettingsError, load_settings

log = logging.getLogger("receive")


class Door:
    """What the receiver asks and gives: whether a domain is ours, and the mails for it."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", inbox: Inbox) -> None:
        self._pool = pool
        self._inbox = inbox

    async def accepts(self, address: str) -> bool:
        """Whether a service has an address in the domain of this one."""
        domain = address.rpartition("@")[2].lower()
        if not domain.isprintable():
            return False
        try:
            async with self._pool.acquire() as connection:
                return await inbound.takes_domain(connection, domain)
        except UNREACHABLE as error:
            log.warning("a mail is sent away for now: %s", error)
            raise TryLaterError("the database is away, try again later") from error

    async def take(self, raw: bytes, recipients: list[str]) -> None:
        """Write what a mail says; afterwards it is nobody's any more."""
        try:
            taken = await self._inbox.take(raw, recipients)
        except UNREACHABLE as error:
            log.warning("a mail is sent away for now: %s", error)
            raise TryLaterError("the database is away, try again later") from error
        event = taken.event
        with concerning(**({"task_id": event.task_id, "seq": event.seq} if event else {})):
            log.info("%s", told(taken))


def told(taken: Taken) -> str:
    """One line about a mail that came in, without anybody's address."""
    reading: Reading = taken.reading
    what = f"{taken.event.kind} of mail {taken.event.seq} of task {taken.event.task_id}" if taken.event else "dropped"
    return f"{reading.kind} {reading.message_id or reading.digest[:16]}: {what} ({taken.matched_by or taken.dropped})"


def make_inbox(resources: Resources) -> Inbox:
    """An inbox that tells tasks and webhooks of what it found, as far as Temporal is there."""
    tell, news = gently(resources.orders.ledger_changed), resources.webhook_wakes.events_recorded
    return Inbox(resources.ledger_pool, resources.return_paths, tell, news)


async def run(resources: Resources, stop: asyncio.Event) -> None:
    """Serve until `stop` is set."""
    settings, inbox = resources.settings.inbound, make_inbox(resources)
    door = Door(resources.ledger_pool, inbox)
    limits = Limits(mail_bytes=settings.max_mail_bytes, connections=settings.max_connections)
    receiver = Receiver(door.take, door.accepts, settings.name or platform.node(), limits)
    mailboxes = Mailboxes(resources.ledger_pool, inbox, partial(open_session, resources))
    async with beside(mailboxes.keep()):
        try:
            if settings.port is not None:
                port = await receiver.listen(settings.host, settings.port)
                log.info("ready: mail is taken at %s:%d", settings.host, port)
            else:
                log.info("ready: mailboxes are read; TEMPOST_INBOUND__PORT opens a receiver")
            await stop.wait()
        finally:
            await receiver.close()


async def main() -> None:
    """Open everything and run until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    on_leave(stop.set)
    settings = load_settings()
    configure_logs(settings.logs.shape)
    async with open_resources(settings) as resources:
        await run(resources, stop)


if __name__ == "__main__":
    with ending():
        try:
            uvloop.run(main())
        except SettingsError as error:
            cannot_start("The receiver", error)
