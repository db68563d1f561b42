"""Tells the others that a worker process lives, and takes up how much work it shall have under way."""

import asyncio
import logging
from contextlib import suppress

from database.errors import UNREACHABLE
from database.queries import health
from database.queries.survey import queue_settings
from runtime.resources import Resources
from runtime.slots import Slots

log = logging.getLogger(__name__)

EVERY = 3.0
"""Seconds between two signs of life, and two readings of the settings."""


async def keep_present(resources: Resources, name: str, slots: Slots) -> None:
    """Say so for as long as the process runs, and that it left in order when it ends. Outages are waited out."""
    try:
        while True:
            try:
                async with resources.ledger_pool.acquire() as connection:
                    await health.seen(connection, name, slots.most)
                    most = most_under_way(await queue_settings(connection))
                if most != slots.most:
                    log.info("from now on at most %d mails under way", most)
                    slots.resize(most)
            except UNREACHABLE as error:
                log.warning("not told that this worker lives: %s", error)
            await asyncio.sleep(EVERY)
    finally:
        with suppress(*UNREACHABLE):
            async with resources.ledger_pool.acquire(timeout=EVERY) as connection:
                await health.gone(connection, name)


def most_under_way(values: dict[str, float]) -> int:
    """`queue.concurrent_workers` times `queue.central_batch_size`."""
    return int(values["concurrent_workers"] * values["central_batch_size"])
