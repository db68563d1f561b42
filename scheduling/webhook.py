"""When a webhook that was not taken is tried again."""

from datetime import timedelta
from typing import Final

SCHEDULE: Final = (
    timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=5),
    timedelta(hours=10), timedelta(hours=14), timedelta(hours=20), timedelta(hours=24),
)  # fmt: skip
"""Waits after the first failure, the second, and so on: three days and four hours in all (Standard Webhooks)."""
LONGEST: Final = SCHEDULE[-1]


def next_try(failures: int, asked: timedelta | None = None) -> timedelta | None:
    """How long to wait after so many failures in a row; None: it is given up.

    `asked`: what the receiver wants (`Retry-After`); it may make a wait longer, up to a day.
    """
    if failures > len(SCHEDULE):
        return None
    wait = SCHEDULE[failures - 1]
    return wait if asked is None else max(wait, min(asked, LONGEST))
