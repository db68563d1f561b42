"""`…/statistics`: what became of the mails of a task, a campaign, an account. How is counted: `docs/statistics.md`."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime

from api.csv_answer import csv_answer
from api.dependencies import Analysis, Reader
from api.operations import statistics as operations
from api.operations import variant
from api.schemas.service import TimeZone
from api.schemas.statistics import AccountStatisticsOut, CampaignVariantsOut, FunnelOut, StatisticsOut, TimelineOut
from contracts.statistics import AccountGrouping, TaskGrouping, TimeUnit

router = APIRouter(prefix="/api", tags=["statistics"])

By = Annotated[TaskGrouping | None, Query(description="`day` and `hour`: in which the mail was sent")]
Zone = Annotated[TimeZone, Query(alias="timeZone", description="In which a day begins")]
Since = Annotated[AwareDatetime | None, Query(alias="from", description="Sent then or later; 30 days back unless said")]
Before = Annotated[AwareDatetime | None, Query(alias="to", description="Sent before then; now unless said")]


@router.get("/tasks/{task_id}/statistics")
async def of_task(
    task_id: UUID, caller: Reader, connection: Analysis, by: By = None, zone: Zone = "UTC"
) -> StatisticsOut:
    """What became of the mails of a task. Every mail counts once in each column."""
    return await operations.of_task(connection, caller, task_id, by, zone)


@router.get("/tasks/{task_id}/statistics.csv", response_class=StreamingResponse)
async def csv_of_task(
    task_id: UUID, caller: Reader, connection: Analysis, by: By = None, zone: Zone = "UTC"
) -> StreamingResponse:
    """What became of the mails of a task, as CSV."""
    answer = await operations.of_task(connection, caller, task_id, by, zone)
    return csv_answer(operations.table(answer), f"task-{task_id}-statistics.csv")


@router.get("/tasks/{task_id}/statistics/timeline")
async def timeline_of_task(
    task_id: UUID, caller: Reader, connection: Analysis, per: TimeUnit = "hour", zone: Zone = "UTC"
) -> TimelineOut:
    """What happened when to the mails of a task."""
    return await operations.timeline_of_task(connection, caller, task_id, per, zone)


@router.get("/campaigns/{campaign_id}/statistics")
async def of_campaign(
    campaign_id: UUID, caller: Reader, connection: Analysis, by: By = None, zone: Zone = "UTC"
) -> StatisticsOut:
    """What became of the mails of a campaign. Every mail counts once in each column."""
    return await operations.of_campaign(connection, caller, campaign_id, by, zone)


@router.get("/campaigns/{campaign_id}/statistics.csv", response_class=StreamingResponse)
async def csv_of_campaign(
    campaign_id: UUID, caller: Reader, connection: Analysis, by: By = None, zone: Zone = "UTC"
) -> StreamingResponse:
    """What became of the mails of a campaign, as CSV."""
    answer = await operations.of_campaign(connection, caller, campaign_id, by, zone)
    return csv_answer(operations.table(answer), f"campaign-{campaign_id}-statistics.csv")


@router.get("/campaigns/{campaign_id}/statistics/timeline")
async def timeline_of_campaign(
    campaign_id: UUID, caller: Reader, connection: Analysis, per: TimeUnit = "day", zone: Zone = "UTC"
) -> TimelineOut:
    """What happened when to the mails of a campaign."""
    return await operations.timeline_of_campaign(connection, caller, campaign_id, per, zone)


@router.get("/campaigns/{campaign_id}/funnel")
async def funnel(campaign_id: UUID, caller: Reader, connection: Analysis) -> FunnelOut:
    """How far the contacts of a campaign came: with any of its mails, and with those of each round."""
    return await operations.funnel(connection, caller, campaign_id)


@router.get("/campaigns/{campaign_id}/variants")
async def variants(campaign_id: UUID, caller: Reader, connection: Analysis) -> CampaignVariantsOut:
    """What became of the variants of each round, and which of them wins."""
    return await variant.of_campaign(connection, caller, campaign_id)


@router.get("/statistics")
async def of_account(
    *,
    caller: Reader,
    connection: Analysis,
    since: Since = None,
    before: Before = None,
    by: AccountGrouping | None = None,
    zone: Zone = "UTC",
) -> AccountStatisticsOut:
    """What became of all mails that were sent within a time."""
    return await operations.of_account(connection, caller, since=since, before=before, by=by, zone=zone)
