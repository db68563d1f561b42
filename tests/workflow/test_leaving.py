"""Workers that are asked to leave in the middle of a task: every dialogue ends, nothing is unknown, lost or doubled."""

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from runtime.resources import Resources
from tests.integration.ledger.world import World
from tests.workflow.flow import Flow
from tests.workflow.process import PATIENCE, all_poll, leave, running


@pytest.fixture
async def flow(resources: Resources, tmp_path: Path) -> AsyncIterator[Flow]:
    """A user with nothing yet; no worker runs."""
    flow = Flow(resources, World(resources.ledger_pool), tmp_path)
    await flow.world.begin()
    yield flow
    await flow.close()


async def test_a_deploy_in_the_middle_of_a_task_loses_and_doubles_nothing(flow: Flow) -> None:
    """Twice over: a new worker comes, and once it asks for work the old one leaves."""
    settings = flow.resources.settings
    for _ in range(5):
        await flow.service(interval=0.1, latency_ms=50)
    task = await flow.world.task(mails=150)
    await flow.start(task)
    with running(settings) as first, running(settings) as second, running(settings) as third:
        for old, new, sent in ((first, second, 30), (second, third, 70)):
            await flow.until(task, lambda survey, sent=sent: survey.sent >= sent)  # type: ignore[misc]
            await flow.until_true(lambda new=new: all_poll(settings, [new]))  # type: ignore[misc]
            assert await asyncio.to_thread(leave, old) == 0
        totals = await flow.totals(task)

    assert (totals.sent, totals.unknown, totals.failed) == (150, 0, 0)
    taken = flow.taken()
    assert len(taken) == len(set(taken)) == 150


@pytest.mark.parametrize("signals", [1, 3])
async def test_a_worker_waits_for_slow_answers_before_it_leaves_however_often_it_is_asked(
    flow: Flow, signals: int
) -> None:
    for _ in range(4):
        await flow.service(interval=0.1, latency_ms=2000)
    task = await flow.world.task(mails=100)
    await flow.start(task)
    with running(flow.resources.settings) as process:
        await flow.until(task, lambda survey: survey.sent >= 4)
        await flow.until_true(lambda: transmitting(flow))
        for _ in range(signals):
            process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(ended, process) == 0

    survey = await flow.survey(task)
    taken = flow.taken()
    assert survey.in_flight == survey.unknown == 0
    assert survey.sent == len(taken) == len(set(taken)) > 4


async def transmitting(flow: Flow) -> bool:
    """Whether mails are between their bodies and the answers."""
    return bool(await flow.world.pool.fetchval("SELECT count(*) > 1 FROM deliveries WHERE phase = 'transmitting'"))


def ended(process: psutil.Process) -> int:
    """Wait for its end; the exit status."""
    return int(process.wait(PATIENCE))
