"""Real servers for every tier: one PostgreSQL and one Temporal for a run, a database of its own for a test."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Iterator
from uuid import uuid4

import asyncpg
import pytest
from hypothesis import settings
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from database.connect import connected, create_engine, create_pool
from database.migrate import upgrade
from database.queries.check import broken, check
from stack import testing

TEMPLATE = "tempost_template"
LONG = ("end_to_end", "browser", "workflow", "stack", "cli")
"""Folders whose tests start processes."""

settings.register_profile("tempost", deadline=None, print_blob=True)
settings.load_profile("tempost")


def pytest_addoption(parser: pytest.Parser) -> None:
    """`make record` runs the tests that have histories to keep."""
    parser.addoption("--record", action="store_true", help="write recorded histories anew (tests/workflow/history.py)")


def pytest_configure(config: pytest.Config) -> None:
    """The run's first process owns the servers, so that they end with it."""
    testing.own_servers()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long and mostly waits: one process does that while the other counts.

    Nothing long is then left for the end, when one would wait for the other.
    """
    items.sort(key=lambda item: next((rank for rank, name in enumerate(LONG) if name in item.path.parts), len(LONG)))


def pytest_collection_finish() -> None:
    """Spare the garbage collector what was loaded, which stays."""
    gc.freeze()


def pytest_unconfigure(config: pytest.Config) -> None:
    testing.end_servers()


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """The run's server, with a migrated template database on it."""
    url = testing.postgres_for_tests()

    def migrate() -> str:
        template = database_at(url, TEMPLATE)
        run_sql(url, f"CREATE DATABASE {TEMPLATE}")
        upgrade(template)
        return TEMPLATE

    testing.once_per_run("template", migrate)
    return url


def database_at(url: str, name: str) -> str:
    """The same server, another database."""
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def run_sql(url: str, statement: str) -> None:
    """Run one statement outside a transaction and outside any event loop of the tests."""

    async def run() -> None:
        connection = await asyncpg.connect(url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    asyncio.run(run())


@pytest.fixture(scope="session")
def administrator(postgres_url: str) -> Iterator[Callable[[str], object]]:
    """Runs statements like `run_sql`, on one connection that stays open: a thousand tests make databases."""
    with asyncio.Runner() as runner:
        connection = runner.run(asyncpg.connect(postgres_url))
        yield lambda statement: runner.run(connection.execute(statement))
        runner.run(connection.close())


@pytest.fixture
def database_url(
    postgres_url: str, administrator: Callable[[str], object], request: pytest.FixtureRequest
) -> Iterator[str]:
    """A freshly migrated database, this test's own. What the test leaves in its ledger is checked at the end.

    Copied by file: the server's usual way, page by page through its log, takes it thrice the time.
    """
    name = f"test_{uuid4().hex}"
    administrator(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE} STRATEGY file_copy")
    url = database_at(postgres_url, name)
    yield url
    faults = [] if request.node.get_closest_marker("unchecked_ledger") else ledger_faults(url)
    administrator(f"DROP DATABASE {name} WITH (FORCE)")
    assert not faults, "the test left a ledger that contradicts itself"


def ledger_faults(url: str) -> list[str]:
    """What is wrong with a database's ledger."""

    async def look() -> list[str]:
        async with connected(url) as connection:
            return [finding.text for finding in broken(await check(connection))]

    return asyncio.run(look())


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine on the test's database."""
    engine = create_engine(database_url)
    yield engine
    await engine.dispose()


@pytest.fixture
async def pool(database_url: str) -> "AsyncIterator[asyncpg.Pool[asyncpg.Record]]":
    """Bare connections to the test's database."""
    pool = await create_pool(database_url)
    yield pool
    await pool.close()


@pytest.fixture(scope="session")
def temporal_address() -> str:
    """The run's Temporal server, in memory, with time skipping allowed."""
    return testing.temporal_for_tests()


@pytest.fixture
async def temporal_client(temporal_address: str) -> Client:
    """A client of the run's Temporal server."""
    return await Client.connect(temporal_address, data_converter=pydantic_data_converter)
