"""What is done to a database that was just restored, before any worker sees it; and what is open in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from database.connect import PoolConnection
from database.queries import ledger

USED = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
EMPTY = "SELECT NOT EXISTS (SELECT FROM pg_class WHERE relnamespace = to_regnamespace('public'))"
END_DELIVERIES = "UPDATE deliveries SET deadline = clock_timestamp() WHERE phase <> 'ended'"
FORGET_HOLDERS = "DELETE FROM service_reservations"
# Allocators that still run read what changed lately.
TOUCH = "UPDATE user_task_queues SET changed_at = clock_timestamp()"
TOUCH_SERVICES = "UPDATE email_service_schedule SET changed_at = clock_timestamp()"
PAUSE_CAMPAIGNS = """
    UPDATE campaigns SET status = 'paused', changed_at = clock_timestamp() WHERE status IN ('scheduled', 'sending')
"""
OPEN = """
    SELECT t.id, t.name, u.email AS owner, q.ready + q.retrying AS open, q.unknown,
        t.prepared_at IS NOT NULL AS prepared
    FROM tasks t JOIN users u ON u.id = t.user_id JOIN user_task_queues q ON q.task_id = t.id
    WHERE t.id = ANY ($1) OR q.unknown > 0 ORDER BY t.created_at, t.id
"""
SEALED = """
    SELECT id::text AS bound_to, password_sealed FROM email_services WHERE password_sealed IS NOT NULL
    UNION ALL
    SELECT 'mailbox ' || service_id, password_sealed FROM mailboxes WHERE password_sealed IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that a person has to decide about."""

    id: UUID
    name: str
    owner: str
    open: int
    unknown: int
    prepared: bool
    """Not: its mails were not written yet, and `open` is 0."""


async def used(connection: PoolConnection) -> int:
    """How many others are connected."""
    return int(await connection.fetchval(USED))


async def empty(connection: PoolConnection) -> bool:
    """Whether nothing was ever made in the database."""
    return bool(await connection.fetchval(EMPTY))


async def settle(connection: PoolConnection) -> None:
    """End what workers had in hand at the moment of the backup: they are gone, whatever their deadlines say.

    Campaigns are paused as their tasks were: else they would begin rounds.
    """
    await connection.execute(FORGET_HOLDERS)
    await connection.execute(END_DELIVERIES)
    while await ledger.sweep(connection):
        pass
    await connection.execute(PAUSE_CAMPAIGNS)
    await connection.execute(TOUCH)
    await connection.execute(TOUCH_SERVICES)


async def open_tasks(connection: PoolConnection, paused: Sequence[UUID]) -> list[OpenTask]:
    """Those that were paused, and those with mails of unknown outcome."""
    return [OpenTask(**row) for row in await connection.fetch(OPEN, paused)]


async def sealed(connection: PoolConnection) -> list[tuple[str, bytes]]:
    """The sealed password of every service that has one, with the row it is bound to."""
    return [(row["bound_to"], row["password_sealed"]) for row in await connection.fetch(SEALED)]
