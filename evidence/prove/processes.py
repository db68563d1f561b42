"""Processes that end: killed (`kill-…`), or asked to end as a deploy does it (`stop-…`)."""

import asyncio
import signal
from collections.abc import Callable, Sequence

from evidence.prove.fault import TURNED_AWAY, Fault, Scene, Unknowns

WORKERS = ("worker", "worker-2")
EVERYTHING = ("postgres", "temporal", "api", "inbound", *WORKERS)
"""All but the simulator, whose journal is the judge's."""
ARRIVES_WITHIN = 20.0
"""Seconds in which another answer to a campaign's first round comes in."""
Choice = Callable[[Scene], Sequence[str]]


def _one_worker(scene: Scene) -> Sequence[str]:
    return [scene.rng.choice(WORKERS)]


def _just(*names: str) -> Choice:
    return lambda _: names


def _ends(name: str, chosen: Choice, *, unknowns: Unknowns = "none", drops_clicks: bool = False) -> tuple[Fault, Fault]:
    """The two ways to end; after an orderly one no mail is unknown."""

    async def kill(scene: Scene) -> None:
        _strike(scene, chosen(scene), signal.SIGKILL)

    async def stop(scene: Scene) -> None:
        _strike(scene, chosen(scene), None)

    return (
        Fault(name=f"kill-{name}", strike=kill, unknowns=unknowns, alone=True, drops_clicks=drops_clicks),
        Fault(name=f"stop-{name}", strike=stop, alone=True),
    )


def _receiver_ends(name: str, number: signal.Signals | None) -> Fault:
    """The receiver ends while a bounce or an answer is being handed over, so early that others follow."""

    async def strike(scene: Scene) -> None:
        async with asyncio.timeout(ARRIVES_WITHIN):
            await scene.campaign.readers.mail_arrives()
        _strike(scene, ["inbound"], number)

    return Fault(name=name, strike=strike, alone=True, moments=("first",), trouble=TURNED_AWAY)


def _strike(scene: Scene, names: Sequence[str], number: signal.Signals | None) -> None:
    for name in names:
        scene.site.stack.supervisor.strike(name, number)


FAULTS = (
    *_ends("worker", _one_worker, unknowns="killed"),
    *_ends("workers", _just(*WORKERS), unknowns="killed"),
    *_ends("api", _just("api"), drops_clicks=True),
    _receiver_ends("kill-inbound", signal.SIGKILL),
    _receiver_ends("stop-inbound", None),
    *_ends("temporal", _just("temporal")),
    *_ends("postgres", _just("postgres")),
    *_ends("everything", _just(*EVERYTHING), unknowns="killed", drops_clicks=True),
)
