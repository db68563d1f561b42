"""Asks the database whether the workers of this machine live: `python -m runtime.alive`, status 0 or 1.

For the health check of a worker's container, which is a machine with a name of its own.
"""

import asyncio
import socket
import sys

from database.connect import connected
from database.errors import UNREACHABLE
from database.queries.health import live_on
from runtime.settings import Settings, SettingsError, load_settings


async def live(settings: Settings, host: str) -> int:
    """How many worker processes of this machine were heard of lately."""
    async with connected(settings.database.url.get_secret_value()) as connection:
        return await live_on(connection, host)


def main() -> int:
    """0 when all of them live; they go on while the database is away, so that is no fault of theirs."""
    try:
        settings = load_settings()
        return 0 if asyncio.run(live(settings, socket.gethostname())) >= settings.worker.processes else 1
    except SettingsError:
        return 1
    except UNREACHABLE:
        return 0


if __name__ == "__main__":
    sys.exit(main())
