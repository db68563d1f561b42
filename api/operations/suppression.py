"""Suppressions: addresses that are never written to."""

from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.address import checked, checked_one
from api.operations.api_key import KeyHolder
from api.problems import NotFoundError, invalid
from api.schemas.contact import SuppressionsIn, SuppressionsOut
from database.queries import suppression
from mail.address import address_key


async def suppress(connection: AsyncConnection, caller: KeyHolder, order: SuppressionsIn) -> SuppressionsOut:
    """Suppress one address or many; mails to them that have not gone out yet never will."""
    pairs = [("#/email", order.email)] if order.email is not None else []
    pairs += [(f"#/emails/{place}", email) for place, email in enumerate(order.emails)]
    if not pairs:
        raise invalid("#/email", "give `email`, or `emails`")
    keys = sorted({address_key(address) for address in checked(pairs)})
    added = await suppression.suppress(connection, caller.user_id, keys, order.reason)
    return SuppressionsOut(received=len(pairs), added=added)


async def allow(connection: AsyncConnection, caller: KeyHolder, email: str) -> None:
    """Let an address be written to again."""
    key = address_key(checked_one("path/email", email))
    if not await suppression.allow(connection, caller.user_id, key):
        raise NotFoundError(f"{key} is not suppressed.")
