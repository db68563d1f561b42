"""What a process asks of the workflows of campaigns."""

from typing import Any
from uuid import UUID

from temporalio.client import Client, WorkflowHandle
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from contracts import identifiers
from contracts.campaign import CampaignState, CampaignSurvey
from runtime.temporal import RPC_TIMEOUT, START_TIMEOUT, start_unless_running
from workflows.campaign import CampaignWorkflow


class CampaignOrders:
    """Starts campaigns and passes people's orders on. Each order may be given twice."""

    def __init__(self, client: Client, task_queue: str) -> None:
        self._client = client
        self._task_queue = task_queue

    async def start(self, survey: CampaignSurvey) -> bool:
        """Start `campaign-{id}` unless it runs; whether it did not. Raises `RPCError` where Temporal is down."""
        return await start_unless_running(
            self._client,
            CampaignWorkflow.run,
            CampaignState(campaign_id=survey.campaign_id),
            id=identifiers.campaign_workflow_id(survey.campaign_id),
            task_queue=self._task_queue,
            static_summary=f"Campaign: {survey.name}",
            static_details="Begins a child workflow for each round. Who gets which mail is decided in the ledger.",
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(identifiers.USER, str(survey.user_id)),
                    SearchAttributePair(identifiers.CAMPAIGN, str(survey.campaign_id)),
                    SearchAttributePair(identifiers.POOL, str(survey.pool_id)),
                    SearchAttributePair(identifiers.TASK_STATUS, survey.status),
                    SearchAttributePair(identifiers.PRIORITY, survey.priority),
                ]
            ),
            rpc_timeout=START_TIMEOUT,
        )

    async def pause(self, campaign_id: UUID) -> None:
        """Nothing new of it goes out and no round begins."""
        await self._handle(campaign_id).execute_update(CampaignWorkflow.pause, rpc_timeout=RPC_TIMEOUT)

    async def resume(self, campaign_id: UUID) -> None:
        """Go on after a pause."""
        await self._handle(campaign_id).execute_update(CampaignWorkflow.resume, rpc_timeout=RPC_TIMEOUT)

    async def cancel(self, campaign_id: UUID) -> None:
        """Send nothing more and close."""
        await self._handle(campaign_id).execute_update(CampaignWorkflow.cancel, rpc_timeout=RPC_TIMEOUT)

    async def edit(self, campaign_id: UUID) -> None:
        """Go by what was changed."""
        await self._handle(campaign_id).execute_update(CampaignWorkflow.edit, rpc_timeout=RPC_TIMEOUT)

    async def ledger_changed(self, campaign_id: UUID) -> None:
        """Tell it that its rows, or the tasks of its rounds, have changed."""
        await self._handle(campaign_id).signal(CampaignWorkflow.ledger_changed, rpc_timeout=RPC_TIMEOUT)

    async def round_lost(self, campaign_id: UUID, task_id: UUID) -> None:
        """Tell it that the workflow of a round does not run."""
        await self._handle(campaign_id).signal(CampaignWorkflow.round_lost, task_id, rpc_timeout=RPC_TIMEOUT)

    def _handle(self, campaign_id: UUID) -> WorkflowHandle[Any, Any]:
        return self._client.get_workflow_handle(identifiers.campaign_workflow_id(campaign_id))
