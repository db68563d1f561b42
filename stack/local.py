"""The whole local stack in one folder: PostgreSQL, Temporal and its Web UI, the API, the workers.

async with LocalStack(Path(".tempost")) as stack:
    ...  # stack.surroundings says where everything is
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import asyncpg

from runtime.namespace import search_attributes
from stack.child import Child, complete
from stack.control import StackControl
from stack.errors import StackError, StackRunningError
from stack.files import open_folder, stack_lock, write_private
from stack.postgres import PostgresServer
from stack.postgres_databases import create_database
from stack.programs import CHECKOUT, Programs, tempost_programs
from stack.supervisor import Step, Supervisor
from stack.surroundings import Surroundings, stack_certificates, stack_ports, stack_secret
from stack.temporal import TemporalServer, provide
from stack.temporal_binary import Say, find_temporal
from stack.temporal_settings import Setting

DATABASE = "tempost"
MIGRATE = "import os; from database.migrate import upgrade; upgrade(os.environ['TEMPOST_DATABASE__URL'])"


@dataclass(frozen=True, slots=True)
class Servers:
    """PostgreSQL and Temporal: of our own, or None where the environment names one that runs already."""

    postgres: PostgresServer | None
    temporal: TemporalServer | None


class LocalStack:
    """Runs while its `async with` block does, and holds the folder's lock. Raises `StackError`.

    `temporal_settings` are dynamic configuration on top of the checked-in file, for a server of our own.
    """

    surroundings: Surroundings
    supervisor: Supervisor

    def __init__(
        self,
        folder: Path,
        *,
        programs: Programs | None = None,
        say: Say | None = None,
        temporal_settings: Mapping[str, Setting] | None = None,
    ) -> None:
        self._folder = folder
        self._programs = programs or tempost_programs()
        self._say = say or say_to_person
        self._temporal_settings = temporal_settings or {}
        self._held = ExitStack()

    async def __aenter__(self) -> Self:
        """Start everything, each part once what it needs is ready."""
        with ExitStack() as held:
            folder = open_folder(self._folder)
            held.enter_context(stack_lock(folder / "stack.lock"))
            servers = await asyncio.to_thread(self._find, folder)
            self.supervisor = Supervisor(self.surroundings.logs, self._say)
            await self.supervisor.start(self._parts(servers))
            self._control = StackControl(self.supervisor)
            await self._control.open()
            held.callback((folder / "stack.json").unlink, missing_ok=True)
            write_private(folder / "stack.json", self._description())
            self._held = held.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Stop everything in reverse order."""
        with self._held:
            await self._control.close()
            await self.supervisor.stop()

    async def failed(self) -> None:
        """Wait, for as long as all goes well; raises `StackError` when a child had to be given up."""
        await self.supervisor.failed()

    def _find(self, folder: Path) -> Servers:
        """Choose ports and find programs; note where everything will be."""
        ports = stack_ports(folder)
        database_url, temporal_address = os.environ.get("DATABASE_URL"), os.environ.get("TEMPORAL_ADDRESS")
        postgres = None if database_url else PostgresServer(folder, ports["postgres"])
        temporal = None if temporal_address else self._temporal_server(folder, ports)
        self.surroundings = Surroundings(
            folder=folder,
            ports=ports,
            certificates=stack_certificates(folder),
            secret=stack_secret(folder),
            database_url=postgres.url(DATABASE) if postgres else database_url or "",
            temporal_address=temporal.address if temporal else temporal_address or "",
            temporal_ui_url=temporal.ui_url if temporal else None,
        )
        return Servers(postgres, temporal)

    def _temporal_server(self, folder: Path, ports: Mapping[str, int]) -> TemporalServer:
        return TemporalServer(
            program=find_temporal(self._say),
            folder=folder / "temporal",
            ports=ports,
            search_attributes=search_attributes(),
            settings=self._temporal_settings,
        )

    def _parts(self, servers: Servers) -> list[Child | Step]:
        parts: list[Child | Step] = []
        if servers.postgres:
            parts.append(servers.postgres.child())
            parts.append(
                Step(name="database", run=partial(self._create_database, servers.postgres), needs=("postgres",))
            )
        else:
            parts.append(Step(name="database", run=self._reach_database))
        parts.append(Step(name="migrations", run=self._migrate, needs=("database",)))
        if servers.temporal:
            parts.extend(servers.temporal.children())
        else:
            parts.append(Step(name="temporal", run=self._reach_temporal))
        return [*parts, *self._programs(self.surroundings)]

    async def _create_database(self, postgres: PostgresServer) -> None:
        await create_database(postgres.url(), DATABASE)

    async def _reach_database(self) -> None:
        try:
            connection = await asyncpg.connect(self.surroundings.database_url, timeout=10)
        except (OSError, TimeoutError, asyncpg.PostgresError, ValueError) as error:
            raise StackError(f"DATABASE_URL names a database that cannot be used: {error or 'no answer'}") from None
        await connection.close()

    async def _reach_temporal(self) -> None:
        address = self.surroundings.temporal_address
        if not await provide(address, search_attributes()):
            raise StackError(f"TEMPORAL_ADDRESS names {address}, where no Temporal server can be used.")

    async def _migrate(self) -> None:
        """In a process of its own: Alembic runs an event loop and sets up logging."""
        command = (sys.executable, "-c", MIGRATE)
        migrations = Child(
            name="migrations", command=command, environment=self.surroundings.environment(), folder=CHECKOUT
        )
        await complete(migrations, self.surroundings.logs)

    def _description(self) -> str:
        """Say what other programs in this folder may want to know of a stack that runs; see `running_stack`."""
        return json.dumps(
            {
                "pid": os.getpid(),
                "control": str(self._control.path),
                "apiUrl": self.surroundings.api_url,
                "temporalAddress": self.surroundings.temporal_address,
                "temporalUiUrl": self.surroundings.temporal_ui_url,
                "environment": self.surroundings.environment(),
            },
            indent=1,
        )


def running_stack(folder: Path) -> dict[str, Any] | None:
    """Return what the stack that now runs in this folder says of itself, or None: `_description` lists the keys.

    `environment` is what a process needs to join it, secrets included.
    """
    with suppress(FileNotFoundError, StackRunningError), stack_lock(folder / "stack.lock"):
        return None
    try:
        description = json.loads((folder / "stack.json").read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return description if isinstance(description, dict) else None


def say_to_person(line: str) -> None:
    """Write a line where a person looks."""
    sys.stderr.write(f"{line}\n")
    sys.stderr.flush()


OnReady = Callable[[LocalStack], Awaitable[Sequence[str]]]
"""Called once all runs; returns more lines for the person, such as a first API key."""


def up(folder: Path, *, on_ready: OnReady | None = None, programs: Programs | None = None) -> int:
    """Run the stack until Ctrl-C or SIGTERM and return the exit status. Problems are said in a few plain lines."""
    try:
        if not os.environ.get("TEMPORAL_ADDRESS"):
            find_temporal(say_to_person)  # here, Ctrl-C ends a build at once
        asyncio.run(_until_stopped(LocalStack(folder, programs=programs), on_ready))
    except StackError as error:
        say_to_person(f"tempost: {error}")
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


async def _until_stopped(stack: LocalStack, on_ready: OnReady | None) -> None:
    """Serve until a signal; a second one ends all at once, children included, which die with this process."""
    serving = asyncio.ensure_future(_serve(stack, on_ready))
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if serving.cancelling():
            os._exit(130)
        say_to_person("stopping; once more ends everything at once")
        serving.cancel()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    with suppress(asyncio.CancelledError):
        await serving


async def _serve(stack: LocalStack, on_ready: OnReady | None) -> None:
    say_to_person("starting; Ctrl-C stops")
    async with stack:
        where = stack.surroundings
        lines = [f"REST API      {where.api_url}", f"API reference {where.api_url}/docs"]
        lines += [f"Temporal UI   {where.temporal_ui_url}"] if where.temporal_ui_url else []
        lines += [f"Logs          {where.logs}"]
        lines += await on_ready(stack) if on_ready else []
        sys.stdout.write("\n".join([*lines, "Tempost runs. Ctrl-C stops it.", ""]))
        sys.stdout.flush()
        await stack.failed()
