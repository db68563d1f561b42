"""A user with services and a prepared task, written straight into the test's database."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from database.queries import ledger, task_moves
from database.queries.ledger import Claim, Record, Verdict
from mail.links import MailLinks
from mail.return_path import ReturnPaths
from scheduling.permit import Permit

UPLOAD_LIMIT = timedelta(seconds=20)
HOLD = timedelta(seconds=30)
NO_LINKS = MailLinks("", None)
"""Of a process that people cannot reach."""
RETURN_PATHS = ReturnPaths("k" * 43 + "=")


@dataclass
class World:
    """What a ledger test acts on, in the words of the ledger."""

    pool: "asyncpg.Pool[asyncpg.Record]"
    user_id: UUID = field(default_factory=uuid4)
    pool_id: UUID = field(default_factory=uuid4)
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    async def begin(self) -> None:
        await self.pool.execute(
            "INSERT INTO users (id, email, name, role) VALUES ($1, $2, 'Ada', 'member')",
            self.user_id,
            str(self.user_id),
        )
        await self.pool.execute(
            "INSERT INTO pools (id, user_id, name) VALUES ($1, $2, 'default')", self.pool_id, self.user_id
        )

    async def service(self, interval: float = 60, quota: int = 100, kind: str = "mailbox", zone: str = "UTC") -> UUID:
        service_id = uuid4()
        await self.pool.execute(
            """INSERT INTO email_services (id, user_id, pool_id, name, kind, host, port, security, from_address,
                   max_connections, priority)
               VALUES ($1, $2, $3, $4, $5, '127.0.0.1', 25, 'none', 'ada@example.org', 1, 0)""",
            service_id, self.user_id, self.pool_id, f"service {service_id}", kind,
        )  # fmt: skip
        await self.pool.execute(
            """INSERT INTO email_service_schedule (service_id, user_id, pool_id, kind, status, time_zone,
                   sending_interval, daily_quota) VALUES ($1, $2, $3, $4, 'active', $5, $6, $7)""",
            service_id, self.user_id, self.pool_id, kind, zone, timedelta(seconds=interval), quota,
        )  # fmt: skip
        return service_id

    async def task(self, mails: int = 3, unknown_policy: str = "hold", max_retries: int = 10) -> UUID:
        """A task that sends, its mails written."""
        task_id = await self.unprepared_task(mails)
        await self.pool.execute(
            "UPDATE tasks SET unknown_policy = $2, max_retries = $3 WHERE id = $1", task_id, unknown_policy, max_retries
        )
        async with self.pool.acquire() as connection:
            await task_moves.prepare(connection, task_id)
        return task_id

    async def unprepared_task(self, mails: int, start_in: timedelta | None = None) -> UUID:
        """A task as the API writes it, with a list of its own."""
        list_id, task_id = uuid4(), uuid4()
        await self.pool.execute(
            "INSERT INTO contact_lists (id, user_id, name) VALUES ($1, $2, 'l')", list_id, self.user_id
        )
        await self.pool.execute(
            """WITH c AS (
                   INSERT INTO contacts (user_id, email, email_key, fields)
                   SELECT $1, a, a, jsonb_build_object('name', n)
                   FROM generate_series(1, $3) n, format('%s-%s@example.net', $4::text, n) a RETURNING id
               ) INSERT INTO contact_list_members SELECT $2, id FROM c""",
            self.user_id, list_id, mails, str(task_id)[:8],
        )  # fmt: skip
        await self.pool.execute(
            """INSERT INTO tasks (id, user_id, pool_id, name, status, contact_list_id, subject, text, unknown_policy,
                   start_at) VALUES ($1, $2, $3, 'task', $5, $4, 's', 't', 'hold', guard_now() + $6)""",
            task_id, self.user_id, self.pool_id, list_id, "scheduled" if start_in else "sending", start_in,
        )  # fmt: skip
        await self.pool.execute(
            "INSERT INTO user_task_queues (task_id, user_id, pool_id) VALUES ($1, $2, $3)",
            task_id, self.user_id, self.pool_id,
        )  # fmt: skip
        return task_id

    def permit(self, service_id: UUID, lifetime: float = 60) -> Permit:
        now = datetime.now(UTC)
        return Permit(uuid4(), service_id, next(self.numbers), now, now + timedelta(days=400, seconds=lifetime))

    async def claim(self, *claims: Claim) -> list[Verdict]:
        async with self.pool.acquire() as connection:
            return await ledger.claim(connection, claims, "worker", UPLOAD_LIMIT, HOLD)

    async def claim_one(self, service_id: UUID, task_id: UUID) -> tuple[Permit, Verdict]:
        permit = self.permit(service_id)
        return permit, (await self.claim(Claim(permit, task_id)))[0]

    async def mark(self, permit: Permit) -> bool:
        async with self.pool.acquire() as connection:
            return (await ledger.mark(connection, [permit.id], HOLD))[0]

    async def record(self, permit: Permit, outcome: Any, **more: Any) -> str | None:
        async with self.pool.acquire() as connection:
            return (await ledger.record(connection, [Record(permit.id, outcome, **more)]))[0]

    async def sent(self, service_id: UUID, task_id: UUID) -> Permit:
        """Bring one mail from claim to sent."""
        permit, verdict = await self.claim_one(service_id, task_id)
        assert verdict.mail is not None, verdict
        assert await self.mark(permit)
        assert await self.record(permit, "sent", mail_begun=True, dot_sent=True) == "sent"
        return permit

    async def advance_guard(self, by: timedelta) -> None:
        await self.pool.execute("UPDATE guard_clock SET ahead = ahead + $1", by)

    async def advance_to_midnight(self, service_id: UUID, before: timedelta) -> None:
        """Let the guard's clock show this long before the end of the service's day, if it does not show more."""
        await self.pool.execute(
            """UPDATE guard_clock SET ahead = ahead + (
                   SELECT greatest(quota_reset_at - guard_now() - $2, '0') FROM email_service_schedule
                   WHERE service_id = $1)""",
            service_id, before,
        )  # fmt: skip

    async def expire_deadlines(self) -> None:
        await self.pool.execute("UPDATE deliveries SET deadline = clock_timestamp() - interval '1 s'")

    async def sweep(self) -> int:
        async with self.pool.acquire() as connection:
            return len(await ledger.sweep(connection))

    async def row(self, statement: str, *values: object) -> asyncpg.Record:
        row = await self.pool.fetchrow(statement, *values)
        assert row is not None
        return row

    async def queue(self, task_id: UUID) -> dict[str, int]:
        """The task's counters that are not 0."""
        row = await self.row("SELECT * FROM user_task_queues WHERE task_id = $1", task_id)
        names = ("ready", "retrying", "claimed", "transmitting", "sent", "failed", "suppressed", "unknown", "cancelled")
        counts = {name: row[name] for name in names if row[name]}
        assert sum(counts.values()) == row["total"], "the sums must always add up"
        return counts

    async def schedule(self, service_id: UUID) -> asyncpg.Record:
        return await self.row(
            "SELECT *, next_available_at - guard_now() AS wait FROM email_service_schedule WHERE service_id = $1",
            service_id,
        )
