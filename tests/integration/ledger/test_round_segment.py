"""A round for a segment goes to those of its audience who are of the segment when it begins."""

import json
from collections import Counter
from typing import Any
from uuid import UUID, uuid4

from tests.integration.ledger.outreach import mails, outreach, reasons, release
from tests.integration.ledger.world import World

PEOPLE = [{"email": f"{no}@{city}.example", "city": city} for no, city in enumerate(("graz", "wien", "graz"))]


async def segment(world: World, rules: dict[str, Any]) -> UUID:
    """Keep a segment."""
    segment_id = uuid4()
    await world.pool.execute(
        "INSERT INTO segments (id, user_id, name, rules) VALUES ($1, $2, 'people', $3)",
        segment_id, world.user_id, json.loads(json.dumps(rules)),
    )  # fmt: skip
    return segment_id


async def test_contacts_outside_the_segment_get_no_mail_and_the_reason_is_said(world: World) -> None:
    campaign = await outreach(world, PEOPLE)
    rules = {"all": [{"field": "city", "op": "in", "value": ["Graz", "Linz"]}, {"not": {"tag": "vip"}}]}
    await campaign.round(1, segment_id=await segment(world, rules))

    task = await campaign.begin(1)

    assert await reasons(world, task) == ["pending", "suppressed not_in_segment", "pending"]
    assert await world.queue(task) == {"ready": 2, "suppressed": 1}


async def test_a_later_round_asks_the_segment_as_it_is_then(world: World) -> None:
    relay = await world.service(interval=0, kind="relay")
    campaign = await outreach(world, PEOPLE)
    await campaign.round(1)
    first = await campaign.begin(1)
    for _ in PEOPLE:
        await world.sent(relay, first)
    await world.pool.execute("UPDATE contacts SET tags = '{warm}' WHERE fields ->> 'city' = 'wien'")
    warm = {"any": [{"tag": "warm"}, {"engagement": "opened", "campaign": str(campaign.id)}]}
    sent = {"engagement": "sent", "task": str(first), "withinDays": 7}
    await campaign.round(2, delay=0, segment_id=await segment(world, {"all": [warm, sent]}))

    second = await campaign.begin(2)

    assert await reasons(world, second) == ["suppressed not_in_segment", "pending", "suppressed not_in_segment"]


async def test_variants_get_their_shares_of_the_segment_and_not_of_the_list(world: World) -> None:
    campaign = await outreach(world, [{"city": "graz" if no % 3 else "wien"} for no in range(60)])
    graz = await segment(world, {"field": "city", "op": "equals", "value": "graz"})
    variants = [{"name": each, "share": share, "subject": each} for each, share in (("a", 0.1), ("b", 0.25))]
    rule = {"measure": "clicks", "after": "PT4H", "confidence": 0.95}
    await campaign.round(1, segment_id=graz, variants=variants, winner_rule=rule)

    task = await campaign.begin(1)
    await release(world, task)

    ours = [mail for mail in await mails(world, task) if mail["status"] == "pending"]
    assert Counter(mail["variant"] for mail in ours) == {0: 4, 1: 10, None: 26}
    assert {(mail["variant"] is None, mail["reason"]) for mail in ours} == {(True, "variant_test"), (False, None)}
    assert await world.queue(task) == {"ready": 14, "retrying": 26, "suppressed": 20}
