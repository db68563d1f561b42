"""Health of the whole."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas.base import Outgoing


class ServicesHealth(Outgoing):
    """Services as a whole."""

    total: int
    available: int
    """Active, not rested, with quota left."""
    utilization_rate: float
    """Share of the available ones that send or rest between two mails."""


class QueuesHealth(Outgoing):
    """Mails that are not finished."""

    central: int
    """Ready."""
    pending: int
    """Retrying later."""
    processing: int
    """Under way."""


class PerformanceHealth(Outgoing):
    """Speed and faults."""

    throughput: int
    """Mails an hour, by the last 5 minutes."""
    avg_response_time: float
    """Milliseconds, over the last thousand answers of this API process."""
    error_rate: float
    """Share of deliveries of the last 5 minutes that failed or whose outcome is unknown."""


class WorkersHealth(Outgoing):
    """Worker processes."""

    live: int
    """Heard of within `monitoring.worker_missing_after`."""
    expected: int
    """`monitoring.expected_workers`."""


class AvailabilityHealth(Outgoing):
    """Share of recorded minutes that were not unhealthy; a minute without a record counts as unavailable."""

    last_day: float | None = None
    last_30_days: float | None = Field(default=None, alias="last30Days")
    since: datetime | None = None
    """The first minute that was recorded: nothing before it is counted."""


class Health(Outgoing):
    """How Tempost is. Administrators see all of it, others their own part."""

    status: Literal["healthy", "degraded", "unhealthy"]
    problems: list[str] = Field(default_factory=list)
    """What is not as it should be, and what to do."""
    causes: list[str] = Field(default_factory=list)
    """The same by name: `postgresql_down`, `temporal_down`, `workers_missing`, `services_rested`, `error_rate`."""
    services: ServicesHealth
    queues: QueuesHealth
    performance: PerformanceHealth
    workers: WorkersHealth = WorkersHealth(live=0, expected=0)
    availability: AvailabilityHealth = AvailabilityHealth()
    as_of: datetime | None = None
    """When these figures were read; every two seconds."""


class Readiness(Outgoing):
    """That this process can answer."""

    status: Literal["ready"]
