"""What each process of a stack costs: processor time and memory, by the name of the child that it belongs to."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import psutil

LOOK_EVERY = 1.0
"""Seconds between two looks at the memory."""
SELF = "evidence"
"""The process that makes the load and watches."""


@dataclass(slots=True)
class Usage:
    """A span of work. Times are ns since the epoch, processor times seconds, memory bytes."""

    begun_at: int = 0
    ended_at: int = 0
    cpu: dict[str, float] = field(default_factory=dict)
    baseline: dict[str, int] = field(default_factory=dict)
    """Memory at the beginning."""
    peak: dict[str, int] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """How long it was."""
        return (self.ended_at - self.begun_at) / 1e9

    @property
    def peak_mb(self) -> float:
        """All together, each at its own peak."""
        return round(sum(self.peak.values()) / 2**20, 1)

    def table(self, mails: int | None = None) -> dict[str, dict[str, float]]:
        """A row per process: share of one core, CPU per mail, memory. Their sum stands last."""
        total = {"all together": sum(self.cpu.values())}
        rows: dict[str, dict[str, float]] = {}
        for name, seconds in (*sorted(self.cpu.items()), *total.items()):
            rows[name] = {"core_share": round(seconds / max(self.seconds, 1e-9), 3)}
            if mails:
                rows[name]["cpu_ms_per_mail"] = round(1000 * seconds / mails, 3)
            if name in self.peak:
                rows[name]["peak_mb"] = round(self.peak[name] / 2**20, 1)
                rows[name]["grown_mb"] = round((self.peak[name] - self.baseline.get(name, 0)) / 2**20, 1)
        return rows


@asynccontextmanager
async def watched(pids: Mapping[str, int]) -> AsyncIterator[Usage]:
    """Measure until the block ends; the times of what ended meanwhile are those that its parent was told of.

    Of a child that has ended itself, as one that is killed and started anew, no processor time is told.
    """
    usage = Usage(baseline=await asyncio.to_thread(_memory, pids))
    usage.peak = dict(usage.baseline)
    before, usage.begun_at = _cpu(pids), time.time_ns()
    watching = asyncio.create_task(_watch(pids, usage))
    try:
        yield usage
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        usage.ended_at = time.time_ns()
        spent = {name: seconds - before.get(name, 0.0) for name, seconds in _cpu(pids).items()}
        usage.cpu = {name: seconds for name, seconds in spent.items() if seconds >= 0}


async def _watch(pids: Mapping[str, int], usage: Usage) -> None:
    while True:
        await asyncio.sleep(LOOK_EVERY)
        for name, size in (await asyncio.to_thread(_memory, pids)).items():
            usage.peak[name] = max(usage.peak.get(name, 0), size)


def _cpu(pids: Mapping[str, int]) -> dict[str, float]:
    """Processor time of each child with all it started, living or not, and of this process alone."""
    own = psutil.Process().cpu_times()
    return {name: _cpu_of_tree(pid) for name, pid in pids.items()} | {SELF: own.user + own.system}


def _cpu_of_tree(pid: int) -> float:
    total = 0.0
    for process in _tree(pid):
        with suppress(psutil.Error):
            spent = process.cpu_times()
            total += spent.user + spent.system + spent.children_user + spent.children_system
    return total


def _memory(pids: Mapping[str, int]) -> dict[str, int]:
    """What each child holds with all it started; pages that several of them share, such as PostgreSQL's, count once."""
    return {name: _memory_of_tree(pid) for name, pid in pids.items()}


def _memory_of_tree(pid: int) -> int:
    own = shared = 0
    for process in _tree(pid):
        with suppress(psutil.Error):
            held = process.memory_info()
            common = getattr(held, "shared", 0)
            own += held.rss - common
            shared = max(shared, common)
    return own + shared


def _tree(pid: int) -> list[psutil.Process]:
    with suppress(psutil.Error):
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    return []
