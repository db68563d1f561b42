"""The client's calls about campaigns."""

from collections.abc import AsyncIterator
from uuid import UUID

from api.client_transport import Body, Transport
from api.schemas.campaign import CampaignContactOut, CampaignDryRunOut, CampaignOut, RoundContentOut


class CampaignCalls(Transport):
    """Campaigns and their rounds."""

    async def submit_campaign(self, order: Body, key: str | None = None) -> CampaignOut:
        """Start a campaign; with the same `key` and order once only, however often it is called."""
        return await self._post(CampaignOut, "/api/campaigns", order, key=key)

    async def dry_run_campaign(self, order: Body) -> CampaignDryRunOut:
        """What a campaign would do."""
        return await self._post(CampaignDryRunOut, "/api/campaigns", order, {"dryRun": "true"})

    def campaigns(self) -> AsyncIterator[CampaignOut]:
        """All campaigns, the newest first."""
        return self._all(CampaignOut, "/api/campaigns")

    async def campaign(self, campaign_id: UUID) -> CampaignOut:
        """One campaign, with why mails of its rounds wait."""
        return await self._get(CampaignOut, f"/api/campaigns/{campaign_id}")

    def campaign_contacts(self, campaign_id: UUID, **filters: str) -> AsyncIterator[CampaignContactOut]:
        """Where a campaign's contacts stand; `stopReason` narrows them down."""
        return self._all(CampaignContactOut, f"/api/campaigns/{campaign_id}/contacts", filters)

    async def order_campaign(self, campaign_id: UUID, order: str) -> CampaignOut:
        """`pause`, `resume` or `cancel`; each may be given twice."""
        return await self._post(CampaignOut, f"/api/campaigns/{campaign_id}/{order}", {})

    async def change_campaign(self, campaign_id: UUID, change: Body) -> CampaignOut:
        """Change a campaign; rounds that have begun keep what they began with."""
        return await self._patch(CampaignOut, f"/api/campaigns/{campaign_id}", change)

    async def add_round(self, campaign_id: UUID, order: Body) -> CampaignOut:
        """Add a round after the last."""
        return await self._post(CampaignOut, f"/api/campaigns/{campaign_id}/rounds", order)

    async def round_content(self, campaign_id: UUID, round_no: int) -> RoundContentOut:
        """What a round sends, with its bodies."""
        return await self._get(RoundContentOut, f"/api/campaigns/{campaign_id}/rounds/{round_no}/content")

    async def change_round(self, campaign_id: UUID, round_no: int, change: Body) -> CampaignOut:
        """Change a round that has not begun."""
        return await self._patch(CampaignOut, f"/api/campaigns/{campaign_id}/rounds/{round_no}", change)

    async def delete_round(self, campaign_id: UUID, round_no: int) -> CampaignOut:
        """Take away a round that has not begun."""
        answer = await self._send("DELETE", f"/api/campaigns/{campaign_id}/rounds/{round_no}")
        return CampaignOut.model_validate_json(answer.content)
