"""What the recipient of a mail wants of its sender: everything, all but one list, or nothing."""

from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from contracts.event import NewEvent
from database.connect import PoolConnection
from database.queries import event


@dataclass(frozen=True, slots=True)
class Recipient:
    """The recipient of a mail as its sender knows them."""

    user_id: UUID
    contact_id: int | None
    """None once they were erased."""
    email: str
    """In lower case."""
    sender: str
    list_id: UUID
    list_name: str | None
    """None of a list that is only the recipients of one task."""
    on_list: bool
    suppressed: str | None
    """Why they are not written to."""
    unsubscribed: int
    """How often they unsubscribed by this mail."""


FIND = """
    SELECT k.user_id, b.contact_id, lower(b.email) AS email, coalesce(v.from_name, v.from_address, u.name) AS sender,
        l.id AS list_id, CASE WHEN NOT l.hidden THEN l.name END AS list_name, m.contact_id IS NOT NULL AS on_list,
        s.reason AS suppressed,
        (SELECT count(*) FROM events e WHERE e.task_id = b.task_id AND e.seq = b.seq AND e.kind = 'unsubscribe')
            AS unsubscribed
    FROM subtasks b JOIN tasks k ON k.id = b.task_id JOIN users u ON u.id = k.user_id
    JOIN contact_lists l ON l.id = k.contact_list_id
    LEFT JOIN email_services v ON v.id = b.service_id
    LEFT JOIN contact_list_members m ON m.contact_list_id = l.id AND m.contact_id = b.contact_id
    LEFT JOIN suppressions s ON s.user_id = k.user_id AND s.email = lower(b.email)
    WHERE b.task_id = $1 AND b.seq = $2
"""
RESUBSCRIBE = "DELETE FROM suppressions WHERE user_id = $1 AND email = $2 AND reason = 'unsubscribed'"
LEAVE = "DELETE FROM contact_list_members WHERE contact_list_id = $1 AND contact_id = $2"
JOIN = """
    INSERT INTO contact_list_members (contact_list_id, contact_id)
    SELECT $1, id FROM contacts WHERE id = $2 AND user_id = $3 ON CONFLICT DO NOTHING
"""
LOCK_CAMPAIGNS = """
    SELECT c.campaign_id FROM campaign_contacts c JOIN campaigns m ON m.id = c.campaign_id
    WHERE c.contact_id = $2 AND m.user_id = $1 AND (m.contact_list_id = $3 OR $3 IS NULL)
    ORDER BY c.campaign_id FOR UPDATE OF c
"""
STOP = """
    UPDATE campaign_contacts SET stop_reason = 'unsubscribed', stopped_at = guard_now()
    WHERE campaign_id = ANY ($1) AND contact_id = $2 AND stop_reason IS NULL
"""
# Not where they left the list: that was another choice.
GO_ON = """
    UPDATE campaign_contacts SET stop_reason = NULL, stopped_at = NULL
    WHERE campaign_id = ANY ($1) AND contact_id = $2 AND stop_reason = 'unsubscribed' AND EXISTS (
        SELECT 1 FROM campaigns m JOIN contact_list_members l ON l.contact_list_id = m.contact_list_id
        WHERE m.id = campaign_id AND l.contact_id = $2)
"""


async def find(connection: PoolConnection, task_id: UUID, seq: int) -> Recipient | None:
    """Whom a mail was for; None if there is no such mail any more."""
    row = await connection.fetchrow(FIND, task_id, seq)
    return Recipient(**row) if row else None


async def unsubscribe(
    connection: PoolConnection, task_id: UUID, seq: int, recipient: Recipient, by: Literal["one_click", "page"]
) -> None:
    """Never write to them again for this user. Twice is harmless, and one event, unless they came back in between."""
    if recipient.suppressed and recipient.unsubscribed:
        return
    key = f"unsubscribe:{task_id.hex}.{seq}:{recipient.unsubscribed}"
    told = NewEvent(task_id=task_id, seq=seq, kind="unsubscribe", key=key, occurred_at=None, detail={"by": by})
    await event.record(connection, [told])


async def resubscribe(connection: PoolConnection, recipient: Recipient) -> None:
    """Take back that they unsubscribed or left this list, not a bounce or complaint. Safe to repeat."""
    await connection.execute(RESUBSCRIBE, recipient.user_id, recipient.email)
    if recipient.contact_id is not None:
        campaigns = await _lock_campaigns(connection, recipient, None)
        if recipient.list_name is not None:
            await connection.execute(JOIN, recipient.list_id, recipient.contact_id, recipient.user_id)
        await connection.execute(GO_ON, campaigns, recipient.contact_id)


async def leave_list(connection: PoolConnection, recipient: Recipient) -> None:
    """Take them off the mail's list, and out of the campaigns to it. Safe to repeat."""
    if recipient.contact_id is not None:
        campaigns = await _lock_campaigns(connection, recipient, recipient.list_id)
        await connection.execute(STOP, campaigns, recipient.contact_id)
        await connection.execute(LEAVE, recipient.list_id, recipient.contact_id)


async def _lock_campaigns(connection: PoolConnection, recipient: Recipient, list_id: UUID | None) -> list[UUID]:
    rows = await connection.fetch(LOCK_CAMPAIGNS, recipient.user_id, recipient.contact_id, list_id)
    return [row["campaign_id"] for row in rows]
