"""Mailboxes of services: set up, shown, tried, taken away."""

import asyncio
import time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.api_key import KeyHolder
from api.operations.host import HostRefusedError, check_addresses, check_name
from api.problems import invalid, owned
from api.schemas.mailbox import MailboxIn, MailboxOut
from api.schemas.service import ServiceTestOut
from database.connect import transaction
from database.queries import mailbox, service
from mail.imap import MailboxError, MailboxSession
from runtime.mailbox_login import mailbox_seal, open_session
from runtime.resources import Resources


async def read_mailbox(connection: AsyncConnection, caller: KeyHolder, service_id: UUID) -> MailboxOut:
    """The mailbox of one of the caller's services."""
    row = owned(await mailbox.get(connection, caller.user_id, service_id), "mailbox of a service", service_id)
    return MailboxOut.model_validate(dict(row))


async def put_mailbox(resources: Resources, caller: KeyHolder, service_id: UUID, order: MailboxIn) -> MailboxOut:
    """Set up a service's mailbox, or change it: how far it was read stays known."""
    check_name(order.host, allow_private=resources.settings.smtp.allow_private_hosts)
    sealed = None if order.password is None else resources.seal.seal(order.password, mailbox_seal(service_id))
    async with transaction(resources.engine) as connection:
        owner = owned(await service.lock(connection, caller.user_id, service_id), "service", service_id)
        if order.username is None and owner["username"] is None:
            raise invalid("#/username", "is missing: the service has no login that could be used")
        values = order.model_dump(exclude={"password"}) | {"id": service_id, "password_sealed": sealed}
        await mailbox.put(connection, values)
        return await read_mailbox(connection, caller, service_id)


async def delete_mailbox(resources: Resources, caller: KeyHolder, service_id: UUID) -> None:
    """Read it no more."""
    async with transaction(resources.engine) as connection:
        await read_mailbox(connection, caller, service_id)
        await mailbox.delete(connection, caller.user_id, service_id)


async def try_mailbox(resources: Resources, caller: KeyHolder, service_id: UUID) -> ServiceTestOut:
    """Log in and look for folders. What fails is the answer, not an error."""
    async with transaction(resources.engine) as connection:
        await read_mailbox(connection, caller, service_id)
    async with resources.ledger_pool.acquire() as bare:
        settings = (await mailbox.to_read(bare, service_id))[0]
    started = time.monotonic()
    try:
        await check_addresses(settings.host, settings.port, allow_private=resources.settings.smtp.allow_private_hosts)
        folders = await asyncio.to_thread(_look, open_session(resources, settings))
        reason, detail = None, f"{settings.host}:{settings.port}: logged in; read are {', '.join(folders)}."
    except HostRefusedError as error:
        reason, detail = "host_refused", str(error)
    except MailboxError as error:
        reason, detail = error.reason, str(error)
    spent = round((time.monotonic() - started) * 1000)
    return ServiceTestOut(ok=reason is None, reason=reason, detail=detail, milliseconds=spent)


def _look(session: MailboxSession) -> list[str]:
    try:
        session.open()
        return session.folders()
    finally:
        session.close()
