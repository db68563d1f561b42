"""Starts Temporal workers, one process per core (`--processes N`); drains on SIGTERM.

On SIGTERM no new mail is taken, waiting permits lapse, dialogues under way end and are recorded.
"""

import argparse
import asyncio
import logging
import os
import sys
from contextlib import suppress

import uvloop
from temporalio.worker import UnsandboxedWorkflowRunner, Worker
from temporalio.workflow import NondeterminismError

from database.errors import UNREACHABLE
from database.queries.survey import queue_settings
from runtime.activity_ids import ActivityIds
from runtime.ending import ending
from runtime.logs import configure_logs
from runtime.presence import keep_present, most_under_way
from runtime.processes import GivenUpError, Processes, end_with
from runtime.reconcile import keep_reconciled
from runtime.registry import WORKFLOWS, Activities, build_id
from runtime.resources import Resources, open_resources
from runtime.schedules import keep_schedules
from runtime.serving import beside, on_leave
from runtime.settings import MOST_PROCESSES, SettingsError, load_settings
from runtime.slots import Slots

log = logging.getLogger("worker")

AGAIN = 2.0
"""Seconds between two tries to reach what is down at the start."""


async def run(resources: Resources, stop: asyncio.Event) -> None:
    """Serve until `stop` is set, then leave in order."""
    most = await first_reading(resources, stop)
    if most is None:
        return
    activities, slots = Activities(resources), Slots(most)
    grace = resources.settings.worker.grace
    worker = Worker(
        resources.temporal_client,
        task_queue=resources.settings.temporal.task_queue,
        workflows=WORKFLOWS,
        activities=activities.all(),
        tuner=slots.tuner(),
        interceptors=[ActivityIds()],
        workflow_runner=UnsandboxedWorkflowRunner(),  # docs/decisions/0015
        build_id=build_id(),
        # What another version of the code has begun is begun anew from the ledger: reconcile starts it.
        workflow_failure_exception_types=[NondeterminismError],
        graceful_shutdown_timeout=grace,
    )
    deliveries = activities.deliveries
    async with beside(deliveries.keep(), keep_reconciled(resources), keep_present(resources, activities.worker, slots)):
        async with worker:
            log.info("ready: at most %d mails under way", most)
            await stop.wait()
            log.info("leaving: dialogues under way are finished")
            deliveries.drain()
        await deliveries.finish(grace.total_seconds())


async def first_reading(resources: Resources, stop: asyncio.Event) -> int | None:
    """How many mails may be under way here, once the database is there to say so; None after `stop`."""
    while not stop.is_set():
        try:
            async with resources.ledger_pool.acquire() as connection:
                return most_under_way(await queue_settings(connection))
        except UNREACHABLE as error:
            log.warning("PostgreSQL is not reachable, trying again: %s", error)
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), AGAIN)
    return None


async def serve() -> None:
    """Open everything and run until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    on_leave(stop.set)
    async with open_resources(load_settings(), connect_until=stop) as resources:
        if stop.is_set():
            return
        async with beside(keep_schedules(resources)):
            await run(resources, stop)


async def serve_in(processes: int) -> None:
    """Keep so many processes like this one."""
    alone = ("--processes", "1", "--parent", str(os.getpid()))
    await Processes((sys.executable, __file__, *alone)).keep(processes)


def main(arguments: argparse.Namespace) -> None:
    """Be one worker process, or the parent of several."""
    if arguments.parent is not None:
        end_with(arguments.parent)
    settings = load_settings()
    configure_logs(settings.logs.shape)
    processes = arguments.processes or settings.worker.processes
    uvloop.run(serve() if processes == 1 else serve_in(processes))


def count(text: str) -> int:
    """A number of processes."""
    if not text.isdecimal() or not 1 <= int(text) <= MOST_PROCESSES:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {MOST_PROCESSES}")
    return int(text)


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    parser = argparse.ArgumentParser("worker", description="Serves Tempost's workflows and activities.")
    how_many = "worker processes, best one per core; without it TEMPOST_WORKER__PROCESSES, or 1"
    parser.add_argument("--processes", type=count, metavar="N", help=how_many)
    parser.add_argument(
        "--parent", type=int, metavar="PID", help="end when this process does, which must be the parent"
    )
    return parser


if __name__ == "__main__":
    with ending():
        try:
            with suppress(KeyboardInterrupt):
                main(parser().parse_args())
        except SettingsError as error:
            sys.exit(f"The worker cannot start:\n{error}")
        except GivenUpError as error:
            sys.exit(str(error))
