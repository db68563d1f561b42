"""Runs benchmarks by name, each in a folder and a stack of its own."""

import time
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from evidence.bench import api, burst, contact_import, fair, live, quota, relay, steady
from evidence.bench.site import Findings, Options
from evidence.report import Report
from evidence.show import emptied, shown
from stack.surroundings import stack_ports

Bench = Callable[[Path, Options], Awaitable[Findings]]

BENCHES: Mapping[str, Bench] = {
    "steady": steady.run,
    "fair": fair.run,
    "burst": burst.run,
    "relay": relay.run,
    "import": contact_import.run,
    "api": api.run,
    "live": live.run,
    "quota": quota.run,
}
"""In the order in which all of them are run."""


def run(name: str, options: Options, folder: Path, *, keep: bool = False) -> int:
    """Run one benchmark in `folder`/bench-NAME and return the exit status; `evidence.show.shown` says what is left."""
    console = Console(highlight=False)
    data = folder.resolve() / f"bench-{name}"
    return shown(_report(name, emptied(data), options), folder, data, console, keep=keep)


async def _report(name: str, data: Path, options: Options) -> Report:
    started_at, began = datetime.now(UTC), time.monotonic()
    stack_ports(data, well_known=False)
    found = await BENCHES[name](data, options)
    return Report(
        name=f"bench-{name}",
        started_at=started_at,
        seconds=time.monotonic() - began,
        figures=found.figures,
        bounds=found.bounds,
        processes=found.processes,
    )
