"""What a fault is, and what it finds: a task and a campaign of its own, whose mails are on their way when it hits."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, Literal
from uuid import UUID

from temporalio.client import Client

from api.client_errors import ApiError, ApiUnreachableError
from api.schemas.task import StatusCounts, TaskOut, TaskStatus
from evidence.bench.admin import AdminClient
from evidence.bench.site import Site
from evidence.errors import EvidenceError
from evidence.progress import FINAL
from evidence.prove.campaign import Campaign, tasks
from evidence.prove.rig import PLAIN, Rig
from evidence.providers import Providers
from evidence.verdict import open_mails

POLL_SECONDS = 0.25
Unknowns = Literal["none", "killed", "unanswered"]
"""Which mails may end as unknown: none; those whose body was on its way while a process was killed; those whose body
was on its way and got no answer: a short one has left, final dot and all, before a drop is felt."""
Moment = Literal["first", "between", "second"]
"""At which a fault hits first: in the campaign's first round, while the second begins, in the second."""
MOMENTS: Final[tuple[Moment, ...]] = ("first", "between", "second")
TURNED_AWAY: Final = "turned away"
"""The trouble of who comes to a door that is closed: brings a bounce or an answer, follows a link."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the task and the campaign stand together."""

    counts: StatusCounts
    """Of all their mails."""
    rounds_sent: tuple[int, ...]
    """Mails that each round of the campaign has sent."""
    final: bool
    """Task and campaign have ended."""

    @property
    def done(self) -> int:
        """Mails whose story has ended."""
        return self.counts.sent + self.counts.failed + self.counts.unknown + self.counts.cancelled

    @property
    def in_both_phases(self) -> bool:
        """Mails are claimed, and the bodies of others are on their way."""
        return self.counts.claimed > 0 and self.counts.transmitting > 0

    @property
    def ended(self) -> bool:
        """Nothing is under way any more either."""
        return self.final and open_mails(self.counts) == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A task and a campaign that send, and all that a fault may lay hands on."""

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
    campaign: Campaign
    """Of the same owner, beside the task."""
    rng: random.Random
    """Every choice is drawn here, so that a seed repeats them."""

    async def pause(self, shortest: float, longest: float) -> None:
        """Let a time pass that nobody can foresee."""
        await asyncio.sleep(self.rng.uniform(shortest, longest))

    async def temporal(self) -> Client:
        """A client, as the Web UI has one."""
        return await Client.connect(self.site.where.temporal_address)

    async def until(self, done: Callable[[Standing], bool], seconds: float) -> Standing:
        """Watch both until this holds, at most so long; outages of the API are waited out."""
        last, until = None, time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(ApiError, ApiUnreachableError):
                last = await self._look()
                if done(last):
                    return last
            await asyncio.sleep(POLL_SECONDS)
        if last is None:
            raise EvidenceError(f"the API told nothing of task {self.task.id} for {seconds:.0f} s")
        return last

    async def task_ids(self) -> list[UUID]:
        """The task, and those rounds of the campaign that have begun."""
        return [self.task.id, *tasks(await self.api.campaign(self.campaign.id))]

    async def _look(self) -> Standing:
        task, campaign = await self.api.task_status(self.task.id), await self.api.campaign(self.campaign.id)
        counts = [task.progress.by_status, *(each.by_status for each in campaign.rounds)]
        return Standing(
            counts=together(counts),
            rounds_sent=tuple(each.by_status.sent for each in campaign.rounds),
            final=task.status in FINAL and campaign.status in FINAL,
        )


def together(counts: Sequence[StatusCounts]) -> StatusCounts:
    """Add up what several tasks count."""
    return StatusCounts(**{name: sum(getattr(each, name) for each in counts) for name in StatusCounts.model_fields})


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
    """Both, the task and the campaign."""
    moments: Sequence[Moment] = MOMENTS
    """One of them is drawn."""
    gathers: bool = False
    """Recipients wait with all that they do until it hits."""
    drops_clicks: bool = False
    """It may take clicks of the last second with it, which wait in memory."""
    rig: Rig = PLAIN
