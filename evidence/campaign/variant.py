"""The first round's two variants: who got which by the journal, and their shares and winner by plain rules."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from fractions import Fraction
from math import erfc, sqrt
from typing import Final

from evidence.journal import Try

SUBJECTS: Final = {"offer": "Our offer for {{ organisation }}", "question": "A question to {{ organisation }}"}
"""By the variant's name."""
SHARES: Final = {"offer": Fraction(3, 10), "question": Fraction(3, 10)}
"""Of all mails; the rest waits for the winner."""
CONFIDENCE: Final = Fraction(4, 5)
LEAST: Final = 5
"""Answers, and mails without one, that each variant must have by their common rate: with fewer nothing can be told."""
REPLIES: Final = frozenset({"reply", "reply_from_elsewhere"})

Tally = tuple[int, int]
"""Mails of a variant, and how many of them were answered."""


def variant_of(subject: str) -> str | None:
    """Which variant a mail of the first round is, by its subject."""
    return next((name for name, text in SUBJECTS.items() if subject.startswith(text.partition("{{")[0])), None)


def dealt(tries: Iterable[Try], first_task: str) -> dict[str, str]:
    """Who was written which variant, by address: all whose mail came to its final dot, taken or refused there."""
    return {
        found.recipients[0]: variant
        for found in tries
        if found.message_id and found.message_id.startswith(f"{first_task}.")
        if (variant := variant_of(found.subject)) is not None
    }


def tallies(tries: Iterable[Try], first_task: str, replied: Collection[str]) -> dict[str, Tally]:
    """Count the mails of each variant that were taken, and those to addresses that have replied."""
    lots = dealt((found for found in tries if found.taken), first_task)
    sent = Counter(lots.values())
    answered = Counter(variant for address, variant in lots.items() if address in replied)
    return {name: (sent[name], answered[name]) for name in SUBJECTS}


def wrong_shares(lots: Mapping[str, str], written: int, winner: str) -> int:
    """By how many mails the variants miss their shares of `written` mails, those that wait among them.

    The loser has its share and no more, the winner all others that went out.
    """
    wanted = {name: _share(written, place) for place, name in enumerate(SHARES)}
    counts = Counter(lots.values())
    rest = len(lots) - sum(wanted[name] for name in wanted if name != winner)
    return sum(abs(counts[name] - (rest if name == winner else wanted[name])) for name in wanted)


def _share(written: int, place: int) -> int:
    """How many of so many lots, evenly spread from 0 to 1, fall to the variant at this place."""
    shares = list(SHARES.values())
    since, until = sum(shares[:place]), sum(shares[: place + 1])
    return sum(since <= Fraction(2 * number - 1, 2 * written) < until for number in range(1, written + 1))


def best(told: Mapping[str, Tally]) -> str:
    """The variant with the most answers for its mails, if that is hardly chance; else the first one.

    By the chi-square test of two by two, which asks the same as the product's z-test in other words.
    """
    names = list(SUBJECTS)
    (mails, hits), (others, their_hits) = (told[name] for name in names)
    if not _enough([(mails, hits), (others, their_hits)]):
        return names[0]
    misses, their_misses = mails - hits, others - their_hits
    square = (mails + others) * (hits * their_misses - misses * their_hits) ** 2
    chi_square = square / (mails * others * (hits + their_hits) * (misses + their_misses))
    by_chance = erfc(sqrt(chi_square / 2))
    if by_chance > 1 - CONFIDENCE:
        return names[0]
    return names[0] if hits * others > their_hits * mails else names[1]


def _enough(told: Sequence[Tally]) -> bool:
    mails, hits = sum(count for count, _ in told), sum(count for _, count in told)
    smallest = min(count for count, _ in told)
    return mails > 0 and smallest * min(hits, mails - hits) >= LEAST * mails
