"""Locks that live as long as a connection: for work that only one process does at a time."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import asyncpg

from database.connect import PoolConnection
from database.errors import UNREACHABLE


@asynccontextmanager
async def advisory_lock(connection: PoolConnection, name: str) -> AsyncIterator[bool]:
    """Whether the lock is ours, without waiting for it. It ends with the block, or with the connection.

    That a connection is gone is told by whoever uses it: told here, it would take the place of why the block ended, and
    who was cancelled would not hear of it.
    """
    key = int.from_bytes(hashlib.sha256(f"tempost:{name}".encode()).digest()[:8], "big", signed=True)
    try:
        yield await connection.fetchval("SELECT pg_try_advisory_lock($1)", key)
    finally:
        try:  # all: who is interrupted while it asks does not know what it got
            await connection.execute("SELECT pg_advisory_unlock_all()")
        except BaseException as error:
            with suppress(asyncpg.InterfaceError):  # it has gone already
                connection.terminate()  # no lock outlives its connection
            if not isinstance(error, UNREACHABLE):
                raise
