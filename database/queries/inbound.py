"""Which of our mails a mail that came in is about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from database.connect import PoolConnection, Row

LATELY = timedelta(days=14)
"""How long after a mail a bounce that names only an address may be about it."""
MOST_SCANNED = 50_000
"""Mails of a task among which one is looked for by its address; those of larger tasks are found by their IDs only."""


@dataclass(frozen=True, slots=True)
class MailMeant:
    """A mail of ours that another is about."""

    task_id: UUID
    seq: int
    user_id: UUID
    pool_id: UUID
    email: str
    status: str
    message_id: str | None
    sent_at: datetime | None


BY_IDS = """
    SELECT k.id AS task_id, b.seq, k.user_id, k.pool_id, b.email, b.status, b.message_id, b.sent_at
    FROM unnest($1::text[]) WITH ORDINALITY m(message_id, place)
    CROSS JOIN LATERAL message_id_parts(m.message_id) p
    JOIN tasks k ON k.id = p.task_id
    JOIN subtasks b ON b.task_id = k.id AND b.seq = p.seq AND lower(coalesce(b.message_id, m.message_id)) = m.message_id
    ORDER BY m.place LIMIT 1
"""
BY_KEY = """
    SELECT k.id AS task_id, b.seq, k.user_id, k.pool_id, b.email, b.status, b.message_id, b.sent_at
    FROM tasks k JOIN subtasks b ON b.task_id = k.id AND b.seq = $2 WHERE k.id = $1
"""
# Mails of campaigns are found by their index; of other tasks only those are looked through that are not large.
BY_ADDRESS = """
    WITH recent AS MATERIALIZED (
        SELECT k.id, k.user_id, k.pool_id, k.round_no, q.total
        FROM user_task_queues q JOIN tasks k ON k.id = q.task_id
        WHERE q.pool_id = $1 AND q.last_sent_at > guard_now() - CAST($3 AS interval)
    ), meant AS (
        SELECT k.user_id, k.pool_id, b.* FROM recent k
        JOIN contacts c ON c.user_id = k.user_id AND c.email_key = ANY ($2)
        JOIN subtasks b ON b.task_id = k.id AND b.contact_id = c.id AND b.round_no IS NOT NULL
        WHERE k.round_no IS NOT NULL
        UNION ALL
        SELECT k.user_id, k.pool_id, b.* FROM recent k
        JOIN subtasks b ON b.task_id = k.id AND lower(b.email) = ANY ($2)
        WHERE k.round_no IS NULL AND k.total <= $4
    )
    SELECT task_id, seq, user_id, pool_id, email, status, message_id, sent_at FROM meant
    WHERE sent_at > guard_now() - CAST($3 AS interval) ORDER BY sent_at DESC LIMIT 1
"""
IS_OWN_ADDRESS = """
    SELECT EXISTS (
        SELECT 1 FROM email_services s
        WHERE (s.user_id = $1 OR s.pool_id = $2) AND lower($3) IN (lower(s.from_address), lower(s.bounce_address))
    )
"""
POOL_OF_SERVICE = "SELECT pool_id FROM email_services WHERE id = $1"
# A service that two users have set up may have one address: then nobody can say whose bounce that is.
POOL_OF_ADDRESS = """
    SELECT min(pool_id::text)::uuid FROM email_services
    WHERE lower(from_address) = ANY ($1) OR lower(bounce_address) = ANY ($1)
    HAVING count(DISTINCT pool_id) = 1
"""
NOW = "SELECT guard_now()"
TAKES_DOMAIN = """
    SELECT EXISTS (
        SELECT 1 FROM email_services s JOIN email_service_schedule e ON e.service_id = s.id
        WHERE e.status <> 'deleted'
            AND $1 IN (lower(split_part(s.from_address, '@', 2)), lower(split_part(s.bounce_address, '@', 2)))
    )
"""


async def now(connection: PoolConnection) -> datetime:
    """The time by which dates of mails are judged: the guard's."""
    moment: datetime = await connection.fetchval(NOW)
    return moment


async def find(connection: PoolConnection, message_ids: Sequence[str]) -> MailMeant | None:
    """The first of these Message-IDs, in lower case and with brackets, that a mail of ours has or will have."""
    return _mail(await connection.fetchrow(BY_IDS, list(message_ids)))


async def find_by_key(connection: PoolConnection, task_id: UUID, seq: int) -> MailMeant | None:
    """A mail by its place in the ledger."""
    return _mail(await connection.fetchrow(BY_KEY, task_id, seq))


async def find_by_address(connection: PoolConnection, pool_id: UUID, addresses: Sequence[str]) -> MailMeant | None:
    """The last mail that a pool's services sent to any of these addresses, in lower case, in the last 14 days."""
    return _mail(await connection.fetchrow(BY_ADDRESS, pool_id, list(addresses), LATELY, MOST_SCANNED))


async def is_own_address(connection: PoolConnection, mail: MailMeant, address: str) -> bool:
    """A service of the mail's user or pool writes from this address."""
    own: bool = await connection.fetchval(IS_OWN_ADDRESS, mail.user_id, mail.pool_id, address)
    return own


async def pool_of(connection: PoolConnection, service_id: UUID | None, addresses: Sequence[str]) -> UUID | None:
    """The pool whose service's mailbox this is, or has one of these addresses; None if that is not certain."""
    if service_id is not None:
        found: UUID | None = await connection.fetchval(POOL_OF_SERVICE, service_id)
        return found
    addressed: UUID | None = await connection.fetchval(POOL_OF_ADDRESS, list(addresses))
    return addressed


async def takes_domain(connection: PoolConnection, domain: str) -> bool:
    """A service has an address in this domain, which is in lower case."""
    taken: bool = await connection.fetchval(TAKES_DOMAIN, domain)
    return taken


def _mail(row: Row | None) -> MailMeant | None:
    return None if row is None else MailMeant(*(row[name] for name in MailMeant.__slots__))
