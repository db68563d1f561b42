"""How connections to services are used: one a mailbox, handed on while there is work, closed when there is none."""

import asyncio

from tests.workflow.flow import Flow


async def test_a_mailbox_with_work_waiting_keeps_its_connection_and_closes_it_at_the_end(flow: Flow) -> None:
    service = await flow.service(interval=0.05)
    task = await flow.world.task(mails=10)

    await flow.start(task)
    await flow.totals(task)

    assert len({mail["connection"] for mail in flow.journaled()}) < 10
    await flow.until_true(lambda: no_reservation(flow))
    assert (await flow.world.schedule(service))["finished"] == 10


async def test_a_mailbox_has_one_connection_at_a_time_for_all_tasks(flow: Flow) -> None:
    await flow.service(interval=0, max_connections=1, latency_ms=30)
    tasks = [await flow.world.task(mails=5) for _ in range(3)]

    await asyncio.gather(*(flow.start(task) for task in tasks))

    for task in tasks:
        assert (await flow.totals(task)).sent == 5
    assert not flow.journaled("refused")


async def test_a_relay_uses_several_connections_at_once(flow: Flow) -> None:
    service = await flow.service(interval=0, kind="relay", latency_ms=100)
    await flow.world.pool.execute("UPDATE email_services SET max_connections = 4 WHERE id = $1", service)
    task = await flow.world.task(mails=20)

    await flow.start(task)
    await flow.totals(task)

    assert 1 < len({mail["connection"] for mail in flow.journaled()}) <= 4


async def test_a_slow_answer_ends_the_activity_but_not_the_wait_for_it(flow: Flow) -> None:
    await flow.service(latency_ms=5000)
    task = await flow.world.task(mails=1)

    await flow.start(task)

    await flow.until(task, lambda survey: survey.in_flight == 1)
    assert (await flow.totals(task)).sent == 1


async def no_reservation(flow: Flow) -> bool:
    """Every connection was given back."""
    return not (await flow.world.row("SELECT count(*) AS n FROM service_reservations"))["n"]
