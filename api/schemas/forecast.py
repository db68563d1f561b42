"""Forecasts: when a task ends, and why not sooner."""

from datetime import datetime
from typing import Literal

from api.schemas.base import Outgoing


class NoEnd(Outgoing):
    """Why no end can be foreseen."""

    reason: Literal["no_service", "too_long", "paused", "workers_missing", "temporal_down"]
    detail: str
    """In plain words, with what to do."""


class LimitOut(Outgoing):
    """Something that makes a task end later."""

    reason: Literal["rate_limit", "no_quota", "window", "service_rested", "other_tasks", "retry"]
    """`rate_limit`: the intervals of the services; `no_quota`: their daily quotas; `other_tasks`: the pool's other
    tasks; `retry`: mails that are tried again later; else as in `waiting`."""
    ends_at_without: datetime


class NeededOut(Outgoing):
    """What it takes to end by a given time."""

    by: datetime
    met: bool
    """It ends by then as things are; then the rest is empty."""
    mails_per_hour: int | None
    """What the task itself needs until then; empty where it begins too late."""
    missing_mails: int
    """Mails that would not be sent by then."""
    more_services: int | None
    """So many more services like the pool's median one would close the gap; empty where none would."""
    daily_quota: int | None
    """If each service might send so many a day, the intervals would do; empty where quotas are not the matter. Rounded
    up, by a fiftieth at most."""


class ForecastOut(Outgoing):
    """When a task ends with the services of its pool, if nothing is added and nothing fails."""

    as_of: datetime
    mails: int
    """Still to be sent, those that are tried again later included."""
    ends_at: datetime | None
    """Of a task that has ended: when that was."""
    no_end: NoEnd | None
    """Set where `endsAt` is empty."""
    limited_by: list[LimitOut]
    """What matters, the largest gain first: each says when the task would end if this alone were not."""
    needed: NeededOut | None
    """Set where `by` was given."""
