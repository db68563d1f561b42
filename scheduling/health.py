"""How Tempost is, judged by figures: what is wrong, how bad that is, and what to do."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeVar

Key = TypeVar("Key", bound=Hashable)
HealthStatus = Literal["healthy", "degraded", "unhealthy"]
Halt = Literal["temporal_down", "workers_missing"]
STATUSES: Final = ("healthy", "degraded", "unhealthy")


@dataclass(frozen=True, slots=True)
class Figures:
    """One user's part, or the whole."""

    services: int = 0
    available: int = 0
    """Active, not rested, with quota for their own day, inside their window."""
    used: int = 0
    """Of those: in a dialogue, or resting between two mails."""
    active: int = 0
    """Neither paused nor deleted."""
    rested: int = 0
    """Of those: failed lately, and are given a pause."""
    central: int = 0
    pending: int = 0
    processing: int = 0
    sent: int = 0
    """In the last 5 minutes, as is `failed`, which counts unknown outcomes too."""
    failed: int = 0

    @property
    def utilization(self) -> float:
        """Share of the available services that are used."""
        return self.used / self.available if self.available else 0.0

    @property
    def error_rate(self) -> float:
        """Share of deliveries that failed or whose outcome is unknown."""
        ended = self.sent + self.failed
        return self.failed / ended if ended else 0.0


Rows = Mapping[Key, Mapping[str, Any]]
"""Counts by user; None stands for everyone."""


def figures(services: Rows[Key], queues: Rows[Key], pace: Rows[Key]) -> dict[Key, Figures]:
    """Put together what was counted apart; whoever is missing in one has none there."""
    return {
        key: Figures(
            services=services.get(key, {}).get("total", 0),
            **{name: services.get(key, {}).get(name, 0) for name in ("available", "used", "active", "rested")},
            **{name: queues.get(key, {}).get(name, 0) for name in ("central", "pending", "processing")},
            **{name: pace.get(key, {}).get(name, 0) for name in ("sent", "failed")},
        )
        for key in services.keys() | queues.keys() | pace.keys()
    }


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What everyone's mails depend on."""

    postgresql: bool = True
    temporal: bool = True
    live_workers: int = 0
    expected_workers: int = 0
    bad_error_rate: float = 1.0

    @property
    def halted_by(self) -> Halt | None:
        """Why nobody's mail can go, as a reason to wait; None where some can, or PostgreSQL cannot be asked."""
        if not self.postgresql:
            return None
        if not self.temporal:
            return "temporal_down"
        return None if self.live_workers else "workers_missing"


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is not as it should be."""

    cause: str
    """A name for programs."""
    text: str
    grave: bool = False
    """Nothing can be sent or asked until it is mended; else all else only slows down."""


def faults(around: Surroundings, part: Figures) -> list[Fault]:
    """Everything that is wrong, the gravest first."""
    found = []
    if not around.postgresql:
        text = "PostgreSQL cannot be reached: nothing is sent or stored until it is back. The figures are old."
        found.append(Fault("postgresql_down", text, grave=True))
    if not around.temporal:
        found.append(Fault("temporal_down", "Temporal does not answer: nothing is sent until it is back.", grave=True))
    if around.live_workers < around.expected_workers:
        text = (
            f"{around.live_workers} of {around.expected_workers} worker processes run: mails wait for them. "
            "Start workers, or lower monitoring.expected_workers."
        )
        found.append(Fault("workers_missing", text))
    if part.rested and part.rested * 2 >= part.active:
        text = f"{part.rested} of {part.active} services failed and are rested: see restReason of each."
        found.append(Fault("services_rested", text))
    if part.error_rate > around.bad_error_rate:
        text = f"{part.error_rate:.0%} of the mails of the last 5 minutes failed: see the tasks' reasons."
        found.append(Fault("error_rate", text))
    return found


def judged(found: list[Fault]) -> HealthStatus:
    """One word for all of it."""
    if any(fault.grave for fault in found):
        return "unhealthy"
    return "degraded" if found else "healthy"
