"""What a process asks of the workflows of campaigns."""

from typing import Any
from uuid import UUID

from temporalio.client import WorkflowHandle

from contracts import identifiers
from contracts.campaign import CampaignState, CampaignSurvey
from runtime.orders import RPC_TIMEOUT, START_TIMEOUT, Orders
from workflows.campaign import CampaignWorkflow
from workflows.steering import attributes


class CampaignOrders(Orders):
    """Starts campaigns and passes people's orders on."""

    async def start(self, survey: CampaignSurvey) -> bool:
        """Start `campaign-{id}` unless it runs; whether it did not."""
        return await self._start(
            CampaignWorkflow.run,
            CampaignState(campaign_id=survey.campaign_id),
            id=identifiers.campaign_workflow_id(survey.campaign_id),
            static_summary=f"Campaign: {survey.name}",
            static_details="Begins a child workflow for each round. Who gets which mail is decided in the ledger.",
            search_attributes=attributes(survey),
            rpc_timeout=START_TIMEOUT,
        )

    async def edit(self, campaign_id: UUID) -> None:
        """Go by what was changed."""
        await self._handle(campaign_id).execute_update(CampaignWorkflow.edit, rpc_timeout=RPC_TIMEOUT)

    async def ledger_changed(self, campaign_id: UUID) -> None:
        """Tell it that its rows, or the tasks of its rounds, have changed."""
        await self._handle(campaign_id).signal(CampaignWorkflow.ledger_changed, rpc_timeout=RPC_TIMEOUT)

    async def round_lost(self, campaign_id: UUID, task_id: UUID) -> None:
        """Tell it that the workflow of a round does not run."""
        await self._handle(campaign_id).signal(CampaignWorkflow.round_lost, task_id, rpc_timeout=RPC_TIMEOUT)

    def _handle(self, subject_id: UUID) -> WorkflowHandle[Any, Any]:
        return self._client.get_workflow_handle(identifiers.campaign_workflow_id(subject_id))
