"""What runs beside a process's work ends with it, whatever goes wrong just then."""

import asyncio

import pytest

from runtime import serving


async def test_a_loop_whose_cancellation_an_outage_swallowed_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serving, "AGAIN", 0.0)
    turns: list[int] = []
    waits = asyncio.Event()

    async def waits_out_outages() -> None:
        while True:
            try:
                turns.append(len(turns))
                waits.set()
                try:
                    await asyncio.Event().wait()
                finally:
                    if len(turns) == 1:
                        raise ConnectionError("the server has hung up")
            except ConnectionError:
                pass

    async with asyncio.timeout(10), serving.beside(waits_out_outages()):
        await waits.wait()

    assert turns == [0, 1]
