"""Mails of services whose domain has an active key go out signed."""

import ssl
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import dkim
import pytest
from temporalio.testing import ActivityEnvironment

from activities.attempt import Limits, Means
from activities.connection import Connections
from activities.delivery import DeliveryActivities
from activities.letter import Letters
from activities.signing import Signers
from contracts.delivery import DeliverBatch
from database.ledger import Ledger
from database.queries.survey import guard_now
from mail.dkim import SigningKeyError, new_private_key, public_record
from mail.smtp import SmtpTransport
from mail.transport import Account, Timeouts
from scheduling.permit import PermitRun
from stack.simulator.config import ProviderConfig, SimulatorConfig
from stack.simulator.server import running
from tests.integration.ledger.world import NO_LINKS, RETURN_PATHS, World

LONG = timedelta(minutes=1)
KEY = new_private_key("ed25519")


async def add_domain(world: World, domain: str = "example.org", status: str = "active", key: str = KEY) -> UUID:
    """A domain of the world's user whose key is kept unsealed, which only a test may do."""
    domain_id = uuid4()
    await world.pool.execute(
        """INSERT INTO sending_domains (id, user_id, domain, selector, algorithm, status, private_key_sealed,
               public_record) VALUES ($1, $2, $3, $4, 'ed25519', $5, $6, 'x')""",
        domain_id, world.user_id, domain, f"s{domain_id.hex[:8]}", status, key.encode(),
    )  # fmt: skip
    return domain_id


def opened(_: UUID, kept: bytes) -> str:
    return kept.decode()


async def test_a_mail_goes_out_signed_for_its_senders_domain(world: World, tmp_path: Path) -> None:
    sent: list[bytes] = []

    class Recorded(SmtpTransport):
        """Remembers what goes onto the wire."""

        async def transmit(self, message: bytes) -> None:
            sent.append(message)
            await super().transmit(message)

    def dial(account: Account) -> SmtpTransport:
        return Recorded(account, Timeouts(), ssl.create_default_context(), "localhost")

    async def told(task_id: UUID) -> None:
        """Nobody listens."""

    await add_domain(world)
    service, task = await world.service(), await world.task(mails=1)
    ledger = Ledger(world.pool, "worker", LONG)
    means = Means(
        ledger, Connections(ledger, dial, opened), Letters(world.pool, NO_LINKS, RETURN_PATHS),
        Signers(world.pool, opened), Limits(LONG, LONG, LONG),
    )  # fmt: skip
    deliveries = DeliveryActivities(world.pool, means, told)
    async with running(SimulatorConfig(journal=tmp_path / "journal.jsonl")) as (simulator, _):
        port = (await simulator.add(ProviderConfig(name="box"))).port
        await world.pool.execute("UPDATE email_services SET port = $1", port)
        async with world.pool.acquire() as connection:
            now = await guard_now(connection)
        batch = DeliverBatch(task_id=task, runs=(PermitRun(service, 1, now, timedelta(seconds=1), 1, LONG),))
        assert (await ActivityEnvironment().run(deliveries.deliver, batch)).sent == 1
        await deliveries.finish(10)
    assert dkim.DKIM(sent[0]).verify(dnsfunc=lambda _, timeout=5: public_record(KEY).encode())


async def test_only_active_keys_of_the_owner_and_the_domain_sign(world: World) -> None:
    service, signers = await world.service(), Signers(world.pool, opened)
    assert await signers.of(service) == ()
    await add_domain(world, status="pending")
    await add_domain(world, status="off")
    await add_domain(world, domain="other.example")
    stranger = World(world.pool)
    await stranger.begin()
    await add_domain(stranger)
    assert await Signers(world.pool, opened).of(service) == ()
    await add_domain(world)
    assert [signer.domain for signer in await Signers(world.pool, opened).of(service)] == ["example.org"]
    assert await signers.of(service) == (), "what was read is kept for a minute"


async def test_a_key_that_does_not_open_stops_no_mail_and_shows_nothing_of_itself(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: UUID, kept: bytes) -> str:
        raise SigningKeyError("a stored secret does not open")

    service = await world.service()
    await add_domain(world)
    assert await Signers(world.pool, broken).of(service) == ()
    await add_domain(world, key="no key")
    assert await Signers(world.pool, opened).of(service) == ()
    assert "are not signed" in caplog.text
    assert "no key" not in caplog.text.replace("not a private key", "")
