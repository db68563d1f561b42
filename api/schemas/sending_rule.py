"""What mails must keep to besides their services: recipients' hours and holidays, variants and how one of them wins."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Annotated

from pydantic import Field

from api.schemas.base import Incoming, Line, Outgoing
from api.schemas.template import ContentIn
from contracts.variant import MOST_VARIANTS, WinnerMeasure

Holidays = Annotated[list[date], Field(max_length=400)]
"""Days on which nothing is sent, by the recipient's calendar."""
ROUNDING = 0.005
"""Shares such as 0.33 are meant as a third."""


class VariantIn(ContentIn):
    """One content among several."""

    name: Line
    share: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    """Of all mails; with a winner rule, of those that try it out."""


class WinnerRuleIn(Incoming):
    """What makes a variant the best, and when that is decided. The rest of the mails waits for it."""

    measure: WinnerMeasure
    after: Annotated[timedelta, Field(ge=timedelta(minutes=1), le=timedelta(days=60))]
    """Since the first mail was due: `PT24H`, or seconds."""
    confidence: Annotated[float, Field(ge=0.5, lt=1, allow_inf_nan=False)] = 0.95


Variants = Annotated[list[VariantIn], Field(min_length=2, max_length=MOST_VARIANTS)]


class VariantOut(Outgoing):
    """A variant, without its bodies."""

    name: str
    share: float
    subject: str


class WinnerRuleOut(Outgoing):
    """How the best variant is found."""

    measure: WinnerMeasure
    after: timedelta
    confidence: float


def check_variants(variants: Sequence[VariantIn] | None, rule: WinnerRuleIn | None) -> None:
    """Refuse, with a `ValueError`, shares and names that make no sense together."""
    if variants is None:
        if rule is not None:
            raise ValueError("`winnerRule` chooses among `variants`: give two or more of them")
        return
    names = [variant.name for variant in variants]
    if len(set(names)) < len(names):
        raise ValueError("two of the `variants` have the same name")
    total = sum(variant.share for variant in variants)
    if rule is None and abs(total - 1) > ROUNDING:
        raise ValueError(f"the shares of the `variants` sum to {total:g}: without a `winnerRule` they must sum to 1")
    if rule is not None and total > 1 - ROUNDING:
        raise ValueError(f"the shares of the `variants` sum to {total:g}: a `winnerRule` needs a rest to send to")


def check_content(sources: Sequence[object | None], names: str) -> None:
    """Refuse, with a `ValueError`, anything but one content."""
    if sum(source is not None for source in sources) != 1:
        raise ValueError(f"give one of {names}")
