"""Ways in which a PostgreSQL server of ours cannot be used for a while, each for as long as its block runs.

They are given the URL of a database nobody else uses, such as `postgres`, since the others may be out of reach.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import asyncpg

END_OTHERS = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()"
LONGEST_DELAY = 100_000
"""Microseconds: the most that the server takes."""
WRITE_LOG = "SELECT pg_logical_emit_message(true, 'fill', repeat('x', 1000000), true)"
FALLEN_WITHIN = 30.0
ROUNDS = 3
"""Who lost a connection may have a new one before all places are taken, and loses that one too."""


@asynccontextmanager
async def closed(server_url: str, database: str) -> AsyncIterator[None]:
    """End all connections of a database and refuse new ones."""
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS false')
        await connection.execute(END_OTHERS, database)
        yield
    finally:
        await connection.execute(f'ALTER DATABASE "{database}" ALLOW_CONNECTIONS true')
        await connection.close()


@asynccontextmanager
async def crowded(server_url: str, database: str) -> AsyncIterator[None]:
    """End all connections of a database and take every place on the server before others do."""
    async with AsyncExitStack() as held:
        connection = await asyncpg.connect(server_url)
        held.push_async_callback(connection.close)
        for _ in range(ROUNDS):
            await connection.execute(END_OTHERS, database)
            await _take_all(held, server_url)
        yield


async def _take_all(held: AsyncExitStack, server_url: str) -> None:
    while True:
        try:
            connection = await asyncpg.connect(server_url)
        except asyncpg.TooManyConnectionsError:
            return
        held.push_async_callback(connection.close)


@asynccontextmanager
async def slow_commits(server_url: str) -> AsyncIterator[None]:
    """Have every commit wait for company that does not come."""
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f"ALTER SYSTEM SET commit_delay = {LONGEST_DELAY}")
        await connection.execute("ALTER SYSTEM SET commit_siblings = 0")
        await connection.execute("SELECT pg_reload_conf()")
        yield
    finally:
        await connection.execute("ALTER SYSTEM RESET commit_delay")
        await connection.execute("ALTER SYSTEM RESET commit_siblings")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.close()


async def write_until_fallen(server_url: str) -> None:
    """Write to the log of a server whose disk is full until it panics: what it has set aside is used up first.

    Raises `TimeoutError` when it does not.
    """
    connection = None
    try:
        async with asyncio.timeout(FALLEN_WITHIN):
            connection = await asyncpg.connect(server_url)
            while True:
                await connection.execute(WRITE_LOG)
    except TimeoutError:
        raise
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        return
    finally:
        if connection is not None:
            connection.terminate()
