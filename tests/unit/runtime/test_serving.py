"""What runs beside a process's work ends with it, whatever goes wrong just then."""

import asyncio

import pytest

from runtime import serving


class Loop:
    """Waits out outages, one of which comes just when it is told to end."""

    def __init__(self) -> None:
        self.turns = 0
        self.waits = asyncio.Event()

    async def run(self) -> None:
        while True:
            try:
                self.turns += 1
                self.waits.set()
                try:
                    await asyncio.Event().wait()
                finally:
                    if self.turns == 1:
                        raise ConnectionError("the server has hung up")
            except ConnectionError:
                pass


async def test_a_loop_whose_cancellation_an_outage_swallowed_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "AGAIN", 0.0)
    loop = Loop()

    async with asyncio.timeout(10), serving.beside(loop.run()):
        await loop.waits.wait()

    assert loop.turns == 2


async def test_who_is_told_to_end_ends_those_it_keeps_although_they_are_to_be_told_again() -> None:
    loop = Loop()
    kept = asyncio.create_task(loop.run())

    async def keeps() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await serving.end([kept], 0.01)

    async with asyncio.timeout(10), serving.beside(keeps()):
        await loop.waits.wait()

    assert kept.cancelled()
    assert loop.turns == 2
