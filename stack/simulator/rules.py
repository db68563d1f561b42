"""Which tries a rule takes: a pure choice by address, and the memory of how often it was made."""

import hashlib
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import TypeVar

from stack.simulator.config import Drop, Refusal

AnyRule = TypeVar("AnyRule", Refusal, Drop)


@lru_cache(maxsize=4096)
def rule_key(rule: Refusal | Drop) -> str:
    """Name a rule by its content, so that the same rule at two providers is one rule."""
    return hashlib.sha256(rule.model_dump_json().encode()).hexdigest()


def chosen(seed: str, rule: Refusal | Drop, address: str, draw: str | None = None) -> bool:
    """Whether the rule is about this address; the same answer in every process and at every provider.

    Its share is of the addresses, or of `draw` where something else tells the tries apart.
    """
    folded = address.casefold()
    if rule.pattern != "*" and not fnmatchcase(folded, rule.pattern.casefold()):
        return False
    if rule.share >= 1:
        return True
    return rule.share > 0 and position(seed, rule_key(rule), draw or folded) < rule.share


def position(seed: str, key: str, address: str) -> float:
    """Return where in [0, 1) an address stands for a rule, spread evenly."""
    digest = hashlib.blake2b(f"{seed}\0{key}\0{address}".encode("utf-8", "surrogateescape"), digest_size=7).digest()
    return int.from_bytes(digest, "big") / (1 << 56)


class Memory:
    """How often each limited rule took each address, at any provider."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self._taken: dict[str, dict[str, int]] = {}

    def first(self, rules: Iterable[AnyRule], addresses: Sequence[str], draw: str | None = None) -> AnyRule | None:
        """Return the first of the rules that takes this try, and count it."""
        for rule in rules:
            for address in addresses:
                if chosen(self.seed, rule, address, draw) and self._counted(rule, address.casefold()):
                    return rule
        return None

    def _counted(self, rule: Refusal | Drop, address: str) -> bool:
        if rule.times is None:
            return True
        taken = self._taken.setdefault(rule_key(rule), {})
        if taken.get(address, 0) >= rule.times:
            return False
        taken[address] = taken.get(address, 0) + 1
        return True
