"""Where else an address may stand: names of tests, answers kept for requests sent again, errors of receivers, alerts.

Only what people or servers wrote; what is left reads as before, with a marker for the address.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# `***=`: what follows is no pattern, but the address itself. Tasks come first, in key order, as everywhere.
MENTIONS: Final = (
    text("""
        WITH these AS (
            SELECT id FROM tasks WHERE user_id = :user_id AND strpos(lower(name), :key) > 0
            ORDER BY id FOR NO KEY UPDATE
        )
        UPDATE tasks t SET name = regexp_replace(t.name, '***=' || :key, :marker, 'gi') FROM these WHERE t.id = these.id
    """),
    text("""
        UPDATE contact_lists SET name = regexp_replace(name, '***=' || :key, :marker, 'gi')
        WHERE user_id = :user_id AND strpos(lower(name), :key) > 0
    """),
    text("""
        UPDATE segments SET rules = CAST(regexp_replace(CAST(rules AS text), '***=' || :key, :marker, 'gi') AS jsonb)
        WHERE user_id = :user_id AND strpos(lower(CAST(rules AS text)), :key) > 0
    """),
    text("""
        UPDATE idempotency_keys
        SET response = CAST(regexp_replace(CAST(response AS text), '***=' || :key, :marker, 'gi') AS jsonb)
        WHERE user_id = :user_id AND strpos(lower(CAST(response AS text)), :key) > 0
    """),
    text("""
        UPDATE webhooks SET last_error = regexp_replace(last_error, '***=' || :key, :marker, 'gi')
        WHERE user_id = :user_id AND strpos(lower(last_error), :key) > 0
    """),
    text("""
        UPDATE webhook_deliveries d SET error = regexp_replace(d.error, '***=' || :key, :marker, 'gi')
        FROM webhooks w WHERE w.id = d.webhook_id AND w.user_id = :user_id AND strpos(lower(d.error), :key) > 0
    """),
    text("""
        UPDATE alerts SET what = regexp_replace(what, '***=' || :key, :marker, 'gi')
        WHERE owner_id = :user_id AND strpos(lower(what), :key) > 0
    """),
)


async def blank_mentions(connection: AsyncConnection, user_id: UUID, email_key: str, marker: str) -> int:
    """Write a marker wherever an address (lower case) is mentioned; in how many rows. Safe to repeat.

    To be called before mails are locked: tasks come before their mails.
    """
    values = {"user_id": user_id, "key": email_key, "marker": marker}
    return sum([(await connection.execute(statement, values)).rowcount for statement in MENTIONS])
