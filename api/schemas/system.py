"""Settings and health of the whole."""

from datetime import datetime
from typing import Literal

from pydantic import Field

from api.schemas.base import Incoming, Outgoing


class ConfigOut(Outgoing):
    """A setting that can be changed while running."""

    key: str
    value: int | float | bool | str
    default_value: int | float | bool | str
    value_type: str
    category: str
    description: str
    constraints: dict[str, float]
    """`minimum` and `maximum`."""
    updated_at: datetime


class ConfigChange(Incoming):
    """A new value."""

    value: int | float | bool | str = Field(union_mode="smart")


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


class Health(Outgoing):
    """How Tempost is. Administrators see all of it, others their own part."""

    status: Literal["healthy", "degraded", "unhealthy"]
    problems: list[str] = Field(default_factory=list)
    """What is not as it should be."""
    services: ServicesHealth
    queues: QueuesHealth
    performance: PerformanceHealth
