"""A campaign around a task of a ledger test: its contacts, and what came back from them."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from contracts.event import EventKind, NewEvent
from database.queries import event
from tests.integration.ledger.world import World

CAMPAIGN = """
    INSERT INTO campaigns (id, user_id, pool_id, contact_list_id, name, status, colleagues_stop)
    SELECT $1, user_id, pool_id, contact_list_id, 'campaign', 'sending', $3 FROM tasks WHERE id = $2
"""
ROUND = "UPDATE tasks SET campaign_id = $1, round_no = 1 WHERE id = $2"
CONTACTS = """
    INSERT INTO campaign_contacts (campaign_id, contact_id, organisation)
    SELECT $1, contact_id, ($3::text[])[seq] FROM subtasks WHERE task_id = $2
"""


@dataclass
class Correspondence:
    """The mails of one task, and what is told of them."""

    world: World
    task_id: UUID
    campaign_id: UUID | None = None
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def in_campaign(self, *organisations: str | None, colleagues_stop: bool = False) -> UUID:
        """Make the task the first round of a campaign; its contacts belong to these, in the order of its mails."""
        self.campaign_id = uuid4()
        await self.world.pool.execute(CAMPAIGN, self.campaign_id, self.task_id, colleagues_stop)
        await self.world.pool.execute(ROUND, self.campaign_id, self.task_id)
        await self.world.pool.execute(CONTACTS, self.campaign_id, self.task_id, list(organisations))
        return self.campaign_id

    def event(
        self, kind: EventKind, at: datetime | None = None, seq: int = 1, key: str | None = None, **more: Any
    ) -> NewEvent:
        key = key or f"{kind} {next(self.numbers)}"
        return NewEvent(task_id=self.task_id, seq=seq, kind=kind, key=key, occurred_at=at, **more)

    async def record(self, *events: NewEvent) -> int:
        async with self.world.pool.acquire() as connection:
            return await event.record(connection, events)

    async def tell(self, kind: EventKind, at: datetime | None = None, **more: Any) -> int:
        return await self.record(self.event(kind, at, **more))

    async def engagement(self, seq: int = 1) -> dict[str, Any]:
        """What is known of a mail, without what did not happen."""
        row = await self.world.row("SELECT * FROM engagements WHERE task_id = $1 AND seq = $2", self.task_id, seq)
        return {name: value for name, value in row.items() if value and name not in ("task_id", "seq")}

    async def contact(self, seq: int = 1) -> asyncpg.Record:
        return await self.world.row(
            """SELECT c.* FROM campaign_contacts c JOIN subtasks b USING (contact_id)
               WHERE c.campaign_id = $1 AND b.task_id = $2 AND b.seq = $3""",
            self.campaign_id, self.task_id, seq,
        )  # fmt: skip

    async def suppressions(self) -> dict[int, str]:
        """Why which mails' recipients are not written to any more."""
        rows = await self.world.pool.fetch(
            """SELECT b.seq, s.reason FROM subtasks b JOIN tasks k ON k.id = b.task_id
               JOIN suppressions s ON s.user_id = k.user_id AND s.email = lower(b.email) WHERE b.task_id = $1""",
            self.task_id,
        )
        return {row["seq"]: row["reason"] for row in rows}
