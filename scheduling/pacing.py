"""Pacing: jitter, sending window, warm-up and the quota day of a service, in its own time zone."""

from dataclasses import dataclass
from datetime import time


@dataclass(frozen=True, slots=True)
class SendingWindow:
    """The hours of the local day in which a service may send."""

    time_zone: str
    """IANA name."""
    opens: time
    closes: time
    """Exclusive. Not after `opens`: the window runs over midnight."""
    weekdays: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    """The days on which it opens; Monday is 0."""
