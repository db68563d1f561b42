"""Variants of a task's content, tried on a part of its mails before the rest gets the best."""

from datetime import datetime, timedelta
from typing import Final, Literal

from pydantic import BaseModel, Field

from scheduling.winner import Decision, Tally

WinnerMeasure = Literal["opens", "clicks", "replies"]


class Variant(BaseModel, frozen=True):
    """One content among several."""

    name: str
    share: float = Field(gt=0, le=1)
    """Of all mails that get it in the trial; with a winner rule the shares sum to less than 1, else to 1."""
    subject: str
    html: str | None = None
    text: str | None = None


class Trial(BaseModel, frozen=True):
    """What a winner was decided by."""

    decided_at: datetime
    tallies: tuple[Tally, ...]
    """In the order of the variants."""
    decision: Decision


class WinnerRule(BaseModel, frozen=True):
    """What makes a variant the best, and when that is decided."""

    measure: WinnerMeasure
    after: timedelta
    """Counted from the task's start."""
    confidence: float = Field(default=0.95, ge=0.5, lt=1)
    """Below it no variant is better than the others by the test, and the first one wins."""
    trial: Trial | None = None
    """Noted at a task when the winner is decided. An older release noted none."""


MOST_VARIANTS: Final = 8
