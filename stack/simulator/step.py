"""What a connection does next: an answer, and what follows it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto


class Then(Enum):
    """What follows an answer."""

    GO_ON = auto()
    BODY = auto()
    """The client sends the message."""
    BODY_DROPPED = auto()
    """The client sends the message, and loses the connection at its first bytes."""
    TLS = auto()
    CLOSE = auto()
    ABORT = auto()
    """Close at once, without the answer."""


@dataclass(frozen=True, slots=True)
class Step:
    """An answer (without its line end), what follows, and how long the provider takes."""

    reply: str
    then: Then = Then.GO_ON
    seconds: float = 0.0
    settle: Callable[[bool], None] | None = None
    """Called right before the answer goes out, or with False when the client did not wait for it."""
