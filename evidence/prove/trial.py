"""One fault tried once: a mailing of its own, hit at random moments, and what the ledger says when it has ended.

A mailing is a task and a campaign, through the same services at the same time.
"""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from uuid import uuid4

import httpx
from temporalio.service import RPCError

from api.client_errors import ApiError, ApiUnreachableError
from database.connect import connected
from database.queries.check import broken, check
from evidence.bench.admin import AdminClient
from evidence.bench.letter import CONTENT
from evidence.bench.site import Site
from evidence.errors import EvidenceError
from evidence.mailing import register
from evidence.prove.campaign import Campaign, Lived, ordered
from evidence.prove.fault import Fault, Moment, Scene, Standing, together
from evidence.prove.readers import Readers
from evidence.providers import Provider, Providers, make_providers
from evidence.verdict import Ledger
from stack.surroundings import INBOUND_PORT

MAILBOXES, RELAYS = 14, 2
MAILBOX = Provider(
    interval=timedelta(seconds=0.6), daily_quota=10_000, latency_ms=400, command_latency_ms=60
)  # fmt: skip
RELAY = replace(MAILBOX, kind="relay", interval=timedelta(seconds=0.4), connections=2)
"""Slow enough that at most moments some mails are claimed, and the bodies of others are on their way."""
FLOWING = 10
"""Mails that have ended before the first hit."""
OF_CAMPAIGN = 2
"""Every so many of the addresses are the campaign's, the others are the task's: by its second round they are done, and
a hit is to find mails of it under way."""
BETWEEN: Mapping[Moment, tuple[float, float]] = {"first": (0.3, 2.0), "between": (0.3, 2.0), "second": (0.0, 0.5)}
"""Seconds before each hit, if mails are in both phases then. The second round lasts some seconds only, and is hit once
a mail of it was sent."""
SUITS_WITHIN = 20.0
"""Seconds in which a moment comes that mails are in both phases; else it is hit as it is, and hit again."""
MOST_HITS = 15
WHOLE_WITHIN, ENDS_WITHIN, CHECKED_WITHIN = 180.0, 600.0, 30.0
"""Far longer than it takes: a machine may have other work."""
ENDS_SOON = 10.0
"""Seconds in which a campaign's recipients notice that it has ended."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """A fault that is to be tried once."""

    fault: Fault
    name: str
    providers: Providers
    mails: int
    """Addresses, of task and campaign together."""
    seed: str
    """Draws the moments and choices of this trial."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A fault hit. Times are ns since the epoch."""

    begun_at: int
    ended_at: int
    claimed: int
    """Mails claimed right before it."""
    transmitting: int
    failure: str | None = None
    """Why it could not be done as declared."""

    @property
    def counts(self) -> bool:
        """Whether it met a mail in either phase."""
        return self.claimed > 0 and self.transmitting > 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What is known of one fault's mailing without the journal. The ledger is that of task and rounds together."""

    plan: Plan
    hits: Sequence[Hit]
    ledger: Ledger
    unknown: Mapping[str, str]
    """Message-ID → address of each mail of which the ledger does not know whether it was taken."""
    wrong: Sequence[str]
    """What the ledger's own invariants say against it."""
    campaign: Lived
    moment: Moment
    """At which it was hit first."""
    seconds: float


def make_trial_providers(word: str, taken: Sequence[int]) -> Providers:
    """Describe the providers of one trial, named after it; `taken` are ports of others."""
    boxes = make_providers(MAILBOX, MAILBOXES, taken, word)
    return [*boxes, *make_providers(RELAY, RELAYS, [*taken, *(each.port for each in boxes)], f"{word}-relay")]


async def try_out(site: Site, plan: Plan) -> Trial:
    """Hit a mailing until a hit met mails in both phases, and wait for its end."""
    began = time.monotonic()
    async with opened(site, plan) as scene:
        moment = scene.rng.choice(plan.fault.moments)
        async with _living(scene.campaign):
            await scene.until(lambda at: at.final or _has_come(moment, at, scene.campaign), ENDS_WITHIN)
            hits = await _hit(plan.fault, scene, BETWEEN[moment])
            await scene.until(lambda at: at.ended, ENDS_WITHIN)
        await _whole(site)
        ledger = await _ledger(scene)
        unknown = await _mails(scene, "unknown")
        lived = await scene.campaign.tell()
        wrong = await _wrong(site)
    trial = Trial(
        plan=plan,
        hits=hits,
        ledger=ledger,
        unknown=unknown,
        wrong=[*wrong, *lived.refused],
        campaign=lived,
        moment=moment,
        seconds=time.monotonic() - began,
    )
    site.say(f"{plan.name}: {len(hits)} hit(s) ({moment}), {ledger.status}, {lived.status}, {trial.seconds:.0f} s")
    return trial


def _has_come(moment: Moment, at: Standing, campaign: Campaign) -> bool:
    match moment:
        case "first":
            return at.done >= FLOWING and at.rounds_sent[0] > 0
        case "between":
            return campaign.second_round
        case "second":
            return at.rounds_sent[1] > 0


@asynccontextmanager
async def opened(site: Site, plan: Plan) -> AsyncIterator[Scene]:
    """Begin a mailing of a user of its own, with services of its own."""
    user = await site.api.add_user(f"{plan.name}@tempost.example")
    async with (
        AdminClient(site.where.api_url, await site.api.key_of(user.id)) as api,
        httpx.AsyncClient(trust_env=False, timeout=30) as http,
    ):
        services = await register(api, [each.service() for each in plan.providers])
        of_campaign = max(1, plan.mails // OF_CAMPAIGN)
        recipients = [_recipient(plan.name, number) for number in range(1, plan.mails - of_campaign + 1)]
        order = {"name": plan.name, "recipients": recipients, "content": CONTENT}
        request_key = str(uuid4())
        addresses = [f"{plan.name}-contact-{number}@example{number % 20}.com" for number in range(of_campaign)]
        readers = Readers(http, site.where.ports[INBOUND_PORT], gathered=plan.fault.gathers)
        campaign = await ordered(api, plan.name, addresses, site.where.folder, readers)
        task = await api.submit_once(order, request_key)
        yield Scene(
            site=site,
            api=api,
            providers=plan.providers,
            services=services,
            task=task,
            order=order,
            request_key=request_key,
            campaign=campaign,
            rng=random.Random(plan.seed),  # noqa: S311 - a run must be repeatable, not unforeseeable
        )


@asynccontextmanager
async def _living(campaign: Campaign) -> AsyncIterator[None]:
    """Let a campaign's recipients live beside what is done here; what ends them in a fault of theirs is raised."""
    living = asyncio.create_task(campaign.live())
    try:
        yield
        with suppress(TimeoutError):  # one that did not end is told of as such
            await asyncio.wait_for(living, ENDS_SOON)
    finally:
        living.cancel()
        await asyncio.gather(living, return_exceptions=True)


def _recipient(name: str, number: int) -> dict[str, object]:
    fields = {"first_name": f"Name{number}", "company": f"Company {number}", "city": "Vienna"}
    return {"email": f"{name}-{number}@example{number % 20}.com", "fields": fields}


async def _hit(fault: Fault, scene: Scene, between: tuple[float, float]) -> list[Hit]:
    hits: list[Hit] = []
    while len(hits) < MOST_HITS and not any(hit.counts for hit in hits):
        await scene.pause(*between)
        await scene.until(lambda _: True, WHOLE_WITHIN)
        at = await scene.until(lambda at: at.final or at.in_both_phases, SUITS_WITHIN)
        if at.final:
            break
        counts, begun_at = at.counts, time.time_ns()
        failure, ended_at = await _done(fault.strike, scene), time.time_ns()
        if fault.mend is not None:
            failure = await _done(fault.mend, scene) or failure
        hits.append(Hit(begun_at, ended_at, counts.claimed, counts.transmitting, failure))
        if not hits[-1].counts:
            await _whole(scene.site)
            await _flows_again(scene, at.done)
    return hits


async def _done(act: Callable[[Scene], Awaitable[None]], scene: Scene) -> str | None:
    """Break or mend; why that could not be done."""
    try:
        await act(scene)
    except (EvidenceError, ApiError, ApiUnreachableError, RPCError, httpx.HTTPError, TimeoutError) as error:
        return f"{type(error).__name__}: {error}"
    return None


async def _flows_again(scene: Scene, before: int) -> None:
    await scene.until(lambda at: at.done > before or at.final, WHOLE_WITHIN)


async def _whole(site: Site) -> None:
    """Wait until all that a fault ended runs again."""
    async with asyncio.timeout(WHOLE_WITHIN):
        await site.stack.supervisor.whole()


async def _mails(scene: Scene, status: str) -> dict[str, str]:
    """Message-ID → address of the mails of this status, of task and rounds."""
    return {
        (mail.message_id or f"none:{mail.seq}").strip("<>"): mail.email
        for task_id in await scene.task_ids()
        async for mail in scene.api.subtasks(task_id, status=status)
    }


async def _wrong(site: Site) -> list[str]:
    """Hold the ledger to its invariants; what an outage left overdue has some seconds to be swept."""
    until = time.monotonic() + CHECKED_WITHIN
    while True:
        async with connected(site.where.database_url) as connection:
            wrong = [f"{each.invariant.name}: {each.text}" for each in broken(await check(connection))]
        if not wrong or time.monotonic() > until:
            return wrong
        await asyncio.sleep(1)


async def _ledger(scene: Scene) -> Ledger:
    told = [await scene.api.task_status(task_id) for task_id in await scene.task_ids()]
    total = sum(each.progress.total for each in told)
    return Ledger(
        status=told[0].status, counts=together([each.progress.by_status for each in told]), total=total,
        sent=await _mails(scene, "sent"), rows=total, rejected=0, merged=0,
    )  # fmt: skip
