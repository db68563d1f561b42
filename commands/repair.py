"""`tempost repair`: what every worker does each minute, now and by hand, with an account of it."""

import asyncio
from typing import TYPE_CHECKING

from commands.call import CliError, said_plainly
from commands.local import settings
from commands.view import out

if TYPE_CHECKING:
    from runtime.reconcile import Repaired
    from runtime.settings import Settings


def repair() -> None:
    """Bring ledger and workflows together again, as after the loss of Temporal's data. Nothing is sent twice by it."""
    with said_plainly():
        repaired = asyncio.run(_repair(settings()))
    for line in account(repaired):
        out.print(line, soft_wrap=True)


def account(repaired: "Repaired") -> list[str]:
    """Say what was found and done."""
    started = repaired.started
    lines = [
        f"{repaired.swept:,} deliveries of workers that died were ended",
        f"{started.tasks:,} tasks have not ended: {len(started.missing_tasks):,} had no workflow and were begun anew",
        f"{started.campaigns:,} campaigns have not ended: {len(started.missing_campaigns):,} had none and began anew",
        f"{started.imports:,} imports have not ended: {len(started.missing_imports):,} had none and were begun anew",
    ]
    return lines + [f"  task {task_id}" for task_id in started.missing_tasks]


async def _repair(known: "Settings") -> "Repaired":
    from temporalio.service import RPCError

    from database.errors import UNREACHABLE
    from runtime.reconcile import repair as reconcile
    from runtime.resources import open_resources

    try:
        async with open_resources(known) as resources:
            return await reconcile(resources)
    except (*UNREACHABLE, RPCError, RuntimeError) as error:  # the SDK's connection failures are plain RuntimeErrors
        raise CliError(f"not all was repaired: {error or 'no answer'}. PostgreSQL and Temporal must be up.") from error
