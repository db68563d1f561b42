"""A delivery on its way through a real dialogue, and what the ledger holds of it meanwhile."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
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
from tests.integration.mail.odd_server import Dialogue, odd_server

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


HELD = "SELECT deadline FROM deliveries WHERE phase = 'transmitting'"


async def deliver(
    world: World, deliveries: DeliveryActivities, task: UUID, folder: Path, **provider: float
) -> BatchOutcome:
    """Send the task's mail through a provider that behaves as said."""
    async with running(SimulatorConfig(journal=folder / "journal.jsonl")) as (simulator, _):
        port = (await simulator.add(ProviderConfig.model_validate({"name": "slow", **provider}))).port
        return await deliver_at(port, world, deliveries, task)


async def deliver_at(port: int, world: World, deliveries: DeliveryActivities, task: UUID) -> BatchOutcome:
    """Send the task's mail through whoever listens there."""
    service = await world.service()
    await world.pool.execute(SET_PORT, port)
    async with world.pool.acquire() as connection:
        now = await guard_now(connection)
    run = PermitRun(service, 1, now, timedelta(seconds=1), 1, timedelta(seconds=30))
    batch = DeliverBatch(task_id=task, runs=(run,))
    outcome: BatchOutcome = await ActivityEnvironment().run(deliveries.deliver, batch)
    return outcome


async def test_a_mail_on_its_way_is_held_for_as_long_as_its_worker_lives(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(activities.delivery, "RENEW_EVERY", 0.05)
    task, deliveries = await world.task(mails=1), deliveries_of(world, timedelta(seconds=20))
    held: set[datetime] = set()
    renewed = asyncio.Event()

    async def script(client: Dialogue) -> None:
        await client.greet()
        await client.take_envelope()
        await client.hear_body()
        await renewed.wait()
        await client.say("250 taken")
        await client.hear()
        await client.say("221 good-bye")

    async with kept(deliveries), odd_server(script) as server, asyncio.timeout(30):
        delivering = asyncio.create_task(deliver_at(server.port, world, deliveries, task))
        while len(held) < 2:
            held |= {row["deadline"] for row in await world.pool.fetch(HELD)}
            await asyncio.sleep(0.02)
        renewed.set()

        assert (await delivering).sent == 1


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
