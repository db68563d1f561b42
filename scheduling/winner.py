"""Which variant of a content is the best, and whether that can be told from chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

EXPECTED_AT_LEAST = 5
"""Hits, and misses, that each of the two must have by their common rate for the normal distribution to be trusted
(Cochran's rule for tables of two by two)."""


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of a variant's mails in the trial."""

    mails: int
    """Sent."""
    hits: int
    """Of those opened, clicked or replied to, whatever is measured."""

    @property
    def rate(self) -> float:
        """Share of hits; 0 where nothing was sent."""
        return self.hits / self.mails if self.mails else 0.0


@dataclass(frozen=True, slots=True)
class Decision:
    """Which variant the rest gets."""

    place: int
    p_value: float
    """How often chance alone makes two equal variants differ as much as the best two do, or more."""
    significant: bool
    """Where not, no variant is better than the others, and the first one is taken."""


def decide(tallies: Sequence[Tally], confidence: float) -> Decision:
    """Take the variant with the best rate if it beats the second best, else the first one.

    Holding the best against the second best only, not against all, keeps many variants from making a winner by chance.
    """
    order = sorted(range(len(tallies)), key=lambda place: (-tallies[place].rate, place))
    if len(order) < 2:
        return Decision(0, 1.0, significant=False)
    best, second = tallies[order[0]], tallies[order[1]]
    p_value = chance(best, second)
    significant = p_value <= 1 - confidence
    return Decision(order[0] if significant else 0, p_value, significant)


def chance(one: Tally, other: Tally) -> float:
    """Two-sided p-value of the z-test of two proportions with their common rate (NIST/SEMATECH e-Handbook, 7.3.3).

    1 where the numbers are too small for it: then nothing can be told.
    """
    mails, hits = one.mails + other.mails, one.hits + other.hits
    # In whole numbers: five expected are enough, also where a rate has no exact fraction of two.
    if not mails or min(one.mails, other.mails) * min(hits, mails - hits) < EXPECTED_AT_LEAST * mails:
        return 1.0
    rate = hits / mails
    spread = sqrt(rate * (1 - rate) * (1 / one.mails + 1 / other.mails))
    z = (one.rate - other.rate) / spread
    return 2 * NormalDist().cdf(-abs(z))
