"""Limits per recipient domain: set, changed and deleted by the pool's owner, at once for the mails that wait."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.address import checked_domain
from api.operations.api_key import KeyHolder
from api.operations.pool import find_pool
from api.operations.temporal import tell
from api.problems import ConflictError, FieldError, NotAllowedError, NotFoundError, invalid
from api.schemas.domain_limit import DomainLimitChange, DomainLimitIn, DomainLimitOut
from database.connect import transaction
from database.queries import domain_limit
from runtime.resources import Resources

RELEASED_AT_ONCE = 5_000
"""Mails made ready in one transaction."""


async def owned_pool(connection: AsyncConnection, caller: KeyHolder, name: str | None) -> UUID:
    """Find a pool whose limits the caller may see and set."""
    pool = await find_pool(connection, caller.user_id, name, everyone=caller.admin)
    if pool["user_id"] != caller.user_id and not caller.admin:
        raise NotAllowedError(f"The limits of the pool {pool['name']!r} are its owner's.")
    found: UUID = pool["id"]
    return found


async def create_limit(connection: AsyncConnection, caller: KeyHolder, order: DomainLimitIn) -> DomainLimitOut:
    """Limit a domain; what was learnt of it stays."""
    pool_id = await owned_pool(connection, caller, order.pool)
    domain = checked_domain("#/domain", order.domain)
    rows = await domain_limit.lock(connection, pool_id)
    row = rows.get(domain)
    if row is not None and (row["per_minute"] is not None or row["counted_as"] is not None):
        text = f"{domain} is limited already" + (f": it counts as {row['counted_as']}" if row["counted_as"] else "")
        raise ConflictError(f"{text}.", [FieldError("#/domain", text)])
    also = _also(rows, domain, order.also_counts)
    await domain_limit.put(connection, pool_id, domain, order.per_minute, also)
    return await _read(connection, pool_id, domain)


async def change_limit(
    resources: Resources, caller: KeyHolder, pool: str | None, domain: str, change: DomainLimitChange
) -> tuple[UUID, list[str], DomainLimitOut]:
    """Change a limit; also the pool and the domains whose mails shall be judged by the new one."""
    async with transaction(resources.engine) as connection:
        pool_id, domain, rows = await _locked(connection, caller, pool, domain)
        also = None if change.also_counts is None else _also(rows, domain, change.also_counts)
        await domain_limit.put(connection, pool_id, domain, change.per_minute, also)
        return pool_id, _counted(rows, domain), await _read(connection, pool_id, domain)


async def delete_limit(
    resources: Resources, caller: KeyHolder, pool: str | None, domain: str
) -> tuple[UUID, list[str]]:
    """Limit a domain no longer, and forget what was learnt; the pool and the domains whose mails may go now."""
    async with transaction(resources.engine) as connection:
        pool_id, domain, rows = await _locked(connection, caller, pool, domain)
        await domain_limit.delete(connection, pool_id, domain)
        return pool_id, _counted(rows, domain)


async def release(resources: Resources, pool_id: UUID, domains: Sequence[str]) -> None:
    """Make the mails ready that wait for a turn by an old limit, and tell their tasks. Else they come at their turn."""
    async with transaction(resources.engine) as connection:
        task_ids = await domain_limit.waiting_tasks(connection, pool_id)
    for task_id in task_ids:
        released = RELEASED_AT_ONCE
        while released == RELEASED_AT_ONCE:
            async with transaction(resources.engine) as connection:
                released = await domain_limit.release(connection, task_id, domains, RELEASED_AT_ONCE)
        await tell(resources.orders.ledger_changed(task_id), f"tell task {task_id} that a domain's limit changed")


def _counted(rows: Mapping[str, RowMapping], domain: str) -> list[str]:
    """List a limit's domain and those that count as it."""
    return [domain, *(name for name, row in rows.items() if row["counted_as"] == domain)]


async def _locked(
    connection: AsyncConnection, caller: KeyHolder, pool: str | None, domain: str
) -> tuple[UUID, str, Mapping[str, RowMapping]]:
    pool_id = await owned_pool(connection, caller, pool)
    domain = checked_domain("path/domain", domain)
    rows = await domain_limit.lock(connection, pool_id)
    if domain not in rows or rows[domain]["counted_as"] is not None:
        raise _missing(domain)
    return pool_id, domain, rows


async def _read(connection: AsyncConnection, pool_id: UUID, domain: str) -> DomainLimitOut:
    found = await domain_limit.list_of_pool(connection, pool_id, "", 1, domain)
    if not found:
        raise _missing(domain)
    return DomainLimitOut.model_validate(dict(found[0]))


def _also(rows: Mapping[str, RowMapping], domain: str, named: Sequence[str]) -> list[str]:
    """Check the domains that shall count too: one domain counts once."""
    also = []
    for place, name in enumerate(named):
        pointer = f"#/alsoCounts/{place}"
        other = checked_domain(pointer, name)
        row = rows.get(other)
        if other == domain:
            raise invalid(pointer, f"{other} is the limited domain itself")
        if row is not None and row["counted_as"] not in {None, domain}:
            raise invalid(pointer, f"{other} counts as {row['counted_as']} already")
        if row is not None and row["per_minute"] is not None:
            raise invalid(pointer, f"{other} has a limit of its own: delete that first")
        if any(each["counted_as"] == other for each in rows.values()):
            raise invalid(pointer, f"other domains count as {other}")
        also.append(other)
    return sorted(set(also))


def _missing(domain: str) -> NotFoundError:
    return NotFoundError(f"The pool has no limit for {domain}.")
