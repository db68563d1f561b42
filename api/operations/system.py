"""The health of the whole, or of one's own part of it."""

from api.operations.api_key import KeyHolder
from api.problems import DatabaseDownError
from api.response_times import ResponseTimes
from api.schemas.system import (
    AvailabilityHealth,
    Health,
    PerformanceHealth,
    QueuesHealth,
    Readiness,
    ServicesHealth,
    WorkersHealth,
)
from runtime.health import HealthWatch, Snapshot
from scheduling.health import judged

PER_HOUR = 12
"""Mails of 5 minutes are twelve times as many an hour."""


async def health(watch: HealthWatch, caller: KeyHolder, times: ResponseTimes) -> Health:
    """Show the newest reading; an administrator's is everyone's, others see their own part."""
    return shown(await watch.now(), caller, times)


def shown(snapshot: Snapshot, caller: KeyHolder, times: ResponseTimes) -> Health:
    """Put a reading as the API tells it."""
    whose = None if caller.admin else caller.user_id
    part, found = snapshot.part(whose), snapshot.faults(whose)
    return Health(
        status=judged(found),
        problems=[fault.text for fault in found],
        causes=[fault.cause for fault in found],
        services=ServicesHealth(
            total=part.services, available=part.available, utilization_rate=round(part.utilization, 4)
        ),
        queues=QueuesHealth(central=part.central, pending=part.pending, processing=part.processing),
        performance=PerformanceHealth(
            throughput=part.sent * PER_HOUR,
            avg_response_time=round(times.mean_milliseconds, 1),
            error_rate=round(part.error_rate, 4),
        ),
        workers=WorkersHealth(live=snapshot.around.live_workers, expected=snapshot.around.expected_workers),
        availability=AvailabilityHealth.model_validate(snapshot.availability, from_attributes=True),
        as_of=snapshot.as_of,
    )


async def readiness(watch: HealthWatch) -> Readiness:
    """Say that requests can be answered. Raises `DatabaseDownError` where there is no database to answer from."""
    grave = [fault.text for fault in (await watch.now()).faults() if fault.cause == "postgresql_down"]
    if grave:
        raise DatabaseDownError(" ".join(grave))
    return Readiness(status="ready")
