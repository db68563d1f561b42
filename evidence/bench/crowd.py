"""Many users who share a pool, each with a key of their own, and the small mailings that they submit."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from api.client import ApiClient
from api.schemas.task import RealtimeStatus, TaskOut
from api.schemas.user import PoolOut
from evidence import journal
from evidence.bench.judge import percentiles, task_and_seq
from evidence.bench.letter import CONTENT
from evidence.bench.site import Site
from evidence.progress import FINAL
from evidence.report import Figure

AT_ONCE = 8
"""Users that are made at a time."""
POLL_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Crowd:
    """The users, each as a client that speaks with their key."""

    pool: PoolOut
    clients: Sequence[ApiClient]


@dataclass(frozen=True, slots=True)
class Submitted:
    """A small mailing. Times are ns since the epoch."""

    task: TaskOut
    owner: ApiClient
    asked_at: int
    answered_at: int


@asynccontextmanager
async def crowd(site: Site, count: int) -> AsyncIterator[Crowd]:
    """Have an administrator make users, their keys, and a pool for all of them."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def join(number: int) -> tuple[str, str]:
        async with gate:
            user = await site.api.add_user(f"user-{number}@tempost.example")
            return user.email, await site.api.key_of(user.id)

    joined = await asyncio.gather(*(join(number) for number in range(1, count + 1)))
    pool = await site.api.create_pool("shared", [email for email, _ in joined])
    async with AsyncExitStack() as opened:
        clients = [await opened.enter_async_context(ApiClient(site.where.api_url, key)) for _, key in joined]
        yield Crowd(pool, clients)


async def submit(owner: ApiClient, pool: PoolOut, name: str, mails: int, *, after: float = 0) -> Submitted:
    """Submit a mailing with its recipients in the request, so many seconds from now."""
    await asyncio.sleep(after)
    recipients = [_recipient(name, number) for number in range(1, mails + 1)]
    order = {"name": name, "recipients": recipients, "content": CONTENT, "pool": str(pool.id)}
    asked_at = time.time_ns()
    return Submitted(await owner.submit_task(order), owner, asked_at, time.time_ns())


def _recipient(name: str, number: int) -> dict[str, object]:
    fields = {"first_name": f"Name{number}", "company": f"Company {number}", "city": "Vienna"}
    return {"email": f"{name}-{number}@example.com", "fields": fields}


async def settled(submitted: Sequence[Submitted], seconds: float) -> None:
    """Wait until all these tasks have ended, at most so long; what has not ended then is cancelled.

    One task is asked for at a time, so that waiting costs the API next to nothing.
    """
    until = time.monotonic() + seconds
    for each in submitted:
        while (await each.owner.task_status(each.task.id)).status not in FINAL:
            if time.monotonic() > until:
                await each.owner.order_task(each.task.id, "cancel")
                break
            await asyncio.sleep(POLL_SECONDS)


async def statuses(submitted: Sequence[Submitted]) -> list[RealtimeStatus]:
    """Where these tasks stand, once no mail of a cancelled one is under way."""
    found = []
    for each in submitted:
        status = await each.owner.task_status(each.task.id)
        while status.progress.by_status.claimed + status.progress.by_status.transmitting:
            await asyncio.sleep(POLL_SECONDS)
            status = await each.owner.task_status(each.task.id)
        found.append(status)
    return found


def first_mails(submitted: Sequence[Submitted], tries: Sequence[journal.Try]) -> dict[str, Figure]:
    """Return how long the first mail of each task took from the answer of its POST to its final dot, in seconds.

    A task without any mail counts as endless.
    """
    first = first_dots(tries)
    waits = [
        (first[each.task.id] - each.answered_at) / journal.NS_PER_SECOND if each.task.id in first else float("inf")
        for each in submitted
    ]
    answers = [(each.answered_at - each.asked_at) / journal.NS_PER_SECOND for each in submitted]
    return percentiles("first_mail_s", waits) | percentiles("post_answer_s", answers)


def first_dots(tries: Sequence[journal.Try]) -> Mapping[UUID, int]:
    """Return when the first mail of each task was taken."""
    first: dict[UUID, int] = {}
    for found in journal.taken(tries):
        task_id, _ = task_and_seq(found)
        if found.dot_at is not None:
            first[task_id] = min(found.dot_at, first.get(task_id, found.dot_at))
    return first
