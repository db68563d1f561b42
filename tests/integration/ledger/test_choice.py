"""Choices are kept once for each run, and for a while."""

from datetime import datetime, timedelta

import pytest

from database.queries import choice
from scheduling.allocator import Plan, plan
from scheduling.allocator_state import AllocatorState, Changes, Demand, absorb
from scheduling.service import ServiceState
from tests.integration.ledger.world import World
from tests.unit.scheduling.strategies import a_demand, a_service, an_id

pytestmark = pytest.mark.unchecked_ledger("the choices are of services and tasks that were never made")


def decide(now: datetime, services: list[ServiceState], demands: list[Demand]) -> Plan:
    return plan(absorb(AllocatorState(), Changes(tuple(services), tuple(demands), complete=True), now), now)


async def keep(world: World, decision: Plan) -> None:
    assert decision.choices is not None
    async with world.pool.acquire() as connection:
        await choice.write(connection, decision.choices, decision.grants)


async def test_every_run_has_one_choice_however_often_it_is_written(world: World) -> None:
    now = (await world.row("SELECT guard_now() AS now"))["now"]
    reset = now + timedelta(hours=9)
    services = [a_service(number, interval=0.5, quota_reset_at=reset) for number in range(20)]
    decision = decide(now, services, [a_demand(number, user=0) for number in range(9)])

    await keep(world, decision)
    await keep(world, decision)

    runs = [(run.service_id, run.first_no, run.count, grant.task_id) for grant in decision.grants for run in grant.runs]
    rows = await world.pool.fetch("SELECT * FROM choices")
    assert sorted((row["service_id"], row["first_no"], row["count"], row["task_id"]) for row in rows) == sorted(runs)
    for row in rows:
        assert row["decided_at"] == now
        assert (row["waiting_count"], len(row["waiting"])) == (8, 5)
        assert row["task_id"] not in row["waiting"]


async def test_choices_are_forgotten_after_a_week_in_small_steps(world: World) -> None:
    now = (await world.row("SELECT guard_now() AS now"))["now"]
    for days in (20, 8, 6):
        at = now - timedelta(days=days)
        rows = [a_service(days, next_available_at=at, quota_reset_at=at + timedelta(hours=9))]
        await keep(world, decide(at, rows, [a_demand(ready=1)]))

    async with world.pool.acquire() as connection:
        assert await choice.forget(connection, most=1)
        assert await choice.forget(connection, most=1)
        assert not await choice.forget(connection, most=1)

    kept = await world.row("SELECT count(*) AS count, min(service_id::text) AS service FROM choices")
    assert (kept["count"], kept["service"]) == (1, str(an_id("service", 6)))
