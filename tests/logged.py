"""What tests wait for where nothing but the log tells of it."""

import asyncio

import pytest

PATIENCE = 30.0


async def until_logged(caplog: pytest.LogCaptureFixture, words: str) -> None:
    """Wait until these words are in the log."""
    async with asyncio.timeout(PATIENCE):
        while words not in caplog.text:  # noqa: ASYNC110 - a log sets no event
            await asyncio.sleep(0.01)
