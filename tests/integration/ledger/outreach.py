"""A campaign in the ledger: contacts and rounds, written as the API writes them, begun as its workflow begins them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from database.queries import task_moves
from tests.integration.ledger.world import World

BEGIN = """
    INSERT INTO tasks (id, user_id, pool_id, name, status, contact_list_id, subject, text, unknown_policy,
        campaign_id, round_no, variants, winner_rule, window_opens, window_closes, window_weekdays, holidays,
        time_zone, pin_fallback)
    SELECT $1, c.user_id, c.pool_id, 'round', 'sending', c.contact_list_id, r.subject, r.text, c.unknown_policy, c.id,
        r.round_no, r.variants, r.winner_rule, c.window_opens, c.window_closes, c.window_weekdays, c.holidays,
        c.time_zone, c.pin_fallback
    FROM campaigns c JOIN rounds r ON r.campaign_id = c.id WHERE c.id = $2 AND r.round_no = $3
"""
QUEUE = "INSERT INTO user_task_queues (task_id, user_id, pool_id) SELECT id, user_id, pool_id FROM tasks WHERE id = $1"


@dataclass
class Outreach:
    """A campaign of a world's user, and what tests do to it."""

    world: World
    id: UUID
    list_id: UUID

    async def round(self, no: int, **columns: Any) -> None:
        """Declare a round; what is not named has the table's defaults."""
        values: dict[str, Any] = {"subject": "s", "text": "t", **columns}
        names = ", ".join(values)
        places = ", ".join(f"${place}" for place in range(3, len(values) + 3))
        await self.world.pool.execute(
            f"INSERT INTO rounds (campaign_id, round_no, {names}) VALUES ($1, $2, {places})",
            self.id, no, *values.values(),
        )  # fmt: skip

    async def begin(self, no: int) -> UUID:
        """Make the round a task, and write its mails."""
        task_id = uuid4()
        await self.world.pool.execute(BEGIN, task_id, self.id, no)
        await self.world.pool.execute(QUEUE, task_id)
        await self.world.pool.execute(
            "UPDATE rounds SET task_id = $3, began_at = guard_now() WHERE campaign_id = $1 AND round_no = $2",
            self.id, no, task_id,
        )  # fmt: skip
        async with self.world.pool.acquire() as connection:
            await task_moves.prepare(connection, task_id)
        return task_id

    async def happened(self, contact: int, **columns: Any) -> None:
        """Something came back of the contact with this place on the list: columns of `campaign_contacts`."""
        if columns.get("stop_reason"):
            columns.setdefault("stopped_at", await self.now())
        changes = ", ".join(f"{name} = ${place}" for place, name in enumerate(columns, 3))
        await self.world.pool.execute(
            f"""UPDATE campaign_contacts SET {changes} WHERE campaign_id = $1 AND contact_id = (
                    SELECT contact_id FROM contact_list_members WHERE contact_list_id = (
                        SELECT contact_list_id FROM campaigns WHERE id = $1)
                    ORDER BY contact_id OFFSET $2 - 1 LIMIT 1)""",
            self.id, contact, *columns.values(),
        )  # fmt: skip

    async def now(self) -> datetime:
        now: datetime = await self.world.pool.fetchval("SELECT guard_now()")
        return now


async def outreach(world: World, people: Sequence[Mapping[str, str]] | int = 3, **columns: Any) -> Outreach:
    """Create a campaign to these people (fields, with `email` among them if it matters)."""
    rows = [dict(person) for person in people] if not isinstance(people, int) else [{} for _ in range(people)]
    list_id, campaign_id = uuid4(), uuid4()
    await world.pool.execute(
        "INSERT INTO contact_lists (id, user_id, name) VALUES ($1, $2, 'l')", list_id, world.user_id
    )
    emails = [row.pop("email", f"{no}@{str(list_id)[:8]}-{no}.example") for no, row in enumerate(rows, 1)]
    await world.pool.execute(
        """WITH c AS (
               INSERT INTO contacts (user_id, email, email_key, fields)
               SELECT $1, e, e, f FROM unnest($3::text[], $4::jsonb[]) u(e, f) RETURNING id
           ) INSERT INTO contact_list_members SELECT $2, id FROM c""",
        world.user_id, list_id, emails, rows,
    )  # fmt: skip
    values = {"id": campaign_id, "user_id": world.user_id, "pool_id": world.pool_id, "contact_list_id": list_id,
        "name": "campaign", "status": "sending", **columns}  # fmt: skip
    places = ", ".join(f"${place}" for place in range(1, len(values) + 1))
    await world.pool.execute(f"INSERT INTO campaigns ({', '.join(values)}) VALUES ({places})", *values.values())
    return Outreach(world, campaign_id, list_id)


async def release(world: World, task_id: UUID, *, after: timedelta | None = None, most: int = 50_000) -> None:
    """Let the guard's clock go on, and release what is due then."""
    if after is not None:
        await world.advance_guard(after)
    async with world.pool.acquire() as connection:
        await task_moves.release_retries(connection, task_id, most)


async def mails(world: World, task_id: UUID) -> list[asyncpg.Record]:
    """A task's mails in their order, with how long each has to wait yet (`wait`)."""
    return await world.pool.fetch(
        "SELECT *, retry_at - guard_now() AS wait FROM subtasks WHERE task_id = $1 ORDER BY seq", task_id
    )


async def reasons(world: World, task_id: UUID) -> list[str]:
    """Of each mail of a task, in their order: its status, and its reason where there is one."""
    return [f"{mail['status']} {mail['reason'] or ''}".strip() for mail in await mails(world, task_id)]
