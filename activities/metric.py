"""What is measured each minute, and the upkeep of where it is kept."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg
from temporalio import activity

from contracts.metric import QUEUE_STATES, Kept, Measure
from database.connect import PoolConnection
from database.queries import health, metric
from database.queries.metric import Minute
from scheduling.health import Figures, figures

MINUTE, QUARTER = timedelta(minutes=1), timedelta(minutes=15)
PER_HOUR = 60
OVERLAP = timedelta(minutes=5)
"""What was written by a transaction that was still open at the last measurement is found by the next."""
FIRST_LOOK = timedelta(days=1)
AHEAD = timedelta(days=31)
"""The next month is reached from any day of this one."""
WHOLE = "{}"


class MetricActivities:
    """Needs the database's pool."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    @activity.defn(name="metric.measure")
    async def measure(self, order: Measure) -> int:
        """Note the minute before this moment; how many figures. Run again, what was noted first stays."""
        async with self._pool.acquire() as connection:
            newest = await metric.newest(connection) or order.at - FIRST_LOOK
            oldest = await metric.oldest_kept(connection)
            await metric.note_tasks(connection, order.at, max(newest - OVERLAP, oldest))
            noted = await _figures(connection, order.at)
            await metric.note(connection, order.at, noted)
        return len(noted)

    @activity.defn(name="metric.upkeep")
    async def upkeep(self, order: Measure) -> Kept:
        """Make the partitions of this month and the next, and forget what is too old. Run again, it finds it done."""
        async with self._pool.acquire() as connection:
            first = order.at.replace(day=1)
            made = [await metric.make_partitions(connection, at) for at in (order.at, first + AHEAD)]
            oldest = await metric.oldest_kept(connection)
            dropped = await metric.drop_partitions(connection, oldest)
            deleted = 0
            while some := await metric.forget(connection, oldest):
                deleted += some
                activity.heartbeat()
            await metric.forget_minutes(connection, oldest)
            await health.forget_dead(connection)
        return Kept(made=sum(made), dropped=dropped, deleted=deleted)


async def _figures(connection: PoolConnection, at: datetime) -> list[tuple[str, str, float]]:
    """Name, tags and value of everything that is noted of this minute."""
    happened = await metric.minute(connection, at, MINUTE)
    stands = figures(await health.services(connection), await health.queues(connection), {})
    stand = stands[None]
    noted: list[tuple[str, str, float | None]] = [
        ("queue_throughput", WHOLE, happened.sent * PER_HOUR),
        ("error_rate", WHOLE, happened.error_rate),
        ("service_utilization", WHOLE, stand.utilization),
        ("stuck_task_alert", WHOLE, happened.stuck_tasks),
        ("first_email_delay", WHOLE, happened.first_email_delay),
        ("task_completion_time", WHOLE, happened.task_completion_time),
        ("user_avg_wait_time", WHOLE, happened.user_avg_wait_time),
    ]
    noted += [("queue_mails", json.dumps({"state": state}), getattr(stand, state)) for state in QUEUE_STATES]
    if at.minute % 15 == 0:  # a row for each user: not each minute
        noted += _figures_of_users(await metric.minute(connection, at, QUARTER), stands)
    return [(name, tags, float(value)) for name, tags, value in noted if value is not None]


def _figures_of_users(happened: Minute, stands: Mapping[UUID | None, Figures]) -> list[tuple[str, str, float | None]]:
    """What each user sees of their own part. Of those of whom nothing was tried there is nothing to note."""
    noted: list[tuple[str, str, float | None]] = []
    for user_id, row in happened.users.items():
        tags = json.dumps({"userId": str(user_id)})
        waited = row["wait_seconds"]
        noted += [
            ("queue_throughput", tags, row["sent"] * (PER_HOUR * MINUTE / QUARTER)),
            ("error_rate", tags, (row["ended"] - row["sent"]) / row["ended"]),
            ("service_utilization", tags, stands[user_id].utilization if user_id in stands else None),
            ("user_avg_wait_time", tags, None if waited is None else max(float(waited), 0.0)),
        ]
    return noted
