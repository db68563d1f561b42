"""Ways to reach PostgreSQL: an SQLAlchemy engine for most, a bare asyncpg pool for the ledger's hot path."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg
from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

PoolConnection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Row = asyncpg.Record

IN_MEMORY = text("SELECT set_config('work_mem', '64MB', true)")


def sqlalchemy_url(url: str) -> str:
    """Name the asyncpg driver in a plain `postgresql://` URL, and call `sslmode` as SQLAlchemy hands it on."""
    parts = make_url(url).set(drivername="postgresql+asyncpg")
    query = {"ssl" if name == "sslmode" else name: value for name, value in parts.query.items()}
    return parts.set(query=query).render_as_string(hide_password=False)


def asyncpg_url(url: str) -> str:
    """Drop the driver's name, which asyncpg does not know."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def create_engine(url: str, size: int = 10) -> AsyncEngine:
    """Engine for a process; a connection that died with its server is noticed before it is used.

    It opens at most twice `size` connections, when they are needed, and keeps them: an overflow would be closed at each
    return, and to open one costs the server a process. Errors show no parameters: they would bring addresses into logs.
    """
    engine = create_async_engine(sqlalchemy_url(url), pool_size=2 * size, max_overflow=0, hide_parameters=True)
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(_: DBAPIConnection, entry: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
    """Let a connection whose end the event loop has seen be replaced, as asyncpg's own pool does.

    `pool_pre_ping` asks the server instead: three calls before each use, and no wiser about a server that dies next.
    """
    if entry.driver_connection is not None and entry.driver_connection.is_closed():
        raise DisconnectionError("the server has closed this connection")


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction: committed when the block ends, rolled back when it raises."""
    async with engine.begin() as connection:
        yield connection


@asynccontextmanager
async def autocommit(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """A connection whose statements stand for themselves, at two calls less than a transaction.

    For reads: in PostgreSQL's READ COMMITTED, each statement of a transaction sees what is newest too.
    """
    async with engine.connect() as connection:
        yield await connection.execution_options(isolation_level="AUTOCOMMIT")


@asynccontextmanager
async def analysis(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction for reads that go over a million rows: their sorts and hashes stay in memory.

    With the server's usual 4 MB, half of such a read is writing to temporary files.
    """
    async with engine.begin() as connection:
        await connection.execute(IN_MEMORY)
        yield connection


async def create_pool(url: str, size: int = 10) -> asyncpg.Pool:
    """Bare connections whose `jsonb` values are Python objects. Starts empty: the server may be down at start-up.

    What a user of a connection sets, it resets: clearing all at every return would be one more call per call.
    """
    return await asyncpg.create_pool(asyncpg_url(url), min_size=0, max_size=size, init=_decode_json, reset=_keep)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connection]:
    """One bare connection, for a command that asks once."""
    connection = await asyncpg.connect(asyncpg_url(url), timeout=10)
    try:
        yield connection
    finally:
        await connection.close()


async def _keep(_: asyncpg.Connection) -> None:
    """Leave a connection that comes back as it is."""


async def _decode_json(connection: asyncpg.Connection) -> None:
    await connection.set_type_codec("jsonb", encoder=json.dumps, decoder=json.loads, schema="pg_catalog")
