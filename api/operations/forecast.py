"""Forecasts: of a task that is there, and of one that was only tried dry."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection

from api.pool_forecasts import PoolForecasts
from api.problems import invalid
from api.schemas.forecast import ForecastOut, LimitOut, NeededOut, NoEnd
from contracts.task import FINAL_STATUSES
from database.queries import task_status
from runtime.health import HealthWatch
from scheduling.allocator_state import Demand
from scheduling.capacity import HORIZON
from scheduling.forecast import PAUSED, TOO_LONG, Limit, Mailing, PoolForecast
from scheduling.wait import WaitReason

DETAILS = {
    PAUSED: "The task is paused: it goes on when it is resumed.",
    WaitReason.NO_SERVICE.value: "The pool has no service that sends: add one, or resume one.",
    "workers_missing": "No worker process runs: start one.",
    "temporal_down": "Temporal does not answer: bring its server back. Nothing is lost.",
    TOO_LONG: f"It would not end within {HORIZON.days} days: `limitedBy` says what holds it up.",
}
HALF_SECOND = timedelta(seconds=0.5)


async def task_forecast(
    connection: AsyncConnection, forecasts: PoolForecasts, watch: HealthWatch, row: RowMapping, by: datetime | None
) -> ForecastOut:
    """Say when a task ends, from its row; while no mail goes at all, nobody knows."""
    retrying = await task_status.retrying(connection, row["id"]) if row["retrying"] else []
    pool = await forecasts.read(row["pool_id"])
    shown = _shown(pool, mailing(row, retrying), by)
    if row["status"] in FINAL_STATUSES:
        return shown.model_copy(update={"ends_at": row["completed_at"]})
    halted_by = (await watch.now()).halted_by(row["status"], row["start_at"])
    if halted_by is None or (shown.no_end is not None and shown.no_end.reason == "no_service"):
        return shown
    return shown.model_copy(update={"ends_at": None, "no_end": _no_end(halted_by), "limited_by": [], "needed": None})


async def order_forecast(forecasts: PoolForecasts, pool_id: UUID, ordered: Mailing, by: datetime | None) -> ForecastOut:
    """Say when a task would end that is not there yet."""
    return _shown(await forecasts.read(pool_id), ordered, by)


async def estimated_completion(
    forecasts: PoolForecasts, row: RowMapping, retrying: list[RowMapping]
) -> datetime | None:
    """When a task ends, as far as its pool of a few seconds ago says; when it ended, once it has."""
    if row["status"] in FINAL_STATUSES:
        ended: datetime | None = row["completed_at"]
        return ended
    pool = await forecasts.kept(row["pool_id"])
    return _to_the_second(pool.ends_at(mailing(row, retrying)))


def mailing(row: RowMapping, retrying: list[RowMapping]) -> Mailing:
    """Read off a task's row what it has still to send."""
    return Mailing(
        Demand(row["id"], row["user_id"], row["by_status"]["pending"], row["priority"]),
        starts_at=row["start_at"] if row["status"] == "scheduled" else None,
        retry_at=max((reason["last_retry_at"] for reason in retrying), default=None),
        paused=row["status"] == "paused",
    )


def _shown(pool: PoolForecast, asked: Mailing, by: datetime | None) -> ForecastOut:
    if by is not None and by <= pool.now:
        raise invalid("?by", f"must lie in the future: it is {pool.now.isoformat(timespec='seconds')} now")
    if by is not None and by > pool.now + HORIZON:
        raise invalid("?by", f"must lie within {HORIZON.days} days: nothing is foreseen beyond")
    found = pool.forecast(asked, by)
    reason = found.no_end
    return ForecastOut(
        as_of=pool.now,
        mails=found.mails,
        ends_at=_to_the_second(found.ends_at),
        no_end=_no_end(reason) if reason else None,
        limited_by=[_limit(limit) for limit in found.limited_by],
        needed=NeededOut.model_validate(found.needed, from_attributes=True) if found.needed else None,
    )


def _limit(limit: Limit) -> LimitOut:
    values = {"reason": limit.reason, "ends_at_without": _to_the_second(limit.ends_at_without)}
    return LimitOut.model_validate(values)


def _no_end(reason: str) -> NoEnd:
    return NoEnd.model_validate({"reason": reason, "detail": DETAILS[reason]})


def _to_the_second(moment: datetime | None) -> datetime | None:
    """More would only seem exact, and would change with every look."""
    return moment and (moment + HALF_SECOND).replace(microsecond=0)
