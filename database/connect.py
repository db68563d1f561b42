"""Ways to reach PostgreSQL: an SQLAlchemy engine for most, a bare asyncpg pool for the ledger's hot path."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

PoolConnection: TypeAlias = "asyncpg.pool.PoolConnectionProxy[asyncpg.Record]"
Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Row = asyncpg.Record


def sqlalchemy_url(url: str) -> str:
    """Name the asyncpg driver in a plain `postgresql://` URL."""
    return make_url(url).set(drivername="postgresql+asyncpg").render_as_string(hide_password=False)


def asyncpg_url(url: str) -> str:
    """Drop the driver's name, which asyncpg does not know."""
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)


def create_engine(url: str, size: int = 10) -> AsyncEngine:
    """Engine for a process; a connection that died with its server is noticed before it is used.

    Errors do not show parameters: they would bring addresses into the logs.
    """
    return create_async_engine(
        sqlalchemy_url(url), pool_size=size, max_overflow=size, pool_pre_ping=True, hide_parameters=True
    )


@asynccontextmanager
async def transaction(engine: AsyncEngine) -> AsyncIterator[AsyncConnection]:
    """One transaction: committed when the block ends, rolled back when it raises."""
    async with engine.begin() as connection:
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
