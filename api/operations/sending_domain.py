"""Sending domains: a key pair is made, what to publish is said, and what is published is checked."""

import asyncio
from dataclasses import asdict
from uuid import UUID, uuid4

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.address import checked_domain
from api.operations.api_key import KeyHolder
from api.problems import ConflictError, FieldError, owned
from api.schemas.sending_domain import SendingDomainIn, SendingDomainOut
from contracts.finding import Finding, worded
from database.connect import autocommit, transaction
from database.queries import sending_domain
from mail.dkim import new_private_key, public_record
from mail.dns_lookup import DnsLookup, DnsUnavailableError
from mail.dns_records import records
from mail.domain_check import KeyState, SigningKey, check_domain
from mail.domain_texts import DOMAIN
from runtime.resources import Resources


async def create_domain(
    connection: AsyncConnection, resources: Resources, caller: KeyHolder, order: SendingDomainIn
) -> SendingDomainOut:
    """Make a key pair for a domain. Nothing is signed before the key is found published."""
    domain, domain_id = checked_domain("#/domain", order.domain), uuid4()
    private_key = await asyncio.to_thread(new_private_key, order.algorithm)
    values = {
        "id": domain_id, "user_id": caller.user_id, "domain": domain, "selector": order.selector,
        "algorithm": order.algorithm, "private_key_sealed": resources.seal.seal(private_key, domain_id),
        "public_record": public_record(private_key),
    }  # fmt: skip
    if not await sending_domain.insert(connection, values):
        text = f"You have a key of {domain} with the selector {order.selector!r} already"
        raise ConflictError(f"{text}.", [FieldError("#/selector", text)])
    return await read_domain(connection, caller, domain_id)


async def read_domain(connection: AsyncConnection, caller: KeyHolder, domain_id: UUID) -> SendingDomainOut:
    """One of the caller's domains."""
    return shown(await _find(connection, caller, domain_id))


async def set_status(connection: AsyncConnection, caller: KeyHolder, domain_id: UUID, status: str) -> SendingDomainOut:
    """Sign with a key, or no longer; workers follow within a minute."""
    await sending_domain.set_status(connection, caller.user_id, domain_id, status)
    return await read_domain(connection, caller, domain_id)


async def delete_domain(connection: AsyncConnection, caller: KeyHolder, domain_id: UUID) -> None:
    """Forget a domain and its key; mails on their way are signed for another minute."""
    owned(await sending_domain.delete(connection, caller.user_id, domain_id), "sending domain", domain_id)


async def check(resources: Resources, caller: KeyHolder, domain_id: UUID) -> SendingDomainOut:
    """Ask the DNS, outside of any transaction, and keep what was found."""
    async with autocommit(resources.engine) as connection:
        row = await _find(connection, caller, domain_id)
    state, findings = await _checked(resources, row)
    dumped = [finding.model_dump(mode="json") for finding in findings]
    async with transaction(resources.engine) as connection:
        await sending_domain.keep_check(connection, caller.user_id, domain_id, state, dumped)
        return await read_domain(connection, caller, domain_id)


async def _checked(resources: Resources, row: RowMapping) -> tuple[KeyState, list[Finding]]:
    key = SigningKey(row["selector"], row["public_record"])
    try:
        dns = DnsLookup(resources.settings.dns.nameservers())
    except DnsUnavailableError as error:
        return "unknown", [worded(DOMAIN, "dns_unavailable", problem=str(error))]
    checked = await check_domain(row["domain"], dns, [key], row["hosts"])
    return checked.keys[key.selector], checked.findings


def shown(row: RowMapping) -> SendingDomainOut:
    """A domain as the API gives it, with what to publish."""
    wanted = records(row["domain"], row["selector"], row["public_record"], row["hosts"])
    published = [asdict(record) | {"zone_line": record.zone_line} for record in wanted]
    return SendingDomainOut.model_validate(dict(row) | {"records": published})


async def _find(connection: AsyncConnection, caller: KeyHolder, domain_id: UUID) -> RowMapping:
    return owned(await sending_domain.get(connection, caller.user_id, domain_id), "sending domain", domain_id)
