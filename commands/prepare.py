"""`tempost prepare`: what an installation needs before its processes start, and again before those of a new version."""

import asyncio
import time
from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.call import CliError, said_plainly
from commands.local import settings
from commands.view import out

if TYPE_CHECKING:
    from runtime.settings import TemporalSettings

PAUSE = 1.0
"""Seconds between two tries."""


def prepare(
    wait: Annotated[float, typer.Option(min=0, help="Seconds to wait for PostgreSQL and for Temporal.")] = 60.0,
) -> None:
    """Give Temporal the namespace and search attributes; bring the schema to the newest version. Safe to repeat."""
    from database.migrate import revisions, upgrade

    with said_plainly():
        known = settings()
        url = known.database.url.get_secret_value()
        # Temporal first. A thread of its client that still hands over an answer while Python ends would abort the
        # process (seen on a busy machine); behind the migrations none does.
        asyncio.run(until(f"Temporal at {known.temporal.address}", lambda: _provided(known.temporal), wait))
        out.print(f"Temporal's namespace {known.temporal.namespace} is ready.", markup=False)
        asyncio.run(until("PostgreSQL", lambda: _answers(url), wait))
        upgrade(url)
        out.print(f"The database's schema is version {revisions()[0]}.")


async def until(whom: str, ready: Callable[[], Coroutine[Any, Any, bool]], seconds: float) -> None:
    """Ask again and again; raises `CliError` once that took too long."""
    deadline = time.monotonic() + seconds
    while not await ready():
        if time.monotonic() >= deadline:
            raise CliError(f"{whom} was not ready within {seconds:g} s: start it, or correct the settings.")
        await asyncio.sleep(PAUSE)


async def _answers(url: str) -> bool:
    """Whether the database takes connections; a refusal that no waiting ends is said at once."""
    import asyncpg

    from database.connect import connected

    try:
        async with connected(url):
            return True
    except (OSError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
        return False
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise CliError(f"PostgreSQL refuses us: {error}. Correct TEMPOST_DATABASE__URL.") from error


async def _provided(temporal: "TemporalSettings") -> bool:
    from runtime.namespace import NamespaceError, provide, search_attributes

    try:
        return await provide(temporal.address, temporal.namespace, search_attributes())
    except NamespaceError as error:
        raise CliError(str(error)) from error
