"""What a campaign's workflow does to the ledger. Every activity returns a survey, as those of a task do."""

from uuid import UUID

import asyncpg
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities.task import Told
from contracts.campaign import CampaignSurvey
from database.connect import PoolConnection
from database.queries import campaign_moves
from database.queries.campaign_moves import CampaignGoneError


class CampaignActivities:
    """Needs the database's pool, and a way to tell tasks that their rows have changed."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]", tell_task: Told) -> None:
        self._pool = pool
        self._tell_task = tell_task

    @activity.defn(name="campaign.survey")
    async def survey(self, campaign_id: UUID) -> CampaignSurvey:
        """Read where the campaign stands. Changes nothing."""
        async with self._pool.acquire() as connection:
            return await _survey(connection, campaign_id)

    @activity.defn(name="campaign.begin_round")
    async def begin_round(self, campaign_id: UUID) -> CampaignSurvey:
        """Make the next round a task if it is due. Run again, it finds it begun."""
        async with self._pool.acquire() as connection:
            await campaign_moves.begin_round(connection, campaign_id)
            return await _survey(connection, campaign_id)

    @activity.defn(name="campaign.pause")
    async def pause(self, campaign_id: UUID) -> CampaignSurvey:
        """Let nothing new of it go out, and begin no round. Run again, it changes nothing."""
        return await self._steer(campaign_id, "paused")

    @activity.defn(name="campaign.resume")
    async def resume(self, campaign_id: UUID) -> CampaignSurvey:
        """Let it and its tasks go on. Run again, it changes nothing."""
        return await self._steer(campaign_id, "sending")

    @activity.defn(name="campaign.cancel")
    async def cancel(self, campaign_id: UUID) -> CampaignSurvey:
        """End it and its tasks, whose own workflows end what waits. Run again, it changes nothing."""
        return await self._steer(campaign_id, "cancelled")

    @activity.defn(name="campaign.close")
    async def close(self, campaign_id: UUID) -> CampaignSurvey:
        """End the campaign if nothing is left to do; the survey says whether it did. Run again, it changes nothing."""
        async with self._pool.acquire() as connection:
            await campaign_moves.close(connection, campaign_id)
            return await _survey(connection, campaign_id)

    async def _steer(self, campaign_id: UUID, status: str) -> CampaignSurvey:
        """Move the rows, unless the API has; tell the tasks of it in either case."""
        async with self._pool.acquire() as connection:
            await campaign_moves.steer(connection, campaign_id, status)
            found = await _survey(connection, campaign_id)
        for each in found.rounds:
            if each.task_id is not None and not each.ended:
                await self._tell_task(each.task_id)
        return found


async def _survey(connection: PoolConnection, campaign_id: UUID) -> CampaignSurvey:
    try:
        return await campaign_moves.survey(connection, campaign_id)
    except CampaignGoneError as error:
        raise ApplicationError(str(error), type="CampaignGone", non_retryable=True) from error
