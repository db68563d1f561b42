"""The clock by which the ledger's rules are judged."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from database.connect import Connection

SCHEMA_KEPT = "SELECT to_regclass('alembic_version') IS NOT NULL"
SCHEMA = "SELECT version_num FROM alembic_version"
SET_GUARD_CLOCK = text("UPDATE guard_clock SET ahead = :ahead")


async def set_guard_clock(connection: AsyncConnection, ahead: timedelta) -> None:
    """Let the guard's clock run ahead of the database's: for whoever lives through days in minutes, on a local stack.

    Workers notice within seconds, allocators at their next reading.
    """
    await connection.execute(SET_GUARD_CLOCK, {"ahead": ahead})


async def schema_version(connection: Connection) -> str | None:
    """The newest migration that has run; None on a database that is not Tempost's."""
    if not await connection.fetchval(SCHEMA_KEPT):
        return None
    version: str | None = await connection.fetchval(SCHEMA)
    return version
