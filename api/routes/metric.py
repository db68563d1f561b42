"""`/api/system/metrics`, `/api/tasks/{id}/metrics`, and `/metrics` for Prometheus."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from api.dependencies import Connection, Credentials, Health, Process, Reader, Times
from api.operations import metric as operations
from api.problems import NotAuthenticatedError
from api.prometheus import CONTENT_TYPE, exposition
from api.schemas.metric import MetricSeriesOut, TaskMetricsOut
from contracts.metric import QueueState, SystemMetric
from runtime.secrets import same_secret

router = APIRouter(tags=["metrics"])

Moment = AwareDatetime | None
From = Annotated[Moment, Query(alias="from", description="ISO 8601, with zone; an hour before `to` unless said")]
To = Annotated[Moment, Query(description="ISO 8601, with zone; now unless said")]
State = Annotated[QueueState | None, Query(description="Of queue_mails: those only; all unless said")]
Step = Annotated[int | None, Query(ge=60, le=86_400 * 31, description="Seconds; what gives 500 points unless said")]


@router.get("/api/system/metrics")
async def series(
    name: SystemMetric,
    caller: Reader,
    connection: Connection,
    begins: From = None,
    to: To = None,
    step: Step = None,
    state: State = None,
) -> MetricSeriesOut:
    """One metric over time, averaged by step: for administrators everyone's by the minute, else yours by 15."""
    return await operations.series(connection, caller, name, begins, to, step, state)


@router.get("/api/tasks/{task_id}/metrics")
async def of_task(task_id: UUID, caller: Reader, connection: Connection) -> TaskMetricsOut:
    """How a task went: its key figures, and its progress minute by minute."""
    return await operations.of_task(connection, caller, task_id)


@router.get("/metrics", include_in_schema=False)
async def scrape(process: Process, watch: Health, times: Times, credentials: Credentials) -> Response:
    """Everything as numbers for Prometheus. Needs no key unless `TEMPOST_API__METRICS_TOKEN` is set."""
    token = process.settings.api.metrics_token
    if token is not None and not same_secret(credentials.credentials if credentials else "", token.get_secret_value()):
        raise NotAuthenticatedError("Send TEMPOST_API__METRICS_TOKEN as `Authorization: Bearer …`.")
    return Response(exposition(await watch.now(), times), media_type=CONTENT_TYPE)
