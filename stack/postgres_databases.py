"""Databases on a server: made, dropped, copied from a template. Works on any server whose URL may create them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

import asyncpg


def database_url(server_url: str, name: str) -> str:
    """Return the URL of another database on the same server."""
    return urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))


async def create_database(server_url: str, name: str, *, template: str | None = None) -> str:
    """Make a database, empty or a copy of a template that nobody is connected to; return its URL.

    One that exists is left as it is, so this is safe to repeat.
    """
    async with _connected(server_url) as connection:
        source = f" TEMPLATE {_quoted(template)}" if template else ""
        with suppress(asyncpg.DuplicateDatabaseError):
            await connection.execute(f"CREATE DATABASE {_quoted(name)}{source}")
    return database_url(server_url, name)


async def drop_database(server_url: str, name: str) -> None:
    """Remove a database with all in it, ending its connections. One that is gone is no error."""
    async with _connected(server_url) as connection:
        await connection.execute(f"DROP DATABASE IF EXISTS {_quoted(name)} WITH (FORCE)")


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@asynccontextmanager
async def _connected(server_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(server_url)
    try:
        yield connection
    finally:
        await connection.close()
