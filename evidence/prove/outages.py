"""Servers that are there and cannot be used; a worker that stands still, or is cut off, until others do its work."""

import os
import signal
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager

from evidence.prove.fault import Fault, Scene, Unknowns
from evidence.prove.processes import WORKERS
from evidence.prove.rig import PLAIN, Rig, changed
from stack.child import Child
from stack.gate import gate
from stack.local import DATABASE
from stack.postgres_databases import database_url
from stack.postgres_outage import closed, crowded, slow_commits
from stack.surroundings import Surroundings

OUTAGE = (6.0, 12.0)
"""Seconds that PostgreSQL is out of order."""
UNREACHABLE = 60.0
TAKEN_OVER = (22.0, 25.0)
"""Seconds after which a worker's leases, ten seconds long, have run out, and a sweep has come by, ten seconds apart."""
CUT_OFF = (40.0, 45.0)
"""Seconds after which a worker's activities, whose heartbeats are missed after thirty, have been given to another."""
GATE = "gate"


def _behind_gate(where: Surroundings, children: Sequence[Child]) -> Sequence[Child]:
    """Let one worker reach Temporal through a gate only."""
    child, address = gate(GATE, where.temporal_address)
    return [child, *changed(children, WORKERS[-1], {"TEMPOST_TEMPORAL__ADDRESS": address}, needs=(GATE,))]


GATED = Rig(name="gate", fitted=_behind_gate)


def _unusable(name: str, outage: Callable[[str], AbstractAsyncContextManager[None]]) -> Fault:
    """PostgreSQL is so for a while."""

    async def strike(scene: Scene) -> None:
        async with outage(database_url(scene.site.where.database_url, "postgres")):
            await scene.pause(*OUTAGE)

    return Fault(name=name, strike=strike, alone=True)


def _frozen(
    name: str,
    seconds: tuple[float, float],
    children: Sequence[str],
    unknowns: Unknowns = "none",
    rig: Rig = PLAIN,
) -> Fault:
    """One of these processes stands still for a while, its connections open, and then goes on where it was."""

    async def strike(scene: Scene) -> None:
        os.kill(scene.site.pids[scene.rng.choice(children)], signal.SIGSTOP)

    async def mend(scene: Scene) -> None:
        await scene.pause(*seconds)
        for child in children:
            os.kill(scene.site.pids[child], signal.SIGCONT)

    return Fault(name=name, strike=strike, mend=mend, unknowns=unknowns, alone=True, rig=rig)


FAULTS = (
    _frozen("frozen-worker", TAKEN_OVER, WORKERS, "killed"),
    _frozen("zombie-worker", CUT_OFF, (GATE,), rig=GATED),
    _frozen("temporal-unreachable", (UNREACHABLE, UNREACHABLE), ("temporal",)),
    _unusable("postgres-refuses", lambda url: closed(url, DATABASE)),
    _unusable("postgres-crowded", lambda url: crowded(url, DATABASE)),
    _unusable("slow-commits", slow_commits),
)
