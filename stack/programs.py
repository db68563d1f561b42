"""Tempost's own processes as children of the local stack."""

import asyncio
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from runtime.probe import is_well
from stack.child import Child
from stack.ports import listens
from stack.surroundings import INBOUND_PORT, Surroundings
from stack.temporal import polls

CHECKOUT = Path(__file__).parents[1]
WORKER_GRACE = 60.0
"""Above the worker's own (`TEMPOST_WORKER__GRACE`): it ends its SMTP dialogues first."""

Programs = Callable[[Surroundings], Sequence[Child]]
"""What runs on top of PostgreSQL and Temporal. Each may need `migrations` and `temporal`."""


def tempost_programs(workers: int = 1, more: Mapping[str, str] | None = None) -> Programs:
    """Return the API and this many worker processes, with more settings for both if wanted."""

    def programs(surroundings: Surroundings) -> Sequence[Child]:
        environment = surroundings.environment() | dict(more or {})
        api = Child(
            name="api",
            command=(sys.executable, "-m", "api.serve"),
            environment=environment,
            needs=("migrations", "temporal"),
            ready=lambda _: _is_healthy(surroundings.api_url),
            folder=CHECKOUT,
        )
        names = ["worker", *(f"worker-{number}" for number in range(2, workers + 1))]
        return [api, *(_worker(name, environment) for name in names)]

    return programs


def dashboard_program(surroundings: Surroundings) -> Child:
    """Return the process that shows the pages."""
    return Child(
        name="dashboard",
        command=(sys.executable, "-m", "dashboard.serve"),
        environment=surroundings.dashboard_environment(),
        needs=("api",),
        ready=lambda _: _is_healthy(surroundings.dashboard_url),
        folder=CHECKOUT,
    )


def inbound_program(surroundings: Surroundings) -> Child:
    """Return the process that takes in bounces and replies."""
    return Child(
        name="inbound",
        command=(sys.executable, "-m", "runtime.receive"),
        environment=surroundings.environment(),
        needs=("migrations",),
        ready=lambda _: listens(surroundings.ports[INBOUND_PORT]),
        folder=CHECKOUT,
    )


def _worker(name: str, environment: Mapping[str, str]) -> Child:
    address, queue = environment["TEMPOST_TEMPORAL__ADDRESS"], environment["TEMPOST_TEMPORAL__TASK_QUEUE"]
    return Child(
        name=name,
        command=(sys.executable, "-m", "worker"),
        environment=environment,
        needs=("migrations", "temporal"),
        ready=lambda pid: polls(address, queue, pid),
        folder=CHECKOUT,
        grace=WORKER_GRACE,
    )


async def _is_healthy(url: str) -> bool:
    return await asyncio.to_thread(is_well, f"{url}/healthz")
