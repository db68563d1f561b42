"""A world with a mail that was sent, and an inbox for what comes back."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from uuid import UUID

import pytest

from database.connect import create_pool
from mail.return_path import ReturnPaths
from runtime.inbox import Inbox, Taken
from tests.integration.ledger.campaign import Correspondence
from tests.integration.ledger.world import World
from tests.unit.mail.inbound import mails

KEY = "k" * 43 + "="


@dataclass
class Post:
    """A task whose first mail was sent, and what comes back for it."""

    world: World
    inbox: Inbox
    service_id: UUID
    task_id: UUID
    told: list[UUID]
    """Tasks whose ledger was changed."""
    news: list[UUID]
    """Tasks of which an event was recorded."""
    letters: Correspondence = field(init=False)

    def __post_init__(self) -> None:
        self.letters = Correspondence(self.world, self.task_id)

    def about_us(self, raw: bytes, seq: int = 1) -> bytes:
        """A mail of `mails` that is about this task's mail."""
        return raw.replace(f"{mails.TASK}.7".encode(), f"{self.task_id.hex}.{seq}".encode())

    async def comes(self, raw: bytes, *envelope: str) -> Taken:
        return await self.inbox.take(self.about_us(raw), envelope)

    async def events(self) -> list[tuple[str, str | None]]:
        rows = await self.world.pool.fetch("SELECT kind, detail->>'matchedBy' FROM events ORDER BY id")
        return [(row[0], row[1]) for row in rows]

    async def recipient(self, seq: int = 1) -> str:
        row = await self.world.row("SELECT email FROM subtasks WHERE task_id = $1 AND seq = $2", self.task_id, seq)
        return str(row["email"])


@pytest.fixture
async def post(database_url: str) -> AsyncIterator[Post]:
    pool = await create_pool(database_url)
    world = World(pool)
    await world.begin()
    service_id, task_id = await world.service(), await world.task()
    await world.sent(service_id, task_id)
    told: list[UUID] = []
    news: list[UUID] = []

    async def tell(task_id: UUID) -> None:
        told.append(task_id)

    yield Post(world, Inbox(pool, ReturnPaths(KEY), tell, news.extend), service_id, task_id, told, news)
    await pool.close()
