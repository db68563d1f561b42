"""How often a key may ask: a bucket of tokens for each, in this process's memory."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable
from uuid import UUID

from api.problems import TooManyRequestsError

WHOLE = 1 - 1e-9
"""A token, as far as sums of fractions reach it."""
KEPT = 10_000
"""Keys remembered; one that was forgotten begins with a full bucket."""


class RateLimit:
    """Allows `per_second` requests a key, and a burst of twice as many after a pause."""

    def __init__(self, per_second: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second = per_second
        self._burst = max(1.0, 2 * per_second)
        self._clock = clock
        self._buckets: OrderedDict[UUID, tuple[float, float]] = OrderedDict()

    def check(self, key_id: UUID) -> None:
        """Count one request. Raises `TooManyRequestsError` with the seconds after which to ask again."""
        now = self._clock()
        tokens, seen_at = self._buckets.pop(key_id, (self._burst, now))
        tokens = min(self._burst, tokens + (now - seen_at) * self._per_second)
        self._buckets[key_id] = (max(tokens - 1, 0.0) if tokens >= WHOLE else tokens, now)
        if len(self._buckets) > KEPT:
            self._buckets.popitem(last=False)
        if tokens < WHOLE:
            wait = math.ceil((1 - tokens) / self._per_second)
            raise TooManyRequestsError(f"This key may ask {self._per_second:g} times a second. Ask more slowly.", wait)
