"""A relay's mails begin no closer than its rate, however late they are."""

import asyncio
from datetime import timedelta
from itertools import pairwise
from uuid import uuid4

from activities.pace import Pace

SPACING = timedelta(milliseconds=5)


async def test_mails_whose_moments_have_passed_do_not_begin_in_a_burst() -> None:
    pace, relay, begun = Pace(), uuid4(), []

    async def begin() -> None:
        await pace.wait(relay, -1.0, SPACING)
        begun.append(pace._began[relay])

    await asyncio.gather(*(begin() for _ in range(20)))

    assert all(later - earlier >= SPACING.total_seconds() for earlier, later in pairwise(begun))


async def test_a_mail_waits_for_its_moment() -> None:
    loop = asyncio.get_running_loop()
    moment = loop.time() + 0.02

    await Pace().wait(uuid4(), 0.02, SPACING)

    assert loop.time() >= moment


async def test_relays_do_not_wait_for_one_another() -> None:
    pace = Pace()
    await pace.wait(uuid4(), 0, timedelta(days=1))

    async with asyncio.timeout(5):
        await pace.wait(uuid4(), 0, timedelta(days=1))
