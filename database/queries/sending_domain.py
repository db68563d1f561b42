"""Domains that mails are signed for. The private key leaves the database sealed, and only towards a sending worker."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, bindparam, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from database.connect import Connection, PoolConnection
from database.queries.part import read_part

SHOWN = """
    SELECT d.id, d.domain, d.selector, d.algorithm, d.status, d.public_record, d.published_at, d.checked_at,
        d.findings, d.created_at, d.updated_at,
        ARRAY(SELECT DISTINCT s.host FROM email_services s JOIN email_service_schedule e ON e.service_id = s.id
              WHERE s.user_id = d.user_id AND e.status <> 'deleted' AND mail_domain(s.from_address) = d.domain
              ORDER BY s.host) AS hosts
    FROM sending_domains d WHERE d.user_id = :user_id
"""
GET = text(SHOWN + " AND d.id = :id")
LIST = text(
    SHOWN
    + """
    AND (CAST(:after_at AS timestamptz) IS NULL OR (d.created_at, d.id) > (:after_at, CAST(:after_id AS uuid)))
    ORDER BY d.created_at, d.id LIMIT :limit
"""
)
INSERT = text("""
    INSERT INTO sending_domains (id, user_id, domain, selector, algorithm, private_key_sealed, public_record)
    VALUES (:id, :user_id, :domain, :selector, :algorithm, :private_key_sealed, :public_record)
    ON CONFLICT (user_id, domain, selector) DO NOTHING
""")
SET_STATUS = text("""
    UPDATE sending_domains SET status = :status, updated_at = clock_timestamp() WHERE id = :id AND user_id = :user_id
""")
# What a person switched off stays off; a key that is found makes the others active, one that is surely not pending.
KEEP_CHECK = text("""
    UPDATE sending_domains SET checked_at = statement_timestamp(), findings = :findings,
        published_at = CASE WHEN :state = 'found' THEN statement_timestamp() ELSE published_at END,
        status = CASE WHEN status = 'off' OR :state = 'unknown' THEN status
            WHEN :state = 'found' THEN 'active' ELSE 'pending' END
    WHERE id = :id AND user_id = :user_id
""").bindparams(bindparam("findings", type_=JSONB))
DELETE = text("DELETE FROM sending_domains WHERE id = :id AND user_id = :user_id")
FROM_DOMAINS = """
    SELECT f.domain, f.hosts,
        ARRAY(SELECT d.selector FROM sending_domains d WHERE d.domain = f.domain AND d.status <> 'off'
              ORDER BY d.selector, d.id) AS selectors,
        ARRAY(SELECT d.public_record FROM sending_domains d WHERE d.domain = f.domain AND d.status <> 'off'
              ORDER BY d.selector, d.id) AS records
    FROM (
        SELECT mail_domain(s.from_address) AS domain, array_agg(DISTINCT s.host ORDER BY s.host) AS hosts
        FROM email_services s JOIN email_service_schedule e ON e.service_id = s.id
        WHERE e.status <> 'deleted' GROUP BY 1
    ) f ORDER BY f.domain
"""
KEYS = "SELECT selector, public_record FROM sending_domains WHERE domain = $1 AND status <> 'off' ORDER BY selector"
HOSTS = """
    SELECT s.host, s.port, count(*) AS services
    FROM email_services s JOIN email_service_schedule e ON e.service_id = s.id
    WHERE e.status = 'active' GROUP BY s.host, s.port ORDER BY s.host, s.port
"""
# The newest of each algorithm: two keys of one kind are there while one takes over from the other.
SIGNING = """
    SELECT DISTINCT ON (d.algorithm) d.id, d.domain, d.selector, d.private_key_sealed
    FROM email_services s JOIN sending_domains d ON d.user_id = s.user_id AND d.domain = mail_domain(s.from_address)
    WHERE s.id = $1 AND d.status = 'active'
    ORDER BY d.algorithm, d.created_at DESC, d.id
"""


@dataclass(frozen=True, slots=True)
class SigningDomain:
    """What a worker signs with."""

    id: UUID
    domain: str
    selector: str
    private_key_sealed: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FromDomain:
    """A domain that services send from."""

    domain: str
    hosts: list[str]
    keys: list[tuple[str, str]]
    """Selector and public record of each key of ours."""


async def get(connection: AsyncConnection, user_id: UUID, domain_id: UUID) -> RowMapping | None:
    """One of the user's domains, with the hosts of the services that send from it."""
    return (await connection.execute(GET, {"id": domain_id, "user_id": user_id})).mappings().one_or_none()


async def list_own(
    connection: AsyncConnection, user_id: UUID, after: list[object] | None, limit: int
) -> list[RowMapping]:
    """The user's domains by age, one more than `limit`."""
    return await read_part(connection, LIST, after, limit, user_id=user_id)


async def insert(connection: AsyncConnection, values: dict[str, Any]) -> bool:
    """Add a domain; False if the user has it with this selector already."""
    return (await connection.execute(INSERT, values)).rowcount > 0


async def set_status(connection: AsyncConnection, user_id: UUID, domain_id: UUID, status: str) -> None:
    """Sign with it, or do not. Safe to repeat."""
    await connection.execute(SET_STATUS, {"id": domain_id, "user_id": user_id, "status": status})


async def keep_check(
    connection: AsyncConnection, user_id: UUID, domain_id: UUID, state: str, findings: Sequence[dict[str, object]]
) -> None:
    """Keep what a check found; `state` is the key's, as `mail.domain_check` names it."""
    values = {"id": domain_id, "user_id": user_id, "state": state, "findings": list(findings)}
    await connection.execute(KEEP_CHECK, values)


async def delete(connection: AsyncConnection, user_id: UUID, domain_id: UUID) -> bool:
    """Forget a domain and its key, whether there was one."""
    return (await connection.execute(DELETE, {"id": domain_id, "user_id": user_id})).rowcount > 0


async def from_domains(connection: Connection) -> list[FromDomain]:
    """The domains that anyone's services send from: for whoever runs the installation."""
    rows = await connection.fetch(FROM_DOMAINS)
    return [
        FromDomain(row["domain"], row["hosts"], list(zip(row["selectors"], row["records"], strict=True)))
        for row in rows
    ]


async def keys_of(connection: Connection, domain: str) -> list[tuple[str, str]]:
    """Selectors and records of anyone's keys of a domain: for whoever runs the installation."""
    return [(row["selector"], row["public_record"]) for row in await connection.fetch(KEYS, domain)]


async def hosts(connection: Connection) -> list[tuple[str, int, int]]:
    """Host and port of anyone's active services, with how many there are: for whoever runs the installation."""
    return [(row["host"], row["port"], row["services"]) for row in await connection.fetch(HOSTS)]


async def signing(connection: PoolConnection, service_id: UUID) -> list[SigningDomain]:
    """What the mails of a service are signed with: its owner's active keys of its from-address's domain."""
    return [SigningDomain(**row) for row in await connection.fetch(SIGNING, service_id)]
