"""What one broken thing may cost: itself, and nothing beside it."""

import asyncio
from datetime import timedelta

import pytest

import runtime.reconcile
import worker
from runtime.reconcile import keep_reconciled, start_missing
from runtime.resources import open_resources
from stack.ports import free_ports
from tests.logged import until_logged
from tests.workflow.conftest import settings_for
from tests.workflow.flow import Flow


async def test_a_template_that_cannot_be_understood_any_more_fails_its_mails_with_the_reason(flow: Flow) -> None:
    await flow.service(interval=0.05)
    task = await flow.world.task(mails=3)
    await flow.world.pool.execute("UPDATE tasks SET text = 'Dear {{ name'")

    await flow.start(task)

    assert (await flow.totals(task)).failed == 3
    assert (await flow.world.row("SELECT DISTINCT reason FROM subtasks"))["reason"] == "content"
    assert not flow.taken()


async def test_a_mail_for_which_every_account_is_blamed_costs_few_accounts_their_turn_and_fails(flow: Flow) -> None:
    for _ in range(5):
        rule = {
            "stage": "rcpt",
            "pattern": "*-1@example.net",
            "code": 450,
            "text": "4.7.0 Daily sending quota exceeded",
        }
        await flow.service(interval=0.1, rules=[rule])
    task = await flow.world.task(mails=20, max_retries=1)

    await flow.start(task)

    totals = await flow.totals(task)
    assert (totals.sent, totals.failed) == (19, 1)


async def test_a_scheduled_task_that_was_paused_and_resumed_starts_at_its_moment(flow: Flow) -> None:
    await flow.service()
    task = await flow.world.unprepared_task(mails=1, start_in=timedelta(days=1))
    await flow.start(task)

    await flow.resources.orders.steer(task, "pause")
    await flow.until(task, lambda survey: survey.status == "paused")
    await flow.world.pool.execute("UPDATE tasks SET start_at = guard_now() + interval '3 s'")
    await flow.resources.orders.steer(task, "resume")

    assert (await flow.totals(task)).sent == 1


async def test_a_task_with_the_longest_name_starts_and_those_after_it_too(flow: Flow) -> None:
    await flow.service()
    tasks = [await flow.world.task(mails=1) for _ in range(2)]
    await flow.world.pool.execute("UPDATE tasks SET name = repeat('名', 200) WHERE id = $1", tasks[0])

    await start_missing(flow.resources)

    for task in tasks:
        assert (await flow.totals(task)).sent == 1


async def test_reconciling_goes_on_after_a_failure_nobody_foresaw(
    flow: Flow, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(runtime.reconcile, "EVERY", 0.05)
    pool = flow.world.pool
    await pool.execute("ALTER TABLE service_reservations RENAME TO mislaid")
    reconciling = asyncio.create_task(keep_reconciled(flow.resources))
    try:
        await until_logged(caplog, "not reconciled")
        await pool.execute("ALTER TABLE mislaid RENAME TO service_reservations")
        service = await flow.world.service()
        await pool.execute(
            """INSERT INTO service_reservations (service_id, connection_no, reserved_by, expires_at)
               VALUES ($1, 1, 'worker', clock_timestamp())""",
            service,
        )

        async def forgotten() -> bool:
            return not await pool.fetchval("SELECT count(*) FROM service_reservations")

        await flow.until_true(forgotten)
        assert not reconciling.done()
    finally:
        reconciling.cancel()


async def test_a_worker_that_waits_for_the_database_can_be_stopped(temporal_address: str) -> None:
    settings = settings_for(f"postgresql://nobody@127.0.0.1:{free_ports(1)[0]}/none", temporal_address)
    stop = asyncio.Event()
    async with open_resources(settings, asyncio.Event()) as resources:
        running = asyncio.create_task(worker.run(resources, stop))
        done, _ = await asyncio.wait({running}, timeout=0.5)
        assert not done

        stop.set()

        await asyncio.wait({running}, timeout=20)
        assert running.done()
