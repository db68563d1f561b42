"""The first key of an installation: made on its own machine, for everything else goes through the REST API."""

from api.operations.api_key import create_key
from api.operations.user import first_user
from database.connect import create_engine, transaction

SCOPES = ("read", "write", "admin")


async def make_admin_key(database_url: str, email: str, name: str) -> str:
    """Make a key of an administrator, who is made too if new. Raises what the database raises."""
    engine = create_engine(database_url, size=2)
    try:
        async with transaction(engine) as connection:
            user = await first_user(connection, email, email.partition("@")[0])
            return await create_key(connection, user.id, name, SCOPES)
    finally:
        await engine.dispose()
