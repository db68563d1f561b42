"""A task of the API whose mails are sent as a worker would: by the ledger's own functions."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from database.queries import task_moves
from runtime.resources import Resources
from tests.integration.api import orders
from tests.integration.api.asker import Asker
from tests.integration.ledger.world import World

CONTENT = {"subject": "Hi", "text": "Hi"}


@dataclass
class Sending:
    """A prepared task and what can happen to its mails."""

    world: World
    asker: Asker
    task_id: UUID
    service_ids: list[UUID]

    @property
    def path(self) -> str:
        return f"/api/tasks/{self.task_id}"

    async def status(self) -> dict[str, Any]:
        """What `realtime-status` says."""
        response = await self.asker.get(f"{self.path}/realtime-status")
        assert response.status_code == 200, response.text
        answer: dict[str, Any] = response.json()
        return answer

    async def send(self, outcome: str = "sent", **more: Any) -> None:
        """Bring one mail from claim to an outcome, each through a service of its own: their intervals are long."""
        service_id = self.service_ids.pop()
        permit, verdict = await self.world.claim_one(service_id, self.task_id)
        assert verdict.mail is not None, verdict
        assert await self.world.mark(permit)
        known = {"mail_begun": True, "dot_sent": outcome in ("sent", "unknown")}
        assert await self.world.record(permit, outcome, **known | more)

    async def claim(self) -> None:
        """Leave one mail claimed."""
        await self.world.claim_one(self.service_ids.pop(), self.task_id)

    async def close(self) -> None:
        """End the task, as its workflow does when nothing is open."""
        async with self.world.pool.acquire() as connection:
            await task_moves.close(connection, self.task_id)

    async def set_waits(self, waits: str) -> None:
        """Say what an allocator would."""
        statement = "UPDATE user_task_queues SET waits = $2::text::jsonb WHERE task_id = $1"
        await self.world.pool.execute(statement, self.task_id, waits)


def morning_zone() -> str:
    """A time zone where it is six in the morning: the hours ahead belong to the same day of quota."""
    ahead = (6 - datetime.now(UTC).hour + 12) % 24 - 12
    return f"Etc/GMT{-ahead:+d}"  # the sign says how far UTC is ahead (tz database, file etcetera)


async def within_one(world: World, unit: str) -> AsyncIterator[None]:
    """Have a loop's body run again until it lies within one `minute` or `hour` of the database."""
    begun = None
    while begun != (begun := await world.pool.fetchval("SELECT date_trunc($1, clock_timestamp())", unit)):
        yield


async def sending(asker: Asker, resources: Resources, people: int = 5, services: int = 8, **changes: Any) -> Sending:
    """A task whose mails are written and may go."""
    pace = {"sendingInterval": 3600, "timeZone": morning_zone()}
    rows = [orders.service(name=f"box-{number}", **pace) for number in range(services)]
    added = await asker.made("/api/services/bulk", {"services": rows})
    listed = await asker.made("/api/contact-lists", {"name": "People"})
    await asker.made(f"/api/contact-lists/{listed['id']}/contacts", orders.contacts(people))
    order = {"name": "Mailing", "contactListId": listed["id"], "content": CONTENT, **changes}
    task = await asker.made("/api/tasks", order)
    async with resources.ledger_pool.acquire() as connection:
        await task_moves.prepare(connection, UUID(task["id"]))
    ids = [UUID(row["service"]["id"]) for row in added["data"]]
    return Sending(World(resources.ledger_pool), asker, UUID(task["id"]), ids)


HOUR = timedelta(hours=1)
