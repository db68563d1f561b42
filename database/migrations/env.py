"""Runs migrations over asyncpg, one process at a time."""

import asyncio
import re

from alembic import context
from sqlalchemy import Connection, pool, text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlmodel import SQLModel

import database.tables.all  # noqa: F401 (fills the metadata)

LOCK = 0x74656D706F7374
"""Advisory lock: two processes that start together do not migrate together."""


PARTITION = re.compile(r"_p\d{6}$")
"""Of a table of metrics: made by month, so no code names it."""


def is_ours(name: str | None, kind: str, parents: object) -> bool:
    """Leave partitions out where the schema is compared with the code."""
    return kind != "table" or name is None or not PARTITION.search(name)


def run(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=SQLModel.metadata, transaction_per_migration=False, include_name=is_ours
    )
    with context.begin_transaction():
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": LOCK})
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        context.run_migrations()


async def main() -> None:
    engine = create_async_engine(context.config.get_main_option("sqlalchemy.url") or "", poolclass=pool.NullPool)
    async with engine.begin() as connection:
        await connection.run_sync(run)
    await engine.dispose()


asyncio.run(main())
