"""What the machine does to a process on it: a disk that is full, a clock that jumps."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from evidence.prove.fault import Fault, Scene
from evidence.prove.processes import WORKERS
from evidence.prove.rig import Rig, changed
from stack.child import Child
from stack.false_clock import environment, find_library, set_clock
from stack.files import open_folder
from stack.postgres import PostgresServer
from stack.postgres_databases import database_url
from stack.postgres_outage import write_until_fallen
from stack.small_disk import fill, missing, small_disk
from stack.surroundings import Surroundings

FULL = (4.0, 8.0)
"""Seconds in which tables cannot grow, and again as many in which the server cannot start."""
AHEAD = 3600
LASTS = (4.0, 8.0)
"""Seconds that a clock stands wrong."""


@contextmanager
def _on_small_disk(folder: Path) -> Iterator[None]:
    server = PostgresServer(open_folder(folder), port=0)
    server.prepare()
    with small_disk(server.data):
        yield


def _ballast(scene: Scene) -> Path:
    return scene.site.where.folder / "postgres" / "ballast"


async def _fill_disk(scene: Scene) -> None:
    """First no table can grow, then the log cannot be written: the server panics and cannot start."""
    await asyncio.to_thread(fill, _ballast(scene))
    await scene.pause(*FULL)
    await write_until_fallen(database_url(scene.site.where.database_url, "postgres"))


async def _free_disk(scene: Scene) -> None:
    await scene.pause(*FULL)
    _ballast(scene).unlink()


def _clock(where: Surroundings) -> Path:
    return where.folder / "clock"


def _with_false_clock(where: Surroundings, children: Sequence[Child]) -> Sequence[Child]:
    return changed(children, WORKERS[-1], environment(_clock(where)))


def _without_library() -> str | None:
    return None if find_library() else "libfaketime is not installed (Debian: apt-get install libfaketime)"


async def _jump(scene: Scene) -> None:
    """An hour ahead, then an hour behind, then right again."""
    try:
        for seconds in (AHEAD, -AHEAD):
            set_clock(_clock(scene.site.where), seconds)
            await scene.pause(*LASTS)
    finally:
        set_clock(_clock(scene.site.where), 0)


SMALL_DISK = Rig(name="small-disk", held=_on_small_disk, missing=missing)
FALSE_CLOCK = Rig(name="false-clock", fitted=_with_false_clock, missing=_without_library)
FAULTS = (
    Fault(name="disk-full", strike=_fill_disk, mend=_free_disk, alone=True, rig=SMALL_DISK),
    Fault(name="clock-jump", strike=_jump, alone=True, trouble="misdated", rig=FALSE_CLOCK),
)
