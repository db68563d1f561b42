"""A campaign as the API writes it, on a flow's services, and what tests ask of it."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from temporalio.client import WorkflowHandle

from contracts.campaign import CampaignSurvey, CampaignTotals
from contracts.identifiers import campaign_workflow_id
from database.queries import campaign_moves
from runtime.campaign_orders import CampaignOrders
from tests.workflow.flow import PATIENCE, PAUSE, Flow

DAY = timedelta(days=1)


class Campaign:
    """One campaign of a flow's user."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.id = uuid4()

    async def begin(self, mails: int, rounds: int = 1, start_in: timedelta | None = None) -> None:
        """Write it: each round three days after the one before."""
        world, list_id = self.flow.world, uuid4()
        values = (world.user_id, list_id, mails, world.pool_id, self.id, rounds)
        await world.pool.execute("INSERT INTO contact_lists (id, user_id, name) VALUES ($2, $1, 'l')", *values[:2])
        await world.pool.execute(
            """WITH c AS (
                   INSERT INTO contacts (user_id, email, email_key)
                   SELECT $1, a, a FROM generate_series(1, $3) n, format('person%s@example.net', n) a RETURNING id
               ) INSERT INTO contact_list_members SELECT $2, id FROM c""",
            *values[:3],
        )
        await world.pool.execute(
            """INSERT INTO campaigns (id, user_id, pool_id, contact_list_id, name, status, start_at)
               VALUES ($4, $1, $3, $2, 'Spring', $5, guard_now() + $6)""",
            *(world.user_id, list_id, world.pool_id, self.id, "scheduled" if start_in else "sending", start_in),
        )
        await world.pool.execute(
            """INSERT INTO rounds (campaign_id, round_no, delay, threaded, audience, subject, text)
               SELECT $1, n, CASE WHEN n = 1 THEN 0 ELSE 3 END, n > 1, 'all', 's', 't' FROM generate_series(1, $2) n""",
            *values[4:],
        )

    async def start(self, orders: CampaignOrders | None = None) -> None:
        await (orders or self.orders).start(await self.survey())

    async def survey(self) -> CampaignSurvey:
        async with self.flow.world.pool.acquire() as connection:
            return await campaign_moves.survey(connection, self.id)

    async def until(self, condition: Callable[[CampaignSurvey], Any]) -> CampaignSurvey:
        """Wait for a survey of which this is true."""
        async with asyncio.timeout(PATIENCE):
            while not condition(found := await self.survey()):  # noqa: ASYNC110 - a database sets no event
                await asyncio.sleep(PAUSE)
        return found

    async def until_round_ended(self, round_no: int) -> UUID:
        """Wait for the end of a round; its task."""
        found = await self.until(lambda survey: survey.rounds[round_no - 1].ended)
        task_id = found.rounds[round_no - 1].task_id
        assert task_id is not None
        return task_id

    async def pass_time(self, by: timedelta) -> None:
        """Move the guard's clock, and let the campaign and its rounds look at it."""
        await self.flow.world.advance_guard(by)
        for each in (await self.survey()).rounds:
            if each.task_id is not None and not each.ended:
                await self.flow.resources.orders.ledger_changed(each.task_id)
        await self.orders.ledger_changed(self.id)

    async def until_looked(self) -> None:
        """Wait until its workflow has looked at the ledger: one whose first step still runs may refuse an order."""
        async with asyncio.timeout(PATIENCE):
            while await self.handle.query("progress") is None:  # noqa: ASYNC110 - a query sets no event
                await asyncio.sleep(PAUSE)

    async def totals(self) -> CampaignTotals:
        """Wait for the end of its workflow."""
        async with asyncio.timeout(PATIENCE):
            return await self.handle.result()

    @property
    def orders(self) -> CampaignOrders:
        return self.flow.resources.campaign_orders

    @property
    def handle(self) -> "WorkflowHandle[Any, CampaignTotals]":
        """Its workflow."""
        client = self.flow.resources.temporal_client
        return client.get_workflow_handle(campaign_workflow_id(self.id), result_type=CampaignTotals)


async def campaign(flow: Flow, mails: int = 2, rounds: int = 1, start_in: timedelta | None = None) -> Campaign:
    """A campaign that is written and not yet started."""
    made = Campaign(flow)
    await made.begin(mails, rounds, start_in)
    return made
