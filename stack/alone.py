"""The PostgreSQL of a stack that does not run, for as long as a command needs it."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from stack.files import open_folder, stack_lock
from stack.local import DATABASE, say_to_person
from stack.postgres import PostgresServer
from stack.postgres_databases import create_database
from stack.supervisor import Supervisor
from stack.surroundings import stack_ports


@asynccontextmanager
async def postgres_alone(folder: Path) -> AsyncIterator[str]:
    """The URL of the stack's database, made if there is none. Raises `StackRunningError` while the stack runs."""
    folder = open_folder(folder)
    with stack_lock(folder / "stack.lock"):
        if given := os.environ.get("DATABASE_URL"):
            yield given
            return
        postgres = PostgresServer(folder, stack_ports(folder)["postgres"])
        supervisor = Supervisor(folder / "logs", say_to_person)
        await supervisor.start([postgres.child()])
        try:
            yield await create_database(postgres.url(), DATABASE)
        finally:
            await supervisor.stop()
