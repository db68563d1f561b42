"""Folders that PostgreSQL's account can reach, and supervisors that leave nothing behind."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import pytest

from stack.files import open_folder
from stack.supervisor import Supervisor


@pytest.fixture
def folder() -> Iterator[Path]:
    """Make a stack's folder. Not `tmp_path`, which root keeps closed to other accounts."""
    made = open_folder(Path(tempfile.mkdtemp(prefix="tempost-test-")))
    yield made
    shutil.rmtree(made)


@pytest.fixture
def said() -> list[str]:
    """Collect what the supervisor tells a person."""
    return []


@pytest.fixture
def until() -> Callable[[Callable[[], bool]], Awaitable[None]]:
    """Wait for a condition that nothing announces."""

    async def wait(condition: Callable[[], bool]) -> None:
        while not condition():  # noqa: ASYNC110 - another process makes it true
            await asyncio.sleep(0.01)

    return wait


@pytest.fixture
async def supervisor(folder: Path, said: list[str]) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor(folder / "logs", said.append)
    yield supervisor
    await supervisor.stop()
