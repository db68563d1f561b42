"""Processes that end: killed (`kill-…`), or asked to end as a deploy does it (`stop-…`)."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

from evidence.prove.fault import TURNED_AWAY, Fault, Scene, Unknowns
from evidence.prove.readers import Door

WORKERS = ("worker", "worker-2")
EVERYTHING = ("postgres", "temporal", "api", "inbound", *WORKERS)
"""All but the simulator, whose journal is the judge's."""
COMES_WITHIN = 5.0
"""Seconds in which one of those who waited is there; a second hit finds nobody."""
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
        Fault(name=f"stop-{name}", strike=stop, alone=True, drops_clicks=drops_clicks),
    )


def _door_ends(name: str, door: Door, *, drops_clicks: bool = False) -> tuple[Fault, Fault]:
    """What recipients come to ends while one of them stands in it, and all others are on their way."""

    async def come(scene: Scene) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(COMES_WITHIN):
                await scene.campaign.readers.come(door)

    async def kill(scene: Scene) -> None:
        await come(scene)
        _strike(scene, [name], signal.SIGKILL)

    async def stop(scene: Scene) -> None:
        await come(scene)
        _strike(scene, [name], None)

    plain = Fault(
        name=f"stop-{name}", strike=stop, alone=True, moments=("first",), trouble=TURNED_AWAY, gathers=True
    )  # fmt: skip
    return replace(plain, name=f"kill-{name}", strike=kill, drops_clicks=drops_clicks), plain


def _strike(scene: Scene, names: Sequence[str], number: signal.Signals | None) -> None:
    for name in names:
        scene.site.stack.supervisor.strike(name, number)


FAULTS = (
    *_ends("worker", _one_worker, unknowns="killed"),
    *_ends("workers", _just(*WORKERS), unknowns="killed"),
    *_door_ends("api", "link", drops_clicks=True),
    *_door_ends("inbound", "mail"),
    *_ends("temporal", _just("temporal")),
    *_ends("postgres", _just("postgres")),
    *_ends("everything", _just(*EVERYTHING), unknowns="killed", drops_clicks=True),
)
