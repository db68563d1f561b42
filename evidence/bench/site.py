"""What every benchmark runs on: a whole local stack with simulated providers, and what it is told and asked."""

import json
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID, uuid4

import httpx
from rich.console import Console

from api.operations.admin_key import make_admin_key
from api.schemas.task import RealtimeStatus
from evidence import journal
from evidence.bench.admin import AdminClient
from evidence.mailing import register
from evidence.progress import follow
from evidence.providers import Providers, with_simulator
from evidence.report import Bound, Figure
from evidence.show import until_told
from stack.child import Child
from stack.local import LocalStack
from stack.ports import LOOPBACK
from stack.surroundings import Surroundings
from stack.temporal_settings import Setting

Told = TypeVar("Told")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """How large a benchmark is to be; None: as large as its figures are meant."""

    mails: int | None = None
    """Mails of the large mailing, or rows of the file."""
    seconds: float | None = None
    """How long the load goes on, where it has no end of its own."""


@dataclass(frozen=True, slots=True)
class Findings:
    """What a benchmark found out; see `evidence.report.Report`."""

    figures: Mapping[str, Figure]
    bounds: tuple[Bound, ...]
    processes: Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running stack. `api` speaks for an administrator."""

    stack: LocalStack
    api: AdminClient
    key: str
    """The administrator's."""
    providers: Providers
    console: Console

    @property
    def where(self) -> Surroundings:
        """Addresses and folders."""
        return self.stack.surroundings

    @property
    def pids(self) -> dict[str, int]:
        """The process of every child by its name."""
        return self.stack.supervisor.pids()

    def say(self, line: str) -> None:
        """Tell the person what happens."""
        self.console.print(line, soft_wrap=True)

    async def register(self, providers: Providers | None = None, **more: object) -> dict[str, UUID]:
        """Make services of the providers, all unless named, with `more` fields; their ids by name."""
        chosen = self.providers if providers is None else providers
        return await register(self.api, [each.service() | more for each in chosen])

    async def until(self, task_id: UUID, done: Callable[[RealtimeStatus], bool]) -> RealtimeStatus:
        """Watch a task until this holds, or it has ended or stands still."""
        return await follow(self.api, task_id, self.console, done)


async def play(  # noqa: PLR0913 - an option each
    folder: Path,
    providers: Providers,
    story: Callable[[Site], Awaitable[Told]],
    *,
    workers: int = 1,
    temporal_settings: Mapping[str, Setting] | None = None,
    settings: Mapping[str, str] | None = None,
    fitted: Callable[[Surroundings, Sequence[Child]], Sequence[Child]] = lambda _, children: children,
    mailboxes: Path | None = None,
) -> tuple[Told, journal.Journal]:
    """Run a stack in the folder for as long as the story takes; what it returns, and the journal once all has stopped.

    So a mail that comes late is seen. `settings` are those of Tempost's own processes, beside their addresses;
    `fitted` changes these processes, or adds some; in the folder `mailboxes` mails are kept whole.
    """
    console = Console(highlight=False)
    console.print(f"starting PostgreSQL, Temporal, API, {workers} worker(s) and {len(providers)} simulated providers …")
    stack = LocalStack(
        folder,
        programs=lambda where: fitted(
            where,
            with_simulator(where, providers, folder, workers=workers, settings=settings, mailboxes=mailboxes),
        ),
        temporal_settings=temporal_settings,
    )

    async def tell() -> Told:
        where = stack.surroundings
        key = await make_admin_key(where.database_url, f"{uuid4().hex}@tempost.example", "evidence")
        async with AdminClient(where.api_url, key) as api:
            return await story(Site(stack=stack, api=api, key=key, providers=providers, console=console))

    async with stack:
        told = await until_told(stack, tell())
    began = time.monotonic()
    seen = journal.load(folder / "journal.jsonl")
    console.print(f"journal read: {len(seen.tries):,} tries in {time.monotonic() - began:.1f} s")
    return told, seen


async def control(site: Site, method: str, path: str, body: Mapping[str, Any] | None = None) -> None:
    """Ask the simulator to change while it runs; see `stack.simulator.control`."""
    ready = json.loads((site.where.folder / "simulator-ready.json").read_text("utf-8"))
    async with httpx.AsyncClient(
        base_url=f"http://{LOOPBACK}:{ready['control_port']}", trust_env=False, timeout=30
    ) as http:
        (await http.request(method, path, json=body)).raise_for_status()
