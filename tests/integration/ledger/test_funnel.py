"""The funnel: a contact counts once, by the best that any of its mails came to."""

from sqlalchemy.ext.asyncio import AsyncEngine

from database.connect import autocommit
from database.queries import timeline
from tests.integration.ledger.campaign import Correspondence
from tests.integration.ledger.world import World

SAME_PEOPLE = """
    UPDATE subtasks b SET contact_id = a.contact_id FROM subtasks a WHERE a.task_id = $1 AND b.task_id = $2
        AND a.seq = b.seq
"""


async def test_a_contact_of_several_rounds_counts_once(world: World, engine: AsyncEngine) -> None:
    first, second = await world.task(mails=3), await world.task(mails=2)
    await world.pool.execute(SAME_PEOPLE, first, second)
    mails, later = Correspondence(world, first), Correspondence(world, second)
    campaign_id = await mails.in_campaign()
    await world.pool.execute("UPDATE tasks SET campaign_id = $1, round_no = 2 WHERE id = $2", campaign_id, second)
    for task in (first, first, first, second, second):
        await world.sent(await world.service(), task)
    await mails.record(mails.event("hard_bounce", seq=1), mails.event("hard_bounce", seq=3))
    await mails.record(mails.event("open", seq=2), mails.event("open", seq=2))
    await later.record(later.event("open", seq=2), later.event("reply", seq=1), later.event("click", seq=1))

    async with autocommit(engine) as connection:
        found = dict(await timeline.funnel(connection, campaign_id, [first, second]))

    # The first contact's first mail bounced, its second was answered; the third has nothing but a bounce.
    assert found == {"contacts": 3, "mailed": 3, "delivered": 2, "opened": 1, "clicked": 1, "replied": 1}
