"""Whom to ask what the DNS says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Nameservers:
    """Resolvers, and how long to wait for them."""

    addresses: Sequence[str] = ()
    """IP addresses; the system's resolvers unless given."""
    port: int = 53
    timeout: timedelta = timedelta(seconds=5)
    """For one question, all tries together."""
