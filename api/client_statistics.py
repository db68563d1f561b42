"""The client's calls about what became of mails, and about metrics."""

from datetime import datetime
from uuid import UUID

from api.client_transport import Transport, given
from api.schemas.metric import MetricSeriesOut, TaskMetricsOut
from api.schemas.statistics import AccountStatisticsOut, CampaignVariantsOut, FunnelOut, StatisticsOut, TimelineOut
from contracts.metric import SystemMetric
from contracts.statistics import TimeUnit


class StatisticsCalls(Transport):
    """Statistics, time-lines, metrics."""

    async def task_statistics(self, task_id: UUID, by: str | None = None, zone: str | None = None) -> StatisticsOut:
        """What became of a task's mails, by `round`, `variant`, `service`, `provider`, `day` or `hour`."""
        return await self._get(StatisticsOut, f"/api/tasks/{task_id}/statistics", given(by=by, timeZone=zone))

    async def task_timeline(self, task_id: UUID, per: TimeUnit = "hour") -> TimelineOut:
        """What happened when to a task's mails."""
        return await self._get(TimelineOut, f"/api/tasks/{task_id}/statistics/timeline", {"per": per})

    async def campaign_statistics(
        self, campaign_id: UUID, by: str | None = None, zone: str | None = None
    ) -> StatisticsOut:
        """The same of the mails of all rounds."""
        return await self._get(StatisticsOut, f"/api/campaigns/{campaign_id}/statistics", given(by=by, timeZone=zone))

    async def campaign_timeline(self, campaign_id: UUID, per: TimeUnit = "day") -> TimelineOut:
        """What happened when to the mails of a campaign."""
        return await self._get(TimelineOut, f"/api/campaigns/{campaign_id}/statistics/timeline", {"per": per})

    async def funnel(self, campaign_id: UUID) -> FunnelOut:
        """How far a campaign's contacts came."""
        return await self._get(FunnelOut, f"/api/campaigns/{campaign_id}/funnel")

    async def campaign_variants(self, campaign_id: UUID) -> CampaignVariantsOut:
        """What became of the variants of a campaign's rounds, and which of them wins."""
        return await self._get(CampaignVariantsOut, f"/api/campaigns/{campaign_id}/variants")

    async def account_statistics(
        self,
        since: datetime | None = None,
        before: datetime | None = None,
        by: str | None = None,
        zone: str | None = None,
    ) -> AccountStatisticsOut:
        """The same of all mails sent within a time, by `task`, `service`, `provider`, `day` or `hour`."""
        filters = given(**{"from": since, "to": before, "by": by, "timeZone": zone})
        return await self._get(AccountStatisticsOut, "/api/statistics", filters)

    async def metric(self, name: SystemMetric, since: datetime, step: int) -> MetricSeriesOut:
        """One metric since a moment, averaged by so many seconds."""
        filters = {"name": name, "from": since.isoformat(), "step": str(step)}
        return await self._get(MetricSeriesOut, "/api/system/metrics", filters)

    async def task_metrics(self, task_id: UUID) -> TaskMetricsOut:
        """How a task went, minute by minute."""
        return await self._get(TaskMetricsOut, f"/api/tasks/{task_id}/metrics")
