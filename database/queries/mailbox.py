"""Mailboxes of services: how they are read, how far, and how that went."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import RowMapping, text
from sqlalchemy.ext.asyncio import AsyncConnection

from contracts.inbound import FolderPlace
from database.connect import PoolConnection

GET = text("""
    SELECT m.service_id, m.host, m.port, m.security, coalesce(m.username, s.username) AS username,
        m.username IS NULL AS service_login, m.marks_read, m.checked_at, m.error, m.failed_at, m.mails_read,
        m.mails_matched, m.created_at, m.updated_at
    FROM mailboxes m JOIN email_services s ON s.id = m.service_id JOIN email_service_schedule e ON e.service_id = s.id
    WHERE m.service_id = :id AND s.user_id = :user_id AND e.status <> 'deleted'
""")
PUT = text("""
    INSERT INTO mailboxes (service_id, host, port, security, username, password_sealed, marks_read)
    VALUES (:id, :host, :port, :security, :username, :password_sealed, :marks_read)
    ON CONFLICT (service_id) DO UPDATE SET host = excluded.host, port = excluded.port, security = excluded.security,
        username = excluded.username, password_sealed = coalesce(excluded.password_sealed,
            CASE WHEN mailboxes.username = excluded.username THEN mailboxes.password_sealed END),
        marks_read = excluded.marks_read, error = NULL, failed_at = NULL, updated_at = clock_timestamp()
""")
DELETE = text("""
    DELETE FROM mailboxes m USING email_services s
    WHERE m.service_id = :id AND s.id = m.service_id AND s.user_id = :user_id
""")
TO_READ = """
    SELECT m.service_id, m.host, m.port, m.security, m.marks_read,
        greatest(m.updated_at, CASE WHEN m.username IS NULL THEN s.updated_at END) AS updated_at,
        m.username IS NOT NULL AS own_login,
        CASE WHEN m.username IS NULL THEN s.username ELSE m.username END AS username,
        CASE WHEN m.username IS NULL THEN s.password_sealed ELSE m.password_sealed END AS password_sealed
    FROM mailboxes m JOIN email_services s ON s.id = m.service_id JOIN email_service_schedule e ON e.service_id = s.id
    WHERE e.status <> 'deleted' AND coalesce(m.service_id = $1, true)
"""
PLACES = "SELECT folder, uid_validity, last_uid FROM mailbox_folders WHERE service_id = $1"
REMEMBER = """
    WITH counted AS (
        UPDATE mailboxes SET mails_read = mails_read + $5, mails_matched = mails_matched + $6
        WHERE service_id = $1 RETURNING service_id
    )
    INSERT INTO mailbox_folders (service_id, folder, uid_validity, last_uid)
    SELECT service_id, $2, $3, $4 FROM counted
    ON CONFLICT (service_id, folder) DO UPDATE SET uid_validity = excluded.uid_validity, last_uid = excluded.last_uid
"""
CHECKED = """
    UPDATE mailboxes SET checked_at = clock_timestamp(), error = NULL, failed_at = NULL WHERE service_id = $1
"""
FAILED = "UPDATE mailboxes SET error = $2, failed_at = clock_timestamp() WHERE service_id = $1"


@dataclass(frozen=True, slots=True)
class MailboxToRead:
    """How to reach a mailbox."""

    service_id: UUID
    host: str
    port: int
    security: Literal["none", "starttls", "tls"]
    marks_read: bool
    updated_at: datetime
    """Another one: the settings were changed, or those of the service whose login is used."""
    own_login: bool
    """The password is the mailbox's own, and sealed for it; else the service's."""
    username: str | None
    password_sealed: bytes | None = field(repr=False)


async def get(connection: AsyncConnection, user_id: UUID, service_id: UUID) -> RowMapping | None:
    """A mailbox of a user's service, without its password."""
    return (await connection.execute(GET, {"user_id": user_id, "id": service_id})).mappings().one_or_none()


async def put(connection: AsyncConnection, values: dict[str, Any]) -> None:
    """Set up or change a mailbox; the caller has seen that the service is its user's.

    A password that is not given stays as it is, as long as the name it belongs to does.
    """
    await connection.execute(PUT, values)


async def delete(connection: AsyncConnection, user_id: UUID, service_id: UUID) -> None:
    """Read a mailbox no more, and forget how far it was read. Safe to repeat."""
    await connection.execute(DELETE, {"user_id": user_id, "id": service_id})


async def to_read(connection: PoolConnection, service_id: UUID | None = None) -> list[MailboxToRead]:
    """All mailboxes of services that are not deleted, or the one of this service."""
    rows = await connection.fetch(TO_READ, service_id)
    return [MailboxToRead(*(row[name] for name in MailboxToRead.__slots__)) for row in rows]


async def places(connection: PoolConnection, service_id: UUID) -> dict[str, FolderPlace]:
    """How far each folder was read."""
    rows = await connection.fetch(PLACES, service_id)
    return {row["folder"]: FolderPlace(*row) for row in rows}


async def remember(
    connection: PoolConnection, service_id: UUID, place: FolderPlace, *, read: int, matched: int
) -> None:
    """Note how far a folder was read. A mailbox that was deleted meanwhile remembers nothing."""
    await connection.execute(REMEMBER, service_id, place.folder, place.uid_validity, place.last_uid, read, matched)


async def note_checked(connection: PoolConnection, service_id: UUID) -> None:
    """It was read to its end."""
    await connection.execute(CHECKED, service_id)


async def note_failed(connection: PoolConnection, service_id: UUID, error: str) -> None:
    """It cannot be read, because of this."""
    await connection.execute(FAILED, service_id, error)
