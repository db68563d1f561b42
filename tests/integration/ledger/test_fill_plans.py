"""Plans of large fills and releases while statistics are older than the rows: no contact is joined with each other one.

A campaign's million contacts are written and joined before anybody counts them. Small numbers show the same plans; what
is asserted is their shape.
"""

import json
from collections.abc import Iterator
from typing import Any

from database.queries.round_fill import FILL_OF_A_LIST, FILL_OF_A_ROUND
from tests.integration.ledger.outreach import Outreach, outreach
from tests.integration.ledger.world import World

TABLES = "campaign_contacts", "contact_list_members", "contacts", "subtasks", "suppressions", "tasks"
SUPPRESS = """
    INSERT INTO suppressions (user_id, email, reason)
    SELECT $1, format('gone%s@example.net', n), 'x' FROM generate_series(1, 1000) n
"""


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A plan and all below it."""
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)


async def begun(world: World, contacts: int) -> tuple[Outreach, Any]:
    campaign = await outreach(world, contacts)
    await campaign.round(1)
    return campaign, await campaign.begin(1)


async def test_no_contact_is_joined_with_each_other_one_while_statistics_are_old(world: World) -> None:
    for table in TABLES:
        await world.pool.execute(f"ALTER TABLE {table} SET (autovacuum_enabled = false)")
    await begun(world, 1_000)
    await world.pool.execute("ANALYZE")
    campaign, task = await begun(world, 2_000)
    await world.pool.execute(SUPPRESS, world.user_id)
    fills = {
        FILL_OF_A_ROUND: (task, task, world.user_id, campaign.id),
        FILL_OF_A_LIST: (task, campaign.list_id, None, world.user_id),
    }

    found = []
    for statement, values in fills.items():
        explained = await world.pool.fetchval(f"EXPLAIN (FORMAT JSON) {statement}", *values)
        plan = json.loads(explained) if isinstance(explained, str) else explained
        found += list(nodes(plan[0]["Plan"]))

    filters = {node["Join Filter"] for node in found if "Join Filter" in node}
    of_an_earlier_task = "(f.contact_id = c.id)"  # a round follows none: there is nothing to join with
    assert {each for each in filters if "contact_id" in each or "email" in each} <= {of_an_earlier_task}
    looked_up = {node["Relation Name"]: node.get("Index Cond", "") for node in found if "Relation Name" in node}
    assert "contact_id = " in looked_up["campaign_contacts"]
    assert "email = " in looked_up["suppressions"]


async def test_a_release_finds_mails_by_their_keys_whatever_statistics_say(world: World) -> None:
    settings = await world.pool.fetchval("SELECT proconfig FROM pg_proc WHERE proname = 'task_release_v1'")

    assert {"enable_seqscan=off", "enable_hashjoin=off", "plan_cache_mode=force_generic_plan"} <= set(settings)
