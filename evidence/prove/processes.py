"""Processes that end: killed (`kill-…`), or asked to end as a deploy does it (`stop-…`)."""

import signal
from collections.abc import Callable, Sequence

from evidence.prove.fault import Fault, Scene, Unknowns

WORKERS = ("worker", "worker-2")
EVERYTHING = ("postgres", "temporal", "api", *WORKERS)
"""All but the simulator, whose journal is the judge's."""
Choice = Callable[[Scene], Sequence[str]]


def _one_worker(scene: Scene) -> Sequence[str]:
    return [scene.rng.choice(WORKERS)]


def _just(*names: str) -> Choice:
    return lambda _: names


def _ends(name: str, chosen: Choice, *, unknowns: Unknowns = "none") -> tuple[Fault, Fault]:
    """The two ways to end; after an orderly one no mail is unknown."""

    async def kill(scene: Scene) -> None:
        _strike(scene, chosen(scene), signal.SIGKILL)

    async def stop(scene: Scene) -> None:
        _strike(scene, chosen(scene), None)

    return (
        Fault(name=f"kill-{name}", strike=kill, unknowns=unknowns, alone=True),
        Fault(name=f"stop-{name}", strike=stop, alone=True),
    )


def _strike(scene: Scene, names: Sequence[str], number: signal.Signals | None) -> None:
    for name in names:
        scene.site.stack.supervisor.strike(name, number)


FAULTS = (
    *_ends("worker", _one_worker, unknowns="killed"),
    *_ends("workers", _just(*WORKERS), unknowns="killed"),
    *_ends("api", _just("api")),
    *_ends("temporal", _just("temporal")),
    *_ends("postgres", _just("postgres")),
    *_ends("everything", _just(*EVERYTHING), unknowns="killed"),
)
