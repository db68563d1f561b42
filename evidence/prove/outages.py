"""Servers that are there and cannot be used, and a worker that stands still until others have taken over its mails."""

import os
import signal
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

from evidence.prove.fault import Fault, Scene, Unknowns
from evidence.prove.processes import WORKERS
from stack.local import DATABASE
from stack.postgres_databases import database_url
from stack.postgres_outage import closed, crowded, slow_commits

OUTAGE = (6.0, 12.0)
"""Seconds that PostgreSQL is out of order."""
UNREACHABLE = 60.0
TAKEN_OVER = (22.0, 25.0)
"""Seconds after which a worker's leases, ten seconds long, have run out, and a sweep has come by, ten seconds apart."""


def _unusable(name: str, outage: Callable[[str], AbstractAsyncContextManager[None]]) -> Fault:
    """PostgreSQL is so for a while."""

    async def strike(scene: Scene) -> None:
        async with outage(database_url(scene.site.where.database_url, "postgres")):
            await scene.pause(*OUTAGE)

    return Fault(name=name, strike=strike, alone=True)


def _frozen(name: str, seconds: tuple[float, float], children: tuple[str, ...], unknowns: Unknowns = "none") -> Fault:
    """One of these processes stands still for a while, its connections open, and then goes on where it was."""

    async def strike(scene: Scene) -> None:
        os.kill(scene.site.pids[scene.rng.choice(children)], signal.SIGSTOP)

    async def mend(scene: Scene) -> None:
        await scene.pause(*seconds)
        for child in children:
            os.kill(scene.site.pids[child], signal.SIGCONT)

    return Fault(name=name, strike=strike, mend=mend, unknowns=unknowns, alone=True)


FAULTS = (
    _frozen("zombie-worker", TAKEN_OVER, WORKERS, "killed"),
    _frozen("temporal-unreachable", (UNREACHABLE, UNREACHABLE), ("temporal",)),
    _unusable("postgres-refuses", lambda url: closed(url, DATABASE)),
    _unusable("postgres-crowded", lambda url: crowded(url, DATABASE)),
    _unusable("slow-commits", slow_commits),
)
