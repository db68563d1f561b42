"""The service score: which of the services that are ready takes the next mail, and why."""

from dataclasses import dataclass
from datetime import datetime

from scheduling.service import ServiceState

_QUOTA_WEIGHT = 0.4
_REST_WEIGHT = 0.4
_SUCCESS_WEIGHT = 0.2
_UNKNOWN_SUCCESS_RATE = 0.95


@dataclass(frozen=True, slots=True)
class Score:
    """A score and the three parts it is the weighted sum of, each between 0 and 1."""

    total: float
    quota: float
    """Share of the day's quota that is left."""
    rest: float
    """Share of the sending interval that has passed since the last mail; never used or no interval: 1."""
    success: float

    @classmethod
    def of(cls, quota: float, rest: float, success: float) -> "Score":
        """Weigh the parts."""
        return cls(_QUOTA_WEIGHT * quota + _REST_WEIGHT * rest + _SUCCESS_WEIGHT * success, quota, rest, success)


def score(service: ServiceState, at: datetime, remaining: int, last_sent_at: datetime | None) -> Score:
    """0.4 × quota left + 0.4 × interval passed + 0.2 × success rate, at a moment that may lie ahead.

    What is left of the quota and the last use are arguments since permits that were granted but not used yet count.
    """
    day_quota = service.day_quota(at)
    quota = min(1.0, max(0, remaining) / day_quota) if day_quota > 0 else 0.0
    rest = 1.0
    if last_sent_at is not None and service.sending_interval:
        rest = min(1.0, max(0.0, (at - last_sent_at) / service.sending_interval))
    success = _UNKNOWN_SUCCESS_RATE if service.success_rate is None else service.success_rate
    return Score.of(quota, rest, success)
