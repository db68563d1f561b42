"""A person is erased: the address is nowhere, the ledger still adds up."""

from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from database.connect import transaction
from database.queries import erasure
from database.queries.check import broken, check
from database.queries.erasure import MARKER, StillNeededError
from tests.integration.ledger.outreach import outreach
from tests.integration.ledger.world import World

EMAIL = "Eva.Erased@Example.org"
KEY = EMAIL.lower()
COLUMNS = """
    SELECT c.table_name, c.column_name FROM information_schema.columns c
    JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND c.data_type <> 'bytea'
"""


MENTION = """
    WITH w AS (
        INSERT INTO webhooks (id, user_id, url, secret_sealed, kinds, last_error)
        VALUES (gen_random_uuid(), $1, 'https://x.example', 's', '{open}', $2) RETURNING id
    ), d AS (
        INSERT INTO webhook_deliveries (webhook_id, message_id, type, error, seconds) SELECT id, 'm', 't', $2, 1 FROM w
    ), i AS (
        INSERT INTO idempotency_keys (user_id, key, request_hash, response)
        VALUES ($1, 'k', 'h', jsonb_build_object('name', $2, 'sent', 3))
    ), s AS (
        INSERT INTO segments (id, user_id, name, rules)
        VALUES (gen_random_uuid(), $1, 's', jsonb_build_object('value', $2))
    ), a AS (
        INSERT INTO alerts (key, kind, severity, owner_id, what, to_do) VALUES ('k', 'k', 'warning', $1, $2, 'x')
    ), l AS (
        UPDATE contact_lists SET name = $2 WHERE user_id = $1
    )
    UPDATE tasks SET name = $2 WHERE id = (SELECT id FROM tasks WHERE user_id = $1 LIMIT 1)
"""


async def places(world: World, words: str) -> list[str]:
    """Every column of the database that holds this text."""
    columns = await world.pool.fetch(COLUMNS)
    return [
        f"{table}.{column}"
        for table, column in columns
        if await world.pool.fetchval(
            f'SELECT EXISTS (SELECT FROM "{table}" WHERE strpos(lower(CAST("{column}" AS text)), $1) > 0)', words
        )
    ]


async def erased(engine: AsyncEngine, user_id: UUID) -> dict[str, int]:
    """Erase Eva."""
    async with transaction(engine) as connection:
        return await erasure.erase(connection, user_id, KEY)


async def campaign_with_eva(world: World) -> tuple[UUID, UUID]:
    """Two rounds to Eva and another: the first was sent and answered, the second waits."""
    relay = await world.service(interval=0, kind="relay")
    people = [{"email": EMAIL, "company": "Erased Ltd"}, {"email": "other@example.org"}]
    campaign = await outreach(world, people)
    await world.pool.execute("UPDATE contacts SET email_key = lower(email)")
    await campaign.round(1)
    first = await campaign.begin(1)
    for _ in people:
        await world.sent(relay, first)
    await campaign.round(2, delay=3)
    second = await campaign.begin(2)
    await world.pool.execute("UPDATE deliveries SET reply_text = '250 <' || $1 || '> ok' WHERE seq = 1", KEY)
    await world.pool.execute(
        "INSERT INTO events (user_id, task_id, seq, kind, key, occurred_at, detail) "
        "VALUES ($1, $2, 1, 'reply', 'reply:' || $4, guard_now(), $3)",
        world.user_id, first, {"from": EMAIL}, KEY,
    )  # fmt: skip
    await world.pool.execute("INSERT INTO engagements (task_id, seq, replied_at) VALUES ($1, 1, guard_now())", first)
    await world.pool.execute(
        "INSERT INTO suppressions (user_id, email, reason) VALUES ($1, $2, 'replied')", world.user_id, KEY
    )
    await world.pool.execute(MENTION, world.user_id, f"HTTP 500: no {EMAIL} here")
    return first, second


async def test_the_address_is_nowhere_any_more_and_what_was_counted_stays(world: World, engine: AsyncEngine) -> None:
    first, second = await campaign_with_eva(world)
    assert len(await places(world, KEY)) >= 13

    counts = await erased(engine, world.user_id)

    assert await places(world, KEY) == []
    assert await places(world, "erased ltd") == []
    assert {name: count for name, count in counts.items() if count} == {
        "contacts": 1, "memberships": 1, "mails": 2, "pending_mails": 1, "events": 1, "replies": 1, "campaigns": 1,
        "suppressions": 1, "mentions": 7,
    }  # fmt: skip
    assert await world.pool.fetchval("SELECT error FROM webhook_deliveries") == f"HTTP 500: no {MARKER} here"
    assert (await world.pool.fetchval("SELECT response FROM idempotency_keys"))["sent"] == 3
    assert await world.queue(first) == {"sent": 2}
    assert await world.queue(second) == {"retrying": 1, "suppressed": 1}
    mail = await world.row("SELECT email, reason, message_id FROM subtasks WHERE task_id = $1 AND seq = 1", second)
    assert (mail["email"], mail["reason"]) == (MARKER, "erased")
    assert await world.pool.fetchval("SELECT count(*) FROM engagements WHERE replied_at IS NOT NULL") == 1
    async with world.pool.acquire() as connection:
        assert broken(await check(connection)) == []


async def test_a_second_time_changes_nothing(world: World, engine: AsyncEngine) -> None:
    await campaign_with_eva(world)
    await erased(engine, world.user_id)
    assert set((await erased(engine, world.user_id)).values()) == {0}


async def test_a_mail_that_is_being_sent_is_waited_for(world: World, engine: AsyncEngine) -> None:
    relay = await world.service(interval=0, kind="relay")
    campaign = await outreach(world, [{"email": KEY}])
    await campaign.round(1)
    permit, _ = await world.claim_one(relay, await campaign.begin(1))
    with pytest.raises(StillNeededError):
        await erased(engine, world.user_id)
    await world.mark(permit)
    await world.record(permit, "sent", mail_begun=True, dot_sent=True)
    assert (await erased(engine, world.user_id))["mails"] == 1


async def test_another_users_rows_with_the_address_stay(world: World, engine: AsyncEngine) -> None:
    await campaign_with_eva(world)
    other = World(world.pool)
    await other.begin()
    assert set((await erased(engine, other.user_id)).values()) == {0}
