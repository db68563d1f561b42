"""What a campaign did a moment ago it would do again; with `--record` its histories are kept (`history.py`)."""

import asyncio

import pytest

from contracts.identifiers import campaign_workflow_id
from tests.workflow.campaigns import DAY, campaign
from tests.workflow.conftest import Replays
from tests.workflow.flow import Flow

pytestmark = pytest.mark.usefixtures("quick_clock")


async def test_a_campaign_that_takes_orders(flow: Flow, replays: Replays) -> None:
    made = await campaign(flow, mails=5, rounds=1, start_in=DAY)
    await made.start()
    await made.orders.edit(made.id)
    await made.pass_time(DAY)
    begun = await made.until(lambda survey: survey.rounds[0].task_id)
    await made.orders.steer(made.id, "pause")
    task_id = begun.rounds[0].task_id
    assert task_id is not None
    await made.orders.round_lost(made.id, task_id)
    await made.orders.steer(made.id, "resume")
    await flow.service()
    await flow.resources.orders.services_changed(flow.world.pool_id)
    await made.totals()

    await replays("campaign", campaign_workflow_id(made.id))


async def test_a_campaign_that_is_cancelled_before_its_start(flow: Flow, replays: Replays) -> None:
    made = await campaign(flow, start_in=DAY)
    await made.start()
    await made.until_looked()
    await made.orders.steer(made.id, "cancel")
    assert (await made.totals()).rounds == 0

    await replays("campaign-cancelled", campaign_workflow_id(made.id))


class TestWithShortHistories:
    """The server suggests a new history after some 60 events."""

    @pytest.fixture
    def temporal_address(self, impatient_temporal_address: str) -> str:
        return impatient_temporal_address

    async def test_a_campaign_goes_on_in_a_new_history_and_leaves_its_rounds_alone(
        self, flow: Flow, replays: Replays
    ) -> None:
        made = await campaign(flow, mails=12)
        await made.start()
        first = await made.handle.describe()

        async with asyncio.timeout(60):
            while (await made.handle.describe()).run_id == first.run_id:
                await made.orders.ledger_changed(made.id)
        await flow.service()
        await flow.resources.orders.services_changed(flow.world.pool_id)
        totals = await made.totals()

        assert totals.sent == len(flow.taken()) == 12
        await replays("campaign-that-continues", campaign_workflow_id(made.id), first.run_id)
        await replays("campaign-continued", campaign_workflow_id(made.id))
