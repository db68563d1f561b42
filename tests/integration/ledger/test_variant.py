"""The winner among variants: decided from what people did, when the trial is over; the rest gets it."""

from collections import Counter
from datetime import timedelta
from uuid import UUID

import pytest

from activities.letter_content import understand
from database.queries.task_content import task_content
from tests.integration.ledger.outreach import Outreach, mails, outreach, reasons, release
from tests.integration.ledger.world import World

VARIANTS = [{"name": name, "share": 0.25, "subject": name, "html": None, "text": name} for name in ("a", "b")]
ENGAGE = """
    INSERT INTO engagements (task_id, seq, opened_at, clicked_at, replied_at, machine_opened_at)
    SELECT task_id, seq, CASE WHEN $4 = 'opened' THEN now() END, CASE WHEN $4 = 'clicked' THEN now() END,
        CASE WHEN $4 = 'replied' THEN now() END, CASE WHEN $4 = 'machine' THEN now() END
    FROM subtasks WHERE task_id = $1 AND variant = $2 ORDER BY seq LIMIT $3
"""


async def trial(world: World, measure: str, sent: int = 40) -> tuple[Outreach, UUID]:
    """A first round to 80, of which each of two variants goes to 20, in the four hours until the winner is known."""
    campaign = await outreach(world, 80)
    await campaign.round(1, variants=VARIANTS, winner_rule={"measure": measure, "after": "PT4H", "confidence": 0.9})
    task = await campaign.begin(1)
    relay = await world.service(interval=0, kind="relay")
    for _ in range(sent):
        await world.sent(relay, task)
    return campaign, task


async def winner(world: World, task: UUID) -> int | None:
    place: int | None = await world.pool.fetchval("SELECT winner FROM tasks WHERE id = $1", task)
    return place


@pytest.mark.parametrize(
    ("measure", "what", "expected"),
    [
        ("opens", "opened", 1), ("opens", "clicked", 1), ("opens", "machine", 0), ("clicks", "clicked", 1),
        ("clicks", "opened", 0), ("replies", "replied", 1),
    ],
)  # fmt: skip
async def test_the_rest_gets_the_variant_that_people_liked_best(
    world: World, measure: str, what: str, expected: int
) -> None:
    _, task = await trial(world, measure)
    await world.pool.execute(ENGAGE, task, 0, 3, what)
    await world.pool.execute(ENGAGE, task, 1, 12, what)

    await release(world, task, after=timedelta(hours=4, seconds=1))

    assert await winner(world, task) == expected
    assert Counter(mail["variant"] for mail in await mails(world, task) if mail["status"] == "pending") == {
        expected: 40
    }
    assert await world.queue(task) == {"sent": 40, "ready": 40}


async def test_before_the_trial_is_over_nothing_is_decided(world: World) -> None:
    _, task = await trial(world, "opens")

    await release(world, task, after=timedelta(hours=3, minutes=59))

    assert await winner(world, task) is None
    assert await world.queue(task) == {"sent": 40, "retrying": 40}


async def test_a_winner_stays_whatever_comes_later(world: World) -> None:
    _, task = await trial(world, "opens")
    await release(world, task, after=timedelta(hours=5))
    await world.pool.execute(ENGAGE, task, 1, 20, "opened")

    await release(world, task, after=timedelta(hours=5))

    assert await winner(world, task) == 0


async def test_a_trial_that_has_not_begun_is_given_its_time_again(world: World) -> None:
    _, task = await trial(world, "opens", sent=0)

    await release(world, task, after=timedelta(hours=4, seconds=1))

    assert await winner(world, task) is None
    waiting = [mail["wait"] for mail in await mails(world, task) if mail["reason"] == "variant_test"]
    assert timedelta(hours=3, minutes=59) < min(waiting)
    assert max(waiting) <= timedelta(hours=4)


async def test_the_thread_begins_with_the_last_mail_that_answers_none(world: World) -> None:
    campaign = await outreach(world, 1)
    await campaign.round(1, subject="one", variants=VARIANTS)
    await campaign.round(2, subject="two", threaded=False)
    await campaign.round(3, subject="")
    tasks = [await campaign.begin(no) for no in (1, 2, 3)]

    async with world.pool.acquire() as connection:
        found = [await task_content(connection, task) for task in tasks]

    assert [content.thread_subjects for content in found] == [(), (), ("two",)]
    assert len(found[0].variants) == 2
    assert understand(found[2]).answering == {0}
    assert await reasons(world, tasks[2]) == ["pending previous_round"]


async def test_an_answer_to_variants_knows_the_subjects_of_all(world: World) -> None:
    campaign = await outreach(world, 1)
    await campaign.round(1, variants=VARIANTS)
    await campaign.round(2, subject="")
    await campaign.begin(1)
    second = await campaign.begin(2)

    async with world.pool.acquire() as connection:
        assert (await task_content(connection, second)).thread_subjects == ("a", "b")
