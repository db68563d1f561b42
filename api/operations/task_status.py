"""Where a task stands at this moment: progress, pace, and why its mails wait."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.operations.api_key import KeyHolder
from api.operations.forecast import estimated_completion
from api.operations.task import find_task
from api.pool_forecasts import PoolForecasts
from api.schemas.task import Metrics, Progress, RealtimeStatus, StatusCounts, Waiting
from database.queries import task_status
from runtime.health import HealthWatch
from scheduling.health import Halt

RATE_SPAN = timedelta(minutes=5)
WHOLE_TASK = ("scheduled", "paused")
"""Statuses in which all mails wait, for the task's own reason."""
PER_HOUR = timedelta(hours=1) / RATE_SPAN


async def realtime_status(
    connection: AsyncConnection, forecasts: PoolForecasts, watch: HealthWatch, caller: KeyHolder, task_id: UUID
) -> RealtimeStatus:
    """Read it all from counters, the pace from the newest deliveries, the end from the forecast."""
    row = await find_task(connection, caller, task_id)
    halted_by = (await watch.now()).halted_by(row["status"], row["start_at"])
    pace = await forecasts.pace(task_id)
    retrying = await task_status.retrying(connection, task_id, halted_by) if row["retrying"] else []
    counts = StatusCounts.model_validate(row["by_status"])
    moments = (row["created_at"], row["last_processed_at"], row["last_sent_at"], row["completed_at"])
    return RealtimeStatus(
        task_id=task_id,
        status=row["status"],
        progress=Progress(
            total=row["total"], sent=counts.sent, pending=_unfinished(counts), failed=counts.failed, by_status=counts
        ),
        metrics=Metrics(
            avg_wait_time=None if pace["wait_seconds"] is None else round(max(pace["wait_seconds"], 0.0), 3),
            throughput=round(pace["recent"] * PER_HOUR),
            estimated_completion=None if halted_by else await estimated_completion(forecasts, row, retrying),
        ),
        waiting=_halted(row, counts, halted_by, retrying)
        if halted_by
        else [*_waiting(row, counts), *_retrying(row, retrying)],
        last_activity=max(moment for moment in moments if moment is not None),
        campaign_id=row["campaign_id"],
        round_no=row["round_no"],
    )


def _unfinished(counts: StatusCounts) -> int:
    return counts.pending + counts.claimed + counts.transmitting


def _halted(row: RowMapping, counts: StatusCounts, halted_by: Halt, retrying: list[RowMapping]) -> list[Waiting]:
    """While nothing goes at all, what the allocator said last is of the past, and so are moments that have come."""
    overdue = sum(each["count"] for each in retrying if each["reason"] == halted_by)
    due = row["ready"] + overdue if row["prepared"] else counts.pending
    later = [each for each in retrying if each["reason"] != halted_by]
    return [*([Waiting(reason=halted_by, count=due, retry_at=None)] if due else []), *_retrying(row, later)]


def _waiting(row: RowMapping, counts: StatusCounts) -> list[Waiting]:
    """Why ready mails do not go now; the first reason is the main one and counts them all."""
    if row["status"] in WHOLE_TASK:
        retry_at = row["start_at"] if row["status"] == "scheduled" else None
        guarded = row["status"] == "paused" and (row["reputation"] or {}).get("state") == "paused"
        reason = "reputation" if guarded else row["status"]
        return [Waiting(reason=reason, count=counts.pending, retry_at=retry_at)] if counts.pending else []
    if row["status"] == "sending" and not row["prepared"]:
        return [Waiting(reason="preparing", count=counts.pending, retry_at=None)]
    if row["status"] != "sending" or not row["ready"]:
        return []
    if not row["waits"]:
        return [Waiting(reason="turn", count=row["ready"], retry_at=None)]
    return [_wait(wait, row["ready"] if place == 0 else 0) for place, wait in enumerate(row["waits"])]


def _wait(wait: dict[str, Any], count: int) -> Waiting:
    return Waiting(
        reason=wait["reason"],
        count=count,
        retry_at=wait["retry_at"],
        services=wait["services"] or None,
        service_count=wait["service_count"] or None,
    )


def _retrying(row: RowMapping, retrying: list[RowMapping]) -> list[Waiting]:
    if row["status"] != "sending":
        return []
    return [Waiting.model_validate(dict(reason)) for reason in retrying]
