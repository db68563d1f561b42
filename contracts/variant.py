"""Variants of a task's content, tried on a part of its mails before the rest gets the best."""

from datetime import timedelta
from typing import Final, Literal

from pydantic import BaseModel, Field

WinnerMeasure = Literal["opens", "clicks", "replies"]


class Variant(BaseModel, frozen=True):
    """One content among several."""

    name: str
    share: float = Field(gt=0, le=1)
    """Of all mails that get it in the trial; with a winner rule the shares sum to less than 1, else to 1."""
    subject: str
    html: str | None = None
    text: str | None = None


class WinnerRule(BaseModel, frozen=True):
    """What makes a variant the best, and when that is decided."""

    measure: WinnerMeasure
    after: timedelta
    """Counted from the task's start."""
    confidence: float = Field(default=0.95, ge=0.5, lt=1)
    """Below it no variant is better than the others by the test, and the first one wins."""


MOST_VARIANTS: Final = 8
