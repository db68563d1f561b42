"""Several worker processes under one parent: real ones, which are killed, orphaned, and asked to leave during work."""

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import psutil
import pytest

from runtime import processes
from runtime.processes import GivenUpError, Processes
from runtime.resources import Resources
from stack.child import is_alive
from tests.integration.ledger.world import World
from tests.workflow.flow import Flow
from tests.workflow.process import PATIENCE, all_poll, leave, running, start


@pytest.fixture
async def flow(resources: Resources, tmp_path: Path) -> AsyncIterator[Flow]:
    """A user with nothing yet; no worker runs."""
    flow = Flow(resources, World(resources.ledger_pool), tmp_path)
    await flow.world.begin()
    yield flow
    await flow.close()


@pytest.fixture
def parent(resources: Resources) -> Iterator[psutil.Process]:
    """The parent of two worker processes."""
    with running(resources.settings, processes=2) as process:
        yield process


@pytest.fixture
async def workers(flow: Flow, parent: psutil.Process) -> list[psutil.Process]:
    """The two, once both ask for work."""
    await flow.until_true(both_poll(flow, parent))
    return parent.children()


def both_poll(flow: Flow, parent: psutil.Process) -> Callable[[], Awaitable[bool]]:
    """Whether two living children of the parent ask for work; the server remembers dead ones for a while."""

    async def poll() -> bool:
        living = [child for child in parent.children() if is_alive(child)]
        return len(living) == 2 and await all_poll(flow.resources.settings, living)

    return poll


async def test_a_worker_that_is_killed_is_followed_by_another(
    flow: Flow, parent: psutil.Process, workers: list[psutil.Process]
) -> None:
    killed, other = workers
    killed.kill()

    async def another_came() -> bool:
        return killed not in parent.children() and await both_poll(flow, parent)()

    await flow.until_true(another_came)
    assert other in parent.children()


async def test_workers_end_with_a_parent_that_is_killed(
    flow: Flow, parent: psutil.Process, workers: list[psutil.Process]
) -> None:
    parent.kill()

    async def are_gone() -> bool:
        return not any(is_alive(each) for each in workers)

    await flow.until_true(are_gone)


async def test_workers_that_are_asked_to_leave_during_work_leave_no_mail_half_sent(
    flow: Flow, parent: psutil.Process, workers: list[psutil.Process]
) -> None:
    for _ in range(5):
        await flow.service(interval=0.1, latency_ms=200)
    task = await flow.world.task(mails=500)
    await flow.start(task)
    await flow.until(task, lambda survey: survey.sent >= 20)

    assert await asyncio.to_thread(leave, parent) == 0

    assert not any(is_alive(each) for each in workers)
    survey = await flow.survey(task)
    taken = flow.taken()
    assert survey.in_flight == survey.unknown == 0
    assert survey.sent == len(taken) == len(set(taken)) < 500


async def test_a_process_that_cannot_live_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "PAUSES", (0.0, 0.0))
    with pytest.raises(GivenUpError, match="ended with status 7, 3 times in a row"):
        await Processes((sys.executable, "-c", "raise SystemExit(7)")).keep(2)


def test_a_worker_whose_parent_is_gone_does_not_begin() -> None:
    with start("--parent=1") as process:
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode != 0
    assert "the parent process is gone" in said


@pytest.mark.parametrize("number", ["0", "-1", "65", "two"])
def test_a_number_of_processes_that_makes_no_sense_is_refused(number: str) -> None:
    with start(f"--processes={number}") as process:
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 2
    assert f"'{number}' is not a number from 1 to 64" in said


def test_the_variable_is_checked_too() -> None:
    with start(TEMPOST_WORKER__PROCESSES="0") as process:
        _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1
    assert "TEMPOST_WORKER__PROCESSES: Input should be greater than or equal to 1" in said
