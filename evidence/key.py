"""A first API key for a stack on this machine; everything else goes through the REST API."""

from uuid import uuid4

from api.operations.api_key import create_key
from api.operations.user import first_user
from database.connect import create_engine, transaction

SCOPES = ("read", "write", "admin")


async def make_key(database_url: str) -> str:
    """Make an administrator of the run's own, with an empty pool, and a key for them."""
    engine = create_engine(database_url, size=2)
    try:
        async with transaction(engine) as connection:
            user = await first_user(connection, f"{uuid4().hex}@tempost.example", "evidence")
            return await create_key(connection, user.id, "evidence", SCOPES)
    finally:
        await engine.dispose()
