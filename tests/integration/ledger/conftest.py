"""Every ledger test acts on a world of its own."""

from collections.abc import AsyncIterator

import pytest

from database.connect import create_pool
from tests.integration.ledger.world import World


@pytest.fixture
async def world(database_url: str) -> AsyncIterator[World]:
    """A user, a pool, and nothing in it yet."""
    pool = await create_pool(database_url)
    world = World(pool)
    await world.begin()
    yield world
    await pool.close()
