"""What a worker does while the database says no: it goes on, and forgets nothing that must be written down."""

import asyncio
from datetime import timedelta

import asyncpg
import pytest

import activities.delivery
from activities.attempt import Limits, Means
from activities.connection import Connections
from activities.delivery import DeliveryActivities
from activities.letter import Letters
from activities.signing import Signers
from database.ledger import Ledger
from database.queries.advisory_lock import advisory_lock
from database.queries.ledger import Record
from mail.transport import Account, Transport
from scheduling.permit import Permit
from stack.postgres_outage import closed
from tests.integration.ledger.test_lock_order import COUNTERS, holding, until_blocked
from tests.integration.ledger.world import NO_LINKS, RETURN_PATHS, UPLOAD_LIMIT, World
from tests.logged import until_logged

CANCEL_BLOCKED = """
    SELECT count(pg_cancel_backend(pid)) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'
"""
SET_HOLD = "UPDATE system_config SET value = $1 WHERE key = 'queue.service_reservation_timeout'"


def ledger_of(world: World) -> Ledger:
    return Ledger(world.pool, "worker", UPLOAD_LIMIT)


async def marked(world: World) -> Permit:
    """A permit whose mail's body goes out now."""
    permit, _ = await world.claim_one(await world.service(), await world.task(mails=1))
    assert await world.mark(permit)
    return permit


async def test_a_record_whose_statement_is_cancelled_is_written_all_the_same(world: World) -> None:
    permit = await marked(world)
    task = (await world.row("SELECT id FROM tasks"))["id"]

    async with holding(world, COUNTERS, task):
        recording = asyncio.create_task(
            ledger_of(world).record(Record(permit.id, "sent", mail_begun=True, dot_sent=True))
        )
        await until_blocked(world)
        await world.pool.execute(CANCEL_BLOCKED)

    assert await recording == "sent"


async def test_a_record_waits_until_a_database_that_is_read_only_may_be_written_again(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    permit = await marked(world)
    ledger = ledger_of(world)
    name = await world.pool.fetchval("SELECT current_database()")

    await world.pool.execute(f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    await world.pool.expire_connections()
    recording = asyncio.create_task(ledger.record(Record(permit.id, "sent", mail_begun=True, dot_sent=True)))
    await until_logged(caplog, "is not recorded yet")
    done = recording.done()
    async with world.pool.acquire() as connection:
        await connection.execute("SET default_transaction_read_only = off")
        await connection.execute(f"ALTER DATABASE {name} RESET default_transaction_read_only")
    await world.pool.expire_connections()

    assert not done
    assert await recording == "sent"


async def test_a_record_waits_until_a_database_takes_connections_again(
    world: World, postgres_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    permit = await marked(world)
    ledger = ledger_of(world)
    name = await world.pool.fetchval("SELECT current_database()")

    async with closed(postgres_url, name):
        recording = asyncio.create_task(ledger.record(Record(permit.id, "sent", mail_begun=True, dot_sent=True)))
        await until_logged(caplog, "is not recorded yet")
        done = recording.done()

    assert not done
    assert await recording == "sent"


async def test_no_delivery_is_held_for_less_than_a_dialogue_may_take(world: World) -> None:
    await world.pool.execute(SET_HOLD, "10")
    ledger = ledger_of(world)
    await ledger.refresh()

    await ledger.claim(world.permit(await world.service()), await world.task())

    row = await world.row("SELECT deadline - claimed_at AS held FROM deliveries")
    assert row["held"] > UPLOAD_LIMIT


async def test_renewing_goes_on_after_a_failure_nobody_foresaw(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(activities.delivery, "RENEW_EVERY", 0.02)
    ledger = ledger_of(world)
    limits = Limits(UPLOAD_LIMIT, UPLOAD_LIMIT, UPLOAD_LIMIT)
    letters, signers = Letters(world.pool, NO_LINKS, RETURN_PATHS), Signers(world.pool, no_password)
    means = Means(ledger, Connections(ledger, no_dial, no_password), letters, signers, limits)

    async def nobody_to_tell(task_id: object) -> None:
        raise AssertionError("no late answers here")

    keeping = asyncio.create_task(DeliveryActivities(world.pool, means, nobody_to_tell).keep())
    try:
        await world.pool.execute("ALTER TABLE system_config RENAME TO mislaid")
        await until_logged(caplog, "nothing is renewed")
        await world.pool.execute("ALTER TABLE mislaid RENAME TO system_config")
        await world.pool.execute(SET_HOLD, "77")
        async with asyncio.timeout(10):
            while not keeping.done() and ledger.settings.hold != timedelta(seconds=77):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert not keeping.done()
    finally:
        keeping.cancel()


def no_dial(account: Account) -> Transport:
    raise AssertionError("nothing is sent here")


def no_password(service_id: object, sealed: object) -> str:
    raise AssertionError("nothing is sent here")


async def test_a_lock_that_cannot_be_given_back_ends_with_its_connection(world: World) -> None:
    async with world.pool.acquire() as other:
        async with world.pool.acquire() as connection, advisory_lock(connection, "test"):
            busy = asyncio.create_task(connection.execute("SELECT pg_sleep(0.1)"))
            await asyncio.sleep(0)
        await asyncio.wait({busy})
        assert isinstance(busy.exception(), asyncpg.PostgresConnectionError)

        free = False
        while not free:  # its server notices when it has slept
            async with advisory_lock(other, "test") as free:
                pass


async def test_who_is_cancelled_while_the_server_of_its_lock_ends_is_cancelled(world: World) -> None:
    held: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    gone = asyncio.Event()

    async def hold() -> None:
        async with world.pool.acquire() as connection, advisory_lock(connection, "test"):
            connection.add_termination_listener(lambda _: gone.set())
            held.set_result(connection.get_server_pid())
            await asyncio.Event().wait()

    holding_it = asyncio.create_task(hold())
    await world.pool.execute("SELECT pg_terminate_backend($1)", await held)
    await gone.wait()
    holding_it.cancel()

    with pytest.raises(asyncio.CancelledError):
        await holding_it
