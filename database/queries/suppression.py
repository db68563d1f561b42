"""Addresses that a user never writes to again."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

SUPPRESS = text("""
    INSERT INTO suppressions (user_id, email, reason)
    SELECT :user_id, email, :reason FROM unnest(CAST(:emails AS text[])) AS e(email) ORDER BY email
    ON CONFLICT (user_id, email) DO NOTHING
""")
LIST = text("""
    SELECT email, reason, created_at FROM suppressions
    WHERE user_id = :user_id AND email > :after AND (CAST(:email AS text) IS NULL OR email = :email)
    ORDER BY email LIMIT :limit
""")
ALLOW = text("DELETE FROM suppressions WHERE user_id = :user_id AND email = :email")


async def suppress(connection: AsyncConnection, user_id: UUID, emails: Sequence[str], reason: str) -> int:
    """Never mail these addresses (lower case) again for this user; how many are new. Safe to repeat."""
    values = {"user_id": user_id, "emails": list(emails), "reason": reason}
    return (await connection.execute(SUPPRESS, values)).rowcount


async def list_own(
    connection: AsyncConnection, user_id: UUID, email: str | None, after: str, limit: int
) -> list[RowMapping]:
    """The user's suppressions by address, or the one of an address; one more than `limit`."""
    values = {"user_id": user_id, "email": email, "after": after, "limit": limit + 1}
    return list((await connection.execute(LIST, values)).mappings())


async def allow(connection: AsyncConnection, user_id: UUID, email: str) -> bool:
    """Let an address be written to again; whether it was suppressed."""
    return (await connection.execute(ALLOW, {"user_id": user_id, "email": email})).rowcount > 0
