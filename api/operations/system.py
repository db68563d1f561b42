"""Settings changed within their bounds, and the health of the whole."""

import math
from datetime import timedelta
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncConnection
from temporalio.service import RPCError

from api.operations.api_key import KeyHolder
from api.problems import NotFoundError, invalid
from api.response_times import ResponseTimes
from api.schemas.system import ConfigChange, ConfigOut, Health, PerformanceHealth, QueuesHealth, ServicesHealth
from database.connect import transaction
from database.queries import system
from runtime.resources import Resources

TEMPORAL_TIMEOUT = timedelta(seconds=2)
WHOLE = {"integer", "days"}
PER_HOUR = 12
BAD_ERROR_RATE = 0.2


async def list_config(connection: AsyncConnection) -> list[ConfigOut]:
    """Every setting."""
    return [shown(dict(row)) for row in await system.config(connection)]


async def change_config(connection: AsyncConnection, key: str, change: ConfigChange) -> ConfigOut:
    """Change a setting, if the value is of its type and within its bounds."""
    row = await system.lock_config(connection, key)
    if row is None:
        raise NotFoundError(f"There is no setting {key!r}.")
    value = _checked(change.value, row["value_type"], row["constraints"])
    return shown(dict(await system.set_config(connection, key, value)))


def shown(row: dict[str, Any]) -> ConfigOut:
    """Show a setting with its values in their type."""
    kind = row["value_type"]
    typed = {name: _number(row[name], kind) for name in ("value", "default_value")}
    return ConfigOut.model_validate({**row, **typed})


def _number(text: str, kind: str) -> int | float:
    return int(text) if kind in WHOLE or text.isdecimal() else float(text)


def _checked(value: object, kind: str, constraints: dict[str, float]) -> str:
    low, high = constraints.get("minimum", -math.inf), constraints.get("maximum", math.inf)
    unit = "" if kind == "integer" else f" {kind}"
    whole = "a whole number" if kind in WHOLE else "a number"
    if isinstance(value, bool) or not isinstance(value, int | float) or (kind in WHOLE and value != int(value)):
        raise invalid("#/value", f"must be {whole} from {low} to {high}{unit}")
    if not low <= value <= high:
        raise invalid("#/value", f"must be from {low} to {high}{unit}, not {value}")
    return str(int(value)) if value == int(value) else str(value)


async def health(resources: Resources, caller: KeyHolder, times: ResponseTimes) -> Health:
    """Count and measure; an administrator's is everyone's, others see their own part."""
    whose = None if caller.admin else caller.user_id
    async with transaction(resources.engine) as connection:
        services = await system.services(connection, whose)
        queues = await system.queues(connection, whose)
        pace = await system.pace(connection, whose)
    ended = pace["sent"] + pace["failed"]
    error_rate = pace["failed"] / ended if ended else 0.0
    faults, status = await _judged(resources, services["total"], services["available"], error_rate)
    return Health(
        status=status,
        problems=faults,
        services=ServicesHealth(
            total=services["total"],
            available=services["available"],
            utilization_rate=round(services["used"] / services["available"], 4) if services["available"] else 0.0,
        ),
        queues=QueuesHealth.model_validate(dict(queues)),
        performance=PerformanceHealth(
            throughput=int(pace["sent"]) * PER_HOUR,
            avg_response_time=round(times.mean_milliseconds, 1),
            error_rate=round(error_rate, 4),
        ),
    )


async def _judged(
    resources: Resources, total: int, available: int, error_rate: float
) -> tuple[list[str], Literal["healthy", "degraded", "unhealthy"]]:
    """Say what is wrong. Without Temporal nothing is sent; all else only slows down."""
    faults = []
    if total and available < total / 2:
        faults.append(f"Only {available} of {total} services are available.")
    if error_rate > BAD_ERROR_RATE:
        faults.append(f"{error_rate:.0%} of the mails of the last 5 minutes failed.")
    if not await _temporal_up(resources):
        return [*faults, "Temporal cannot be reached: nothing is sent until it is back."], "unhealthy"
    return faults, "degraded" if faults else "healthy"


async def _temporal_up(resources: Resources) -> bool:
    try:
        return await resources.temporal_client.service_client.check_health(timeout=TEMPORAL_TIMEOUT)
    except (RPCError, RuntimeError):
        return False
