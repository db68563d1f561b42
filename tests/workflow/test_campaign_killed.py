"""A worker process that is killed in the middle of a campaign: another goes on, and nobody gets a round twice."""

from collections import Counter
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from runtime.resources import Resources
from tests.integration.ledger.world import World
from tests.workflow.campaigns import DAY, campaign
from tests.workflow.flow import Flow
from tests.workflow.process import running


@pytest.fixture
async def flow(resources: Resources, tmp_path: Path) -> AsyncIterator[Flow]:
    """A user with nothing yet; no worker runs."""
    flow = Flow(resources, World(resources.ledger_pool), tmp_path)
    await flow.world.begin()
    yield flow
    await flow.close()


async def test_a_campaign_goes_on_with_another_worker_where_one_was_killed(flow: Flow) -> None:
    await flow.service(interval=0.3)
    made = await campaign(flow, mails=10, rounds=2)
    await made.start()

    with running(flow.resources.settings) as killed:
        await made.until_round_ended(1)  # before that, its deliveries' heartbeats would be waited for
        killed.kill()
    with running(flow.resources.settings):
        await made.pass_time(3 * DAY)
        totals = await made.totals()

    assert totals.rounds == 2
    times = Counter(flow.taken())
    assert len(times) == 10
    assert max(times.values()) == 2
    assert await flow.world.pool.fetchval("SELECT count(*) FROM subtasks WHERE status = 'sent'") == totals.sent
