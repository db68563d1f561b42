"""Whatever the ledger's functions do, in whatever order, no invariant is broken."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Any, TypeVar
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from database.connect import transaction
from database.queries import domain_limit, service, subtask, suppression, task, task_moves
from database.queries.check import broken, check
from database.queries.subtask import DECIDED
from scheduling.permit import Permit
from tests.integration.ledger.world import World

T = TypeVar("T")
STEPS, MAILS = 250, 3
LONG_AGO = "UPDATE email_services SET updated_at = updated_at - interval '100 days'"
"""So that all their deliveries are judged, whatever the guard's clock shows."""
EXPIRE = "UPDATE deliveries SET deadline = clock_timestamp() - interval '1 s' WHERE permit_id = $1"
POLICIES = ("hold", "resend", "count_as_sent")


@dataclass
class Story:
    """Draws what happens next."""

    world: World
    engine: AsyncEngine
    draw: Random
    services: list[UUID] = field(default_factory=list)
    tasks: list[UUID] = field(default_factory=list)
    open: list[Permit] = field(default_factory=list)
    swept: list[Permit] = field(default_factory=list)
    """Their workers may still have the answer."""

    async def begin(self) -> None:
        for number in range(6):
            kind = ("mailbox", "relay")[number % 2]
            interval = self.draw.choice([0, 0.001, 5])
            zone = self.draw.choice(["UTC", "Asia/Tokyo", "America/New_York"])
            self.services.append(await self.world.service(interval, self.draw.choice([5, 100]), kind, zone))
        await self.world.pool.execute(LONG_AGO)
        for _ in range(3):
            await self.start()

    async def start(self) -> None:
        self.tasks.append(await self.world.task(MAILS, self._any(POLICIES), max_retries=1))

    async def claim(self) -> None:
        permit, verdict = await self.world.claim_one(self._any(self.services), self._any(self.tasks[-4:]))
        self.open += [permit] if verdict.mail else []

    async def send(self) -> None:
        """Bring a mail that was claimed to some end."""
        if not self.open:
            return
        permit, begun = self.open.pop(self.draw.randrange(len(self.open))), self.draw.random() < 0.8
        if begun and not await self.world.mark(permit):
            return
        outcome = self._any(["sent", "sent", "failed", "returned", "unknown"] if begun else ["failed", "returned"])
        dot = begun and (outcome in ("sent", "unknown") or self.draw.random() < 0.5)
        await self._record(permit, outcome, mail=begun or self.draw.random() < 0.5, dot=dot)

    async def _record(self, permit: Permit, outcome: str, *, mail: bool, dot: bool) -> None:
        later = self.draw.choice([None, timedelta(0), timedelta(minutes=5)])
        reason = None if outcome == "sent" else self._any(["policy", "greylist", "no_answer", "timeout"])
        code = 450 if outcome == "returned" else None
        await self.world.record(
            permit, outcome, reason=reason, reply_code=code, retry_after=later, costs_retry=later is not None,
            mail_begun=mail, dot_sent=dot,
        )  # fmt: skip

    async def die(self) -> None:
        """A worker is not heard of any more."""
        if not self.open:
            return
        permit = self.open.pop()
        if self.draw.random() < 0.7:
            await self.world.mark(permit)
        await self.world.pool.execute(EXPIRE, permit.id)
        await self.world.sweep()
        self.swept.append(permit)

    async def answer_late(self) -> None:
        if self.swept:
            permit = self.swept.pop(self.draw.randrange(len(self.swept)))
            await self._record(permit, self._any(["sent", "failed", "returned"]), mail=True, dot=True)

    async def move_task(self) -> None:
        moves = [task_moves.pause, task_moves.resume, task_moves.resume, task_moves.release_retries, task_moves.close]
        if self.draw.random() < 0.05:
            moves = [task_moves.cancel]
        async with self.world.pool.acquire() as connection:
            await self._any(moves)(connection, self._any(self.tasks))

    async def cancel_rest(self) -> None:
        """As a workflow does with a cancelled task."""
        async with self.world.pool.acquire() as connection:
            for task_id in self.tasks:
                if await connection.fetchval("SELECT status FROM tasks WHERE id = $1", task_id) == "cancelled":
                    await task_moves.cancel_rest(connection, task_id, most=3)
                    await task_moves.close(connection, task_id)

    async def resolve(self) -> None:
        """As the API does when a person decides."""
        decision, task_id = self._any(list(DECIDED)), self._any(self.tasks)
        async with transaction(self.engine) as connection:
            row = await task.lock(connection, self.world.user_id, task_id)
            assert row is not None
            if row["status"] == "cancelled" and decision == "resend":
                return
            if await subtask.resolve(connection, task_id, decision, self.world.user_id, None) and decision == "resend":
                await task.reopen(connection, task_id)

    async def change(self) -> None:
        async with transaction(self.engine) as connection:
            status = self._any(["active", "active", "paused"])
            await service.set_status(connection, self.world.user_id, self._any(self.services), status)
            if self.draw.random() < 0.3:
                await domain_limit.lock(connection, self.world.pool_id)
                limit = self._any([5, 60])
                await domain_limit.put(connection, self.world.pool_id, "example.net", limit, ["also.example"])
            if self.draw.random() < 0.1:
                seq = self.draw.randint(1, MAILS)
                row = await subtask.get(connection, self.world.user_id, self._any(self.tasks), seq)
                assert row is not None
                await suppression.suppress(connection, self.world.user_id, [row["email"]], "asked")

    async def edit(self) -> None:
        """A person changes what is configured of a service."""
        edits: list[dict[str, Any]] = [
            {"sending_interval": 0.0}, {"sending_interval": 2.5}, {"daily_quota": 4}, {"daily_quota": 100},
            {"time_zone": "Pacific/Kiritimati"}, {"time_zone": "Pacific/Pago_Pago"}, {"jitter": 0.5},
            {"kind": "relay"}, {"kind": "mailbox"},
        ]  # fmt: skip
        async with transaction(self.engine) as connection:
            row = await service.lock(connection, self.world.user_id, self._any(self.services))
            assert row is not None
            unchanged = {"daily_quota": None, "sending_interval": None, **row, "time_zone": None, "reachable": False}
            await service.update(connection, unchanged | self._any(edits))

    async def pass_time(self) -> None:
        if self.draw.random() < 0.3:
            await self.world.advance_to_midnight(self._any(self.services), before=timedelta(seconds=10))
        else:
            await self.world.advance_guard(timedelta(seconds=self.draw.choice([0.5, 30, 300])))

    def _any(self, things: Sequence[T]) -> T:
        return self.draw.choice(things)


@pytest.mark.parametrize("seed", range(6))
async def test_no_order_of_events_breaks_an_invariant(world: World, engine: AsyncEngine, seed: int) -> None:
    story = Story(world, engine, Random(seed))
    await story.begin()
    events: list[Callable[[], Awaitable[None]]] = [
        *[story.claim] * 6, *[story.send] * 5, story.die, story.answer_late, story.move_task, story.move_task,
        story.edit, story.start, story.cancel_rest, story.resolve, story.change, story.pass_time, story.pass_time,
    ]  # fmt: skip

    for step in range(STEPS):
        event = story.draw.choice(events)
        await event()
        async with world.pool.acquire() as connection:
            wrong = [finding.text for finding in broken(await check(connection))]
        assert not wrong, (step, event.__name__, wrong)
