"""Which events a webhook may be told: none that a slower transaction could still come before."""

from uuid import uuid4

import pytest

from database.queries import event, webhook_delivery
from database.queries.webhook_delivery import Endpoint
from tests.integration.ledger.campaign import Correspondence
from tests.integration.ledger.world import World

WEBHOOK = """
    INSERT INTO webhooks (id, user_id, url, secret_sealed, kinds) VALUES ($1, $2, 'https://example.org', '', '{open}')
"""


async def test_no_event_is_passed_over_because_its_transaction_was_slow(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_delivery, "PATIENCE", 0.0)
    mails = Correspondence(world, await world.task(mails=2))
    to = Endpoint(uuid4(), world.user_id, "", ["open"], "active", 0, 0, [])

    async with world.pool.acquire() as slow, slow.transaction():
        await event.record(slow, [mails.event("open", seq=1)])
        await mails.tell("open", seq=2)
        async with world.pool.acquire() as connection:
            assert await webhook_delivery.settled(connection, to) is None

    async with world.pool.acquire() as connection:
        # Transaction ids are the server's: those of other databases under way count as well.
        while (upto := await webhook_delivery.settled(connection, to)) is None:
            pass
        told = await webhook_delivery.next_events(connection, to, upto, 10)
    assert [row["seq"] for row in told] == [1, 2]


async def test_only_the_last_deliveries_are_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook_delivery, "KEPT", 3)
    webhook_id = uuid4()
    await world.pool.execute(WEBHOOK, webhook_id, world.user_id)
    await world.pool.execute(
        """INSERT INTO webhook_deliveries (webhook_id, message_id, type, seconds)
           SELECT $1, n::text, 'webhook.test', 0 FROM generate_series(1, 5) n""",
        webhook_id,
    )

    async with world.pool.acquire() as connection:
        await webhook_delivery.forget(connection, webhook_id)

    rows = await world.pool.fetch("SELECT message_id FROM webhook_deliveries ORDER BY id")
    assert [row["message_id"] for row in rows] == ["3", "4", "5"]
