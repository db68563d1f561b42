"""A delivery on its way through a real dialogue, and what the ledger holds of it meanwhile."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest
from temporalio.testing import ActivityEnvironment

import activities.delivery
from activities.attempt import Limits, Means
from activities.connection import Connections
from activities.delivery import DeliveryActivities
from activities.letter import Letters
from activities.signing import Signers
from contracts.delivery import BatchOutcome, DeliverBatch
from database.ledger import Ledger
from database.queries.survey import guard_now
from mail.smtp import SmtpTransport
from mail.transport import Account, Timeouts
from scheduling.permit import PermitRun
from stack.simulator.config import ProviderConfig, SimulatorConfig
from stack.simulator.server import running
from tests.integration.ledger.test_lock_order import until_blocked
from tests.integration.ledger.world import NO_LINKS, RETURN_PATHS, World

LONG = timedelta(minutes=1)
SET_PORT = "UPDATE email_services SET port = $1"


def deliveries_of(world: World, upload: timedelta) -> DeliveryActivities:
    """What a worker does, with a minute's patience for answers."""

    def dial(account: Account) -> SmtpTransport:
        return SmtpTransport(account, Timeouts(upload=upload), ssl.create_default_context(), "localhost")

    async def told(task_id: UUID) -> None:
        """Nobody listens."""

    ledger = Ledger(world.pool, "worker", upload)
    connections = Connections(ledger, dial, lambda _, __: "")
    letters = Letters(world.pool, NO_LINKS, RETURN_PATHS)
    means = Means(ledger, connections, letters, Signers(world.pool, lambda _, __: ""), Limits(upload, LONG, LONG))
    return DeliveryActivities(world.pool, means, told)


@asynccontextmanager
async def kept(deliveries: DeliveryActivities) -> AsyncIterator[None]:
    """Renew what it holds, as a worker does."""
    keeping = asyncio.create_task(deliveries.keep())
    try:
        yield
    finally:
        keeping.cancel()
        await deliveries.finish(10)


async def deliver(
    world: World, deliveries: DeliveryActivities, task: UUID, folder: Path, **provider: float
) -> BatchOutcome:
    """Send the task's mail through a provider that behaves as said."""
    service = await world.service()
    async with running(SimulatorConfig(journal=folder / "journal.jsonl")) as (simulator, _):
        port = (await simulator.add(ProviderConfig.model_validate({"name": "slow", **provider}))).port
        await world.pool.execute(SET_PORT, port)
        async with world.pool.acquire() as connection:
            now = await guard_now(connection)
        run = PermitRun(service, 1, now, timedelta(seconds=1), 1, timedelta(seconds=30))
        batch = DeliverBatch(task_id=task, runs=(run,))
        outcome: BatchOutcome = await ActivityEnvironment().run(deliveries.deliver, batch)
        return outcome


async def test_a_mail_on_its_way_is_held_for_as_long_as_its_worker_lives(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activities.delivery, "RENEW_EVERY", 0.05)
    task, deliveries = await world.task(mails=1), deliveries_of(world, timedelta(seconds=20))
    held = set()

    async with kept(deliveries):
        delivering = asyncio.create_task(deliver(world, deliveries, task, tmp_path, latency_ms=1500))
        while not delivering.done():
            row = await world.pool.fetchrow("SELECT deadline FROM deliveries WHERE phase = 'transmitting'")
            held |= {row["deadline"]} if row else set()
            await asyncio.sleep(0.02)

    assert (await delivering).sent == 1
    assert len(held) > 1


async def test_the_time_for_a_mail_counts_from_the_moment_of_its_claim(world: World, tmp_path: Path) -> None:
    """The guard keeps the service for the upload limit from then on; a dot after that would break the interval."""
    task, deliveries = await world.task(mails=1), deliveries_of(world, timedelta(seconds=1))

    async with kept(deliveries):
        async with world.pool.acquire() as other, other.transaction():
            await other.execute("LOCK TABLE user_task_queues IN EXCLUSIVE MODE")  # the claim ends by counting
            delivering = asyncio.create_task(deliver(world, deliveries, task, tmp_path))
            await until_blocked(world)
            await other.execute("SELECT pg_sleep(1.1)")
        outcome = await delivering

    assert (outcome.sent, outcome.returned) == (0, 1)


async def test_a_mail_that_takes_too_long_costs_a_retry_and_waits_so_that_it_is_not_tried_for_ever(
    world: World, tmp_path: Path
) -> None:
    task, deliveries = await world.task(mails=1), deliveries_of(world, timedelta(milliseconds=500))

    async with kept(deliveries):
        outcome = await deliver(world, deliveries, task, tmp_path, command_latency_ms=300)

    assert outcome.returned == 1
    mail = await world.row("SELECT retry_count, retry_at IS NOT NULL AS waits FROM subtasks")
    assert (mail["retry_count"], mail["waits"]) == (1, True)


async def test_a_permit_that_comes_before_the_first_look_at_the_clock_is_used_at_its_moment(
    world: World, tmp_path: Path
) -> None:
    task, deliveries = await world.task(mails=1), deliveries_of(world, timedelta(seconds=20))

    outcome = await deliver(world, deliveries, task, tmp_path)
    await deliveries.finish(10)

    assert outcome.sent == 1
