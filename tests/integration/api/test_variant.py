"""A campaign's variants: what is known while they are tried, and who won by which figures."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from runtime.resources import Resources
from tests.integration.api.asker import Asker
from tests.integration.api.test_campaign import begin, order
from tests.integration.ledger.outreach import release
from tests.integration.ledger.world import World

VARIANTS = [{"name": name, "share": 0.25, "subject": name, "text": name} for name in ("A", "B")]
RULE = {"measure": "opens", "after": "PT4H", "confidence": 0.9}
PEOPLE, TRIED = 80, 20
COUNTS = ("sent", "opened", "clicked", "replied", "tried", "hits", "rate")
ENGAGE = """
    INSERT INTO engagements (task_id, seq, opened_at, clicked_at)
    SELECT task_id, seq, CASE WHEN $4 = 'opened' THEN now() END, CASE WHEN $4 = 'clicked' THEN now() END
    FROM subtasks b WHERE task_id = $1 AND variant = $2 AND status = 'sent' AND NOT EXISTS (
        SELECT FROM engagements e WHERE e.task_id = b.task_id AND e.seq = b.seq) ORDER BY seq LIMIT $3
"""


class Trial:
    """A round whose two variants went to 20 people each."""

    def __init__(self, ann: Asker, world: World, made: dict[str, Any], task: UUID) -> None:
        self.ann, self.world, self.task = ann, world, task
        self.path = f"/api/campaigns/{made['id']}/variants"

    async def happens(self, place: int, count: int, what: str) -> None:
        await self.world.pool.execute(ENGAGE, self.task, place, count, what)

    async def told(self) -> Any:
        """Of the round, the first of the campaign."""
        return (await self.ann.get(self.path)).json()["data"][0]


def counts(told: Any) -> list[tuple[Any, ...]]:
    return [tuple(each[name] for name in COUNTS) for each in told["variants"]]


@pytest.fixture
async def trial(ann: Asker, resources: Resources) -> Trial:
    body = await order(ann, people=PEOPLE)
    body["rounds"][0] = {"variants": VARIANTS, "winnerRule": RULE}
    made = await ann.made("/api/campaigns", body)
    task = await begin(resources, made)
    user_id = await resources.ledger_pool.fetchval("SELECT user_id FROM campaigns")
    world = World(resources.ledger_pool, user_id, UUID(made["poolId"]))
    relay = await world.service(interval=0, kind="relay")
    for _ in range(2 * TRIED):
        await world.sent(relay, task)
    return Trial(ann, world, made, task)


async def test_a_winner_is_told_with_the_figures_by_which_it_was_decided(trial: Trial, bob: Asker) -> None:
    await trial.happens(0, 3, "opened")
    await trial.happens(1, 2, "opened")
    await trial.happens(1, 10, "clicked")
    before = await trial.told()
    await release(trial.world, trial.task, after=timedelta(hours=4, seconds=1))
    await trial.happens(0, TRIED, "opened")

    told = await trial.told()

    assert counts(before) == [(20, 3, 0, 0, 20, 3, 0.15), (20, 2, 10, 0, 20, 12, 0.6)]
    assert (before["winner"], before["decidedAt"], before["verdict"]["variant"]) == (None, None, "B")
    assert (told["winner"], told["verdict"], told["decidesAt"]) == ("B", before["verdict"], None)
    assert told["verdict"]["significant"] is True
    assert datetime.fromisoformat(told["decidedAt"]) > datetime.fromisoformat(before["decidesAt"])
    assert counts(told) == [(20, 20, 0, 0, 20, 3, 0.15), (20, 2, 10, 0, 20, 12, 0.6)]
    assert (await bob.get(trial.path)).status_code == 404


async def test_where_none_is_better_the_first_gets_the_rest_and_that_is_told(trial: Trial) -> None:
    await trial.happens(1, 2, "opened")
    await release(trial.world, trial.task, after=timedelta(hours=4, seconds=1))

    told = await trial.told()

    assert (told["winner"], told["verdict"]) == ("A", {"variant": "A", "pValue": 1.0, "significant": False})


async def test_a_round_that_waits_has_variants_and_no_figures(ann: Asker) -> None:
    body = await order(ann)
    body["rounds"][1] = {"variants": VARIANTS, "winnerRule": RULE, "delay": 2}
    made = await ann.made("/api/campaigns", body)

    (told,) = (await ann.get(f"/api/campaigns/{made['id']}/variants")).json()["data"]

    assert (told["roundNo"], told["status"], told["verdict"], told["decidesAt"]) == (2, None, None, None)
    assert counts(told) == [(0, 0, 0, 0, None, None, None)] * 2
