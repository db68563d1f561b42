"""Metrics: their names, units and meanings, and the orders of the workflows that measure."""

from datetime import datetime
from typing import Final, Literal

from pydantic import BaseModel

SystemMetric = Literal[
    "queue_throughput", "service_utilization", "avg_response_time", "error_rate", "first_email_delay",
    "task_completion_time", "user_avg_wait_time", "stuck_task_alert", "queue_mails",
]  # fmt: skip

UNITS: Final[dict[SystemMetric, str]] = {
    "queue_throughput": "mails/hour",
    "service_utilization": "share",
    "avg_response_time": "ms",
    "error_rate": "share",
    "first_email_delay": "s",
    "task_completion_time": "s",
    "user_avg_wait_time": "s",
    "stuck_task_alert": "tasks",
    "queue_mails": "mails",
}

MEANINGS: Final[dict[SystemMetric, str]] = {
    "queue_throughput": "Mails that were sent, as so many an hour.",
    "service_utilization": "Share of the available services that send or rest between two mails.",
    "avg_response_time": "Mean time from a request to the first byte of its answer, of an API process's last thousand.",
    "error_rate": "Share of ended deliveries that failed or whose outcome is unknown.",
    "first_email_delay": "Mean time from a task's start to its first sent mail, of tasks that just began to send.",
    "task_completion_time": "Mean time from a task's start to its end, of tasks that just completed.",
    "user_avg_wait_time": "Mean over users of the time their sent mails had waited since they were due.",
    "stuck_task_alert": "Tasks without progress for monitoring.stuck_task_threshold though mails are due.",
    "queue_mails": "Mails that are not finished: central (ready), pending (retrying), processing (under way), or all.",
}

QueueState = Literal["central", "pending", "processing"]
QUEUE_STATES: Final[tuple[QueueState, ...]] = ("central", "pending", "processing")

TaskMetricStatus = Literal["created", "first_sent", "sending", "completed", "cancelled"]
TASK_METRIC_STATUSES: Final = ("created", "first_sent", "sending", "completed", "cancelled")
"""The seed's three, a sample each minute while it sends, and the other end a task may have."""


class Measure(BaseModel, frozen=True):
    """Order: note how everything stands at the end of this minute."""

    at: datetime


class Kept(BaseModel, frozen=True):
    """What an upkeep of the metrics' tables came to."""

    made: int
    """Partitions."""
    dropped: int
    deleted: int
    """Rows of partitions that are not old enough to go whole."""
