"""The clock by which the ledger's rules are judged."""

from datetime import timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

SET_GUARD_CLOCK = text("UPDATE guard_clock SET ahead = :ahead")


async def set_guard_clock(connection: AsyncConnection, ahead: timedelta) -> None:
    """Let the guard's clock run ahead of the database's: for whoever lives through days in minutes, on a local stack.

    Workers notice within seconds, allocators at their next reading.
    """
    await connection.execute(SET_GUARD_CLOCK, {"ahead": ahead})
