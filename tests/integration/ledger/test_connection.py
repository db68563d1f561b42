"""Connections and reservations come back, whatever interrupts the way to them."""

import asyncio
import ssl
from contextlib import asynccontextmanager
from typing import Any

import pytest

from activities.connection import Connections, NoConnectionError
from database.ledger import Ledger
from mail.smtp import SmtpTransport
from mail.transport import Account, Timeouts
from stack.ports import free_ports
from tests.integration.ledger.test_lock_order import RESERVE, holding, until_blocked
from tests.integration.ledger.world import HOLD, UPLOAD_LIMIT, World

SCHEDULE = "SELECT 1 FROM email_service_schedule WHERE service_id = $1 FOR UPDATE"
RESERVED = "SELECT count(*) FROM service_reservations WHERE service_id = $1"


def ledger_of(world: World) -> Ledger:
    return Ledger(world.pool, "worker", UPLOAD_LIMIT)


def connections_of(ledger: Ledger) -> Connections:
    def dial(account: Account) -> SmtpTransport:
        return SmtpTransport(account, Timeouts(), ssl.create_default_context(), "localhost")

    return Connections(ledger, dial, lambda _, __: "")


async def unreachable_service(world: World) -> Any:
    """A service on whose port nobody listens."""
    service = await world.service()
    await world.pool.execute("UPDATE email_services SET port = $1", free_ports(1)[0])
    return service


async def no_reservation(world: World, service: Any) -> None:
    """Wait until nobody holds a connection of the service."""
    async with asyncio.timeout(5):
        while await world.pool.fetchval(RESERVED, service):  # noqa: ASYNC110 - a database sets no event
            await asyncio.sleep(0.01)


async def test_a_service_that_cannot_be_reached_is_rested_and_its_reservation_given_back(world: World) -> None:
    service, connections = await unreachable_service(world), connections_of(ledger_of(world))

    with pytest.raises(NoConnectionError, match="connect_failed"):
        await connections.acquire(service, 1, 10)

    assert (await world.schedule(service))["rest_level"] == 1
    await no_reservation(world, service)


async def test_a_permit_that_ends_while_its_service_is_being_rested_leaves_nothing_held(world: World) -> None:
    service, connections = await unreachable_service(world), connections_of(ledger_of(world))

    async with holding(world, SCHEDULE, service):
        permit = asyncio.create_task(connections.acquire(service, 1, 60))
        await until_blocked(world)
        permit.cancel()
        with pytest.raises(asyncio.CancelledError):
            await permit

    await connections.close()
    assert not connections.held
    await no_reservation(world, service)
    assert (await world.schedule(service))["rest_level"] == 1


@asynccontextmanager
async def being_reserved(world: World, service: Any) -> Any:
    """Another worker is about to reserve the service, and then does not."""
    async with world.pool.acquire() as other:
        transaction = other.transaction()
        await transaction.start()
        await other.execute(RESERVE, service, HOLD)
        yield
        await transaction.rollback()


async def test_a_permit_that_ends_while_it_reserves_leaves_no_reservation(world: World) -> None:
    ledger = ledger_of(world)
    service, connections = await unreachable_service(world), connections_of(ledger)

    async with being_reserved(world, service):
        permit = asyncio.create_task(connections.acquire(service, 1, 60))
        await until_blocked(world)
        permit.cancel()
        with pytest.raises(asyncio.CancelledError):
            await permit

    await ledger.take(await world.service())  # what was asked for before is written before
    await no_reservation(world, service)


async def test_a_reservation_that_could_not_be_given_back_is_let_go_when_the_others_are_renewed(world: World) -> None:
    forgotten, used = await world.service(), await world.service()
    ledger = ledger_of(world)
    await ledger.take(forgotten)
    kept = await ledger.take(used)
    assert kept is not None
    await world.pool.execute("UPDATE service_reservations SET expires_at = expires_at - interval '12 s'")

    await ledger.renew([], [kept])

    assert [row["service_id"] for row in await world.pool.fetch("SELECT * FROM service_reservations")] == [used]


async def test_a_reservation_that_was_just_taken_is_not_let_go(world: World) -> None:
    ledger = ledger_of(world)
    await ledger.take(await world.service())

    await ledger.renew([], [])

    assert await world.pool.fetchval("SELECT count(*) FROM service_reservations") == 1
