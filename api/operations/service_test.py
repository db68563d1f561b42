"""Trying a service: a real connection with its real login, and no mail."""

import platform
import time
from uuid import UUID

from api.operations.api_key import KeyHolder
from api.operations.host import HostRefusedError, check_addresses
from api.problems import owned
from api.schemas.service import ServiceTestOut
from database.connect import transaction
from database.queries import service
from mail.errors import ServiceFaultError
from mail.smtp import SmtpTransport
from mail.transport import Account, Timeouts
from runtime.resources import Resources


async def try_service(resources: Resources, caller: KeyHolder, service_id: UUID) -> ServiceTestOut:
    """Connect, encrypt and log in, then leave. What fails is the answer, not an error."""
    account = await _account(resources, caller, service_id)
    started = time.monotonic()
    reason, detail = await _attempt(resources, account)
    spent = round((time.monotonic() - started) * 1000)
    return ServiceTestOut(ok=reason is None, reason=reason, detail=detail, milliseconds=spent)


async def _attempt(resources: Resources, account: Account) -> tuple[str | None, str]:
    settings = resources.settings.smtp
    timeouts = Timeouts(connect=settings.connect_timeout, command=settings.command_timeout)
    connection = SmtpTransport(account, timeouts, resources.tls, settings.local_hostname or platform.node())
    try:
        await check_addresses(account.host, account.port, allow_private=settings.allow_private_hosts)
        await connection.open()
    except HostRefusedError as error:
        return "host_refused", str(error)
    except ServiceFaultError as error:
        return error.reason, error.text
    await connection.quit()
    how = "logged in" if account.username else "without a login"
    return None, f"{account.place}: connected, {how}."


async def _account(resources: Resources, caller: KeyHolder, service_id: UUID) -> Account:
    async with transaction(resources.engine) as connection:
        row = owned(await service.lock(connection, caller.user_id, service_id), "service", service_id)
    sealed = row["password_sealed"]
    password = None if sealed is None else resources.seal.open(sealed, service_id)
    return Account(row["host"], row["port"], row["security"], row["username"], password)
