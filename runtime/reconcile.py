"""Repairs what a crash left between two writes. Idempotent; every worker runs it, one at a time.

One at a time by a lock of PostgreSQL, not of Temporal: it must also work when Temporal has lost its data.
"""

import asyncio
import logging
from collections.abc import Awaitable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from uuid import UUID

from temporalio.service import RPCError

from contracts.task import Survey
from database.queries import campaign_moves, choice, ledger, reservation, survey, webhook_delivery
from database.queries.advisory_lock import advisory_lock
from database.queries.contact_merge import unfinished_imports
from runtime.endless import endured
from runtime.reputation import watch
from runtime.resources import Resources

log = logging.getLogger(__name__)

LOCK = "reconcile"
AGAIN = 0.5
"""Seconds between two tries to get the lock."""
EVERY = 10.0
"""Seconds between two sweeps; a dead worker's mails are free this long after their deadline at the latest."""
LATELY = timedelta(minutes=3)
STARTS_EVERY = 6
"""Sweeps between two looks for workflows that should run and do not."""
FORGETS_EVERY = 360
"""Sweeps between two deletions of what is kept for a while."""


@dataclass(frozen=True, slots=True)
class Started:
    """What a look for missing workflows found."""

    tasks: int
    """Not final, so their workflows must run; rounds of campaigns are among them."""
    imports: int
    missing_tasks: list[UUID]
    """Those whose workflow did not run and was started."""
    missing_imports: list[UUID]
    campaigns: int = 0
    missing_campaigns: list[UUID] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Repaired:
    """What was done by hand."""

    swept: int
    """Deliveries of dead workers that were ended."""
    started: Started


async def keep_reconciled(resources: Resources) -> None:
    """Reconcile at once, and then for as long as the process runs. Outages are waited out."""
    for turn in count():
        with endured(log, "not reconciled"):
            async with resources.ledger_pool.acquire() as connection, advisory_lock(connection, LOCK) as ours:
                if ours:
                    await sweep(resources)
                    if turn % STARTS_EVERY == 0:
                        await start_missing(resources)
                        await watch(resources)
                    if turn % FORGETS_EVERY == 0:
                        await forget(resources)
        await asyncio.sleep(EVERY)


async def repair(resources: Resources) -> Repaired:
    """Do at once what the sweeps do by and by; a worker that is at it is waited for."""
    async with resources.ledger_pool.acquire() as connection:
        while True:
            async with advisory_lock(connection, LOCK) as ours:
                if ours:
                    return Repaired(await sweep(resources), await start_missing(resources))
            await asyncio.sleep(AGAIN)


async def sweep(resources: Resources) -> int:
    """End the deliveries of dead workers and forget their reservations; how many deliveries."""
    swept = 0
    async with resources.ledger_pool.acquire() as connection:
        await reservation.clean(connection)
        while task_ids := await ledger.sweep(connection):
            swept += len(task_ids)
            for task_id in set(task_ids):
                await _tell(resources.orders.ledger_changed(task_id), f"task {task_id}")
    return swept


async def start_missing(resources: Resources) -> Started:
    """Start the workflow of every campaign, task and import that is not final, and wake allocators of waiting tasks.

    Starting one that runs leaves it alone. One whose row changed lately is told so: whoever changed it may have died
    before they could. The rounds of a campaign are started by it alone, so that they are its children.
    """
    async with resources.ledger_pool.acquire() as connection:
        tasks = await survey.unfinished(connection)
        changed = await survey.changed_lately(connection, [task.task_id for task in tasks], LATELY)
        imports = await unfinished_imports(connection)
        webhook_ids = await webhook_delivery.active(connection)
        campaigns = await campaign_moves.unfinished(connection)
        changed_campaigns = await campaign_moves.changed_lately(connection, LATELY)
    missing_campaigns = [each.campaign_id for each in campaigns if await resources.campaign_orders.start(each)]
    running = {each.campaign_id for each in campaigns}
    missing = await _lost_rounds(resources, [task for task in tasks if task.campaign_id in running])
    missing += [
        task.task_id for task in tasks if task.campaign_id not in running and await resources.orders.start(task)
    ]
    for campaign_id in changed_campaigns:
        await _tell(resources.campaign_orders.ledger_changed(campaign_id), f"campaign {campaign_id}")
    for task_id in changed:
        await _tell(resources.orders.ledger_changed(task_id), f"task {task_id}")
    for pool_id, task in _waiting(tasks).items():
        await resources.orders.wake_allocator(pool_id, task.task_id)
    for webhook_id in webhook_ids:
        await resources.webhook_wakes.ensure(webhook_id)
    missing_imports = [row.id for row in imports if await resources.orders.start_import(row)]
    if lost := len(missing_campaigns) + len(missing) + len(missing_imports):
        log.warning("%d campaigns, tasks and imports had no workflow and were begun anew", lost)
    return Started(len(tasks), len(imports), missing, missing_imports, len(campaigns), missing_campaigns)


async def _lost_rounds(resources: Resources, tasks: list[Survey]) -> list[UUID]:
    """Tell campaigns which of their rounds have no workflow; which those are."""
    lost = [task for task in tasks if not await resources.orders.runs(task.task_id)]
    for task in lost:
        assert task.campaign_id is not None
        await _tell(
            resources.campaign_orders.round_lost(task.campaign_id, task.task_id), f"campaign {task.campaign_id}"
        )
    return [task.task_id for task in lost]


async def forget(resources: Resources) -> None:
    """Delete old choices, in steps that hold up nobody."""
    async with resources.ledger_pool.acquire() as connection:
        while await choice.forget(connection):
            pass


def _waiting(tasks: list[Survey]) -> dict[UUID, Survey]:
    """One task of every pool that has mails ready."""
    return {task.pool_id: task for task in tasks if task.status == "sending" and task.ready}


async def _tell(news: Awaitable[None], whom: str) -> None:
    try:
        await news
    except RPCError as error:
        log.info("%s could not be told what changed, it will see for itself or be told later: %s", whom, error)
