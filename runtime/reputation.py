"""The watch over bounces and complaints: it warns, and pauses what goes on harming its sender's name.

Verdict and pause are one transaction. A person resumes; what was before is forgiven then.
"""

import logging
from uuid import UUID

from temporalio.service import RPCError

from contracts.about import concerning
from database.connect import PoolConnection
from database.queries import reputation, task_moves
from database.queries.reputation import Subject
from runtime.resources import Resources
from scheduling.reputation import Limits, judge

log = logging.getLogger(__name__)


async def watch(resources: Resources) -> None:
    """Judge all services and tasks with trouble once; safe to repeat."""
    async with resources.ledger_pool.acquire() as connection:
        limits = await reputation.limits(connection)
        for service in await reputation.services(connection):
            await _judge(connection, "service", service, limits)
        paused = [
            task.id for task in await reputation.tasks(connection) if await _judge(connection, "task", task, limits)
        ]
    for task_id in paused:
        await _tell(resources, task_id)


async def _judge(connection: PoolConnection, kind: str, subject: Subject, limits: Limits) -> bool:
    """Judge one; whether it was paused."""
    async with connection.transaction():
        if subject.state == "paused":
            await reputation.forgive(connection, kind, subject)
            return False
        verdict = judge(subject.counts, limits, subject.state)
        await reputation.keep(connection, kind, subject, verdict)
        if verdict.state != "paused":
            return False
        if kind == "service":
            await reputation.pause_service(connection, subject.id)
        else:
            await task_moves.pause(connection, subject.id)
    with concerning(**{f"{kind}_id": subject.id}):
        log.warning("%s %s is paused for its %s: %s", kind, subject.id, verdict.cause, subject.counts)
    return True


async def _tell(resources: Resources, task_id: UUID) -> None:
    """Its workflow sees the row at its next survey in any case."""
    try:
        await resources.orders.steer(task_id, "pause")
    except (RPCError, RuntimeError) as error:  # the SDK's connection failures are plain RuntimeErrors
        with concerning(task_id=task_id):
            log.info("task %s could not be told that it is paused, it will see for itself: %s", task_id, error)
