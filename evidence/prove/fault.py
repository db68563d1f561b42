"""What a fault is, and what it finds: a task of its own, whose mails are on their way when it hits."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from temporalio.client import Client

from api.client_errors import ApiError, ApiUnreachableError
from api.schemas.task import RealtimeStatus, TaskOut, TaskStatus
from evidence.bench.admin import AdminClient
from evidence.bench.site import Site
from evidence.errors import EvidenceError
from evidence.prove.rig import PLAIN, Rig
from evidence.providers import Providers

POLL_SECONDS = 0.25
Unknowns = Literal["none", "killed", "unanswered"]
"""Which mails may end as unknown: none; those whose body was on its way while a process was killed; those whose body
was on its way and got no answer: a short one has left, final dot and all, before a drop is felt."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A task that sends, and all that a fault may lay hands on."""

    site: Site
    api: AdminClient
    """Speaks for the task's owner."""
    providers: Providers
    """The owner's own, as are the services."""
    services: Mapping[str, UUID]
    task: TaskOut
    order: Mapping[str, object]
    """The task as it was asked for."""
    request_key: str
    """The Idempotency-Key that it was asked for with."""
    rng: random.Random
    """Every choice is drawn here, so that a seed repeats them."""

    async def pause(self, shortest: float, longest: float) -> None:
        """Let a time pass that nobody can foresee."""
        await asyncio.sleep(self.rng.uniform(shortest, longest))

    async def temporal(self) -> Client:
        """A client, as the Web UI has one."""
        return await Client.connect(self.site.where.temporal_address)

    async def until(self, done: Callable[[RealtimeStatus], bool], seconds: float) -> RealtimeStatus:
        """Watch the task until this holds, at most so long; outages of the API are waited out."""
        last, until = None, time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(ApiError, ApiUnreachableError):
                last = await self.api.task_status(self.task.id)
                if done(last):
                    return last
            await asyncio.sleep(POLL_SECONDS)
        if last is None:
            raise EvidenceError(f"the API told nothing of task {self.task.id} for {seconds:.0f} s")
        return last


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Something that is broken while mails flow."""

    name: str
    strike: Callable[[Scene], Awaitable[None]]
    """Breaks it."""
    mend: Callable[[Scene], Awaitable[None]] | None = None
    """Lets it last for a while, then mends it; None: it mends by itself, or stays."""
    unknowns: Unknowns = "none"
    trouble: str | None = None
    """What it leaves in the journal of the providers for each dialogue that it met, as in `refused rcpt`."""
    alone: bool = False
    """Everyone on the stack feels it, so nothing else is tried meanwhile."""
    ends: TaskStatus = "completed"
    rig: Rig = PLAIN
