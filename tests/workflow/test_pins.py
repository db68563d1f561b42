"""From plan to wire: pinned mails take their service, and every mail can be told why it had the one it had."""

from collections import Counter
from uuid import UUID

from tests.workflow.flow import Flow

BACK = "UPDATE email_service_schedule SET rested_until = NULL, changed_at = clock_timestamp()"
UNEXPLAINED = """
    SELECT count(*) FROM deliveries d WHERE NOT EXISTS (
        SELECT 1 FROM choices c WHERE c.service_id = d.service_id AND c.task_id = d.task_id
            AND d.permit_no BETWEEN c.first_no AND c.first_no + c.count - 1)
"""


async def pin(flow: Flow, task: UUID, service: UUID, upto: int) -> None:
    await flow.world.pool.execute(
        "UPDATE subtasks SET pinned_service_id = $2 WHERE task_id = $1 AND seq <= $3", task, service, upto
    )


def sent_through(flow: Flow) -> Counter[UUID]:
    return Counter(UUID(entry["provider"]) for entry in flow.journaled())


async def test_pinned_mails_go_through_their_service_and_every_try_has_its_choice(flow: Flow) -> None:
    slow, fast = await flow.service(interval=0.6), await flow.service(interval=0.1)
    task = await flow.world.task(mails=12)
    await pin(flow, task, slow, upto=5)

    await flow.start(task)

    assert (await flow.totals(task)).sent == 12
    through = await flow.world.pool.fetch("SELECT DISTINCT service_id FROM subtasks WHERE pinned_service_id = $1", slow)
    assert [row["service_id"] for row in through] == [slow]
    assert sent_through(flow)[fast] >= 1
    assert await flow.world.pool.fetchval(UNEXPLAINED) == 0


async def test_when_their_service_is_paused_pinned_mails_take_any_other(flow: Flow) -> None:
    paused, other = await flow.service(), await flow.service(interval=0.1)
    task = await flow.world.task(mails=6)
    await pin(flow, task, paused, upto=6)
    await flow.world.pool.execute(
        "UPDATE email_service_schedule SET status = 'paused', changed_at = clock_timestamp() WHERE service_id = $1",
        paused,
    )

    await flow.start(task)

    assert (await flow.totals(task)).sent == 6
    assert sent_through(flow) == {other: 6}


async def test_mails_that_wait_for_their_service_go_once_it_is_back(flow: Flow) -> None:
    rested, other = await flow.service(interval=0.1), await flow.service(interval=0.1)
    task = await flow.world.task(mails=6)
    await pin(flow, task, rested, upto=3)
    await flow.world.pool.execute("UPDATE tasks SET pin_fallback = 'wait'")
    await flow.world.pool.execute(
        """UPDATE email_service_schedule SET rested_until = guard_now() + interval '1 hour',
               changed_at = clock_timestamp() WHERE service_id = $1""",
        rested,
    )

    await flow.start(task)
    told = await flow.until(task, lambda survey: survey.sent == 3)
    assert told.ready == 3

    async def named() -> bool:
        return "service_rested" in str((await flow.world.row("SELECT waits FROM user_task_queues"))["waits"])

    await flow.until_true(named)
    await flow.world.pool.execute(BACK)
    await flow.resources.orders.services_changed(flow.world.pool_id)

    assert (await flow.totals(task)).sent == 6
    assert sent_through(flow) == {rested: 3, other: 3}
