"""Metrics as series."""

from datetime import datetime
from uuid import UUID

from api.schemas.base import Outgoing
from contracts.metric import SystemMetric, TaskMetricStatus


class MetricPoint(Outgoing):
    """The mean of one step."""

    at: datetime
    """Its begin."""
    value: float


class MetricSeriesOut(Outgoing):
    """One metric over time. Steps in which nothing was measured are left out."""

    name: SystemMetric
    unit: str
    meaning: str
    step: int
    """Seconds."""
    points: list[MetricPoint]


class TaskMetricPoint(Outgoing):
    """What was noted of a task at a moment."""

    status: TaskMetricStatus
    """`sending` is a sample, at most one a minute; the others are what happened."""
    at: datetime
    sent: int
    total: int


class TaskMetricsOut(Outgoing):
    """A task's key figures, and how it went."""

    task_id: UUID
    first_email_delay: float | None
    """Seconds from its start to its first sent mail."""
    task_completion_time: float | None
    """Seconds from its start to its end."""
    stuck_since: datetime | None
    """Since when mails are due and none moves, where that is longer than `monitoring.stuck_task_threshold`."""
    points: list[TaskMetricPoint]
