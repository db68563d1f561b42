"""Metrics as series, of the whole, of a user, of a task."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.api_key import KeyHolder
from api.operations.task import find_task
from api.problems import invalid
from api.schemas.metric import MetricPoint, MetricSeriesOut, TaskMetricPoint, TaskMetricsOut
from contracts.metric import MEANINGS, UNITS, QueueState, SystemMetric
from database.queries import metric

FINEST = timedelta(minutes=1)
FINEST_OF_USERS = timedelta(minutes=15)
MOST_POINTS = 2_000
SPAN = timedelta(hours=1)
LONGEST = timedelta(days=366)


async def series(  # noqa: PLR0913, PLR0917 - a parameter each
    connection: AsyncConnection,
    caller: KeyHolder,
    name: SystemMetric,
    begins: datetime | None,
    ends: datetime | None,
    step: int | None,
    state: QueueState | None = None,
) -> MetricSeriesOut:
    """Means by step. Administrators get the whole's; others their own, of those that are measured for each user."""
    ends = ends or datetime.now(UTC)
    begins = begins or ends - SPAN
    if state is not None and name != "queue_mails":
        raise invalid("?state", "belongs to the metric queue_mails only")
    if begins >= ends or ends - begins > LONGEST:
        raise invalid("?from", "must be before `to`, and not by more than a year")
    wide = timedelta(seconds=step) if step else max(FINEST, (ends - begins) / 500)
    if not caller.admin:
        wide = max(wide, FINEST_OF_USERS)
    if (ends - begins) / wide > MOST_POINTS:
        raise invalid("?step", f"would give more than {MOST_POINTS:,} points: widen it, or shorten the span")
    whose = None if caller.admin else caller.user_id
    rows = await metric.series(connection, name, begins, ends, wide, whose, state)
    points = [MetricPoint.model_validate(dict(row)) for row in rows]
    seconds = round(wide.total_seconds())
    return MetricSeriesOut(name=name, unit=UNITS[name], meaning=MEANINGS[name], step=seconds, points=points)


async def of_task(connection: AsyncConnection, caller: KeyHolder, task_id: UUID) -> TaskMetricsOut:
    """One of the caller's tasks: its key figures by the ledger, and what was noted."""
    row = await find_task(connection, caller, task_id)
    noted = await metric.of_task(connection, task_id)
    return TaskMetricsOut(
        task_id=task_id,
        first_email_delay=_seconds(row, "first_sent_at"),
        task_completion_time=_seconds(row, "completed_at"),
        stuck_since=await metric.stuck_since(connection, task_id),
        points=[TaskMetricPoint.model_validate(dict(each)) for each in noted],
    )


def _seconds(row: RowMapping, moment: str) -> float | None:
    """From the task's start to a moment; not below 0, for one may be the guard's clock and the other a real one."""
    if row[moment] is None:
        return None
    began = max(row["created_at"], row["start_at"] or row["created_at"])
    took: timedelta = row[moment] - began
    return round(max(took.total_seconds(), 0.0), 3)
