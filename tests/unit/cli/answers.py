"""Answers as the API gives them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from api.schemas.forecast import ForecastOut
from api.schemas.service import ServiceOut
from api.schemas.task import RealtimeStatus

TASK = UUID(int=5)


def now() -> datetime:
    """This moment: what is shown counts from it."""
    return datetime.now(UTC)


def service(**changes: Any) -> ServiceOut:
    """A service that could send now."""
    whole: dict[str, Any] = {
        "id": UUID(int=1), "name": "box", "kind": "mailbox", "status": "active", "poolId": UUID(int=2),
        "pool": "default", "host": "mx.example.com", "port": 587, "security": "starttls", "username": "me",
        "hasPassword": True, "fromAddress": "me@example.com", "fromName": None, "bounceAddress": None,
        "dailyQuota": 500,
        "dayQuota": 500, "remainingQuota": 420, "quotaResetAt": now(), "sendingInterval": 2.5, "jitter": 0,
        "window": None, "warmUp": None, "waiting": None, "maxConnections": 1, "priority": 0,
        "timeZone": "UTC", "lastSentAt": None, "nextAvailableAt": now(), "successRate": None, "score": 0.8,
        "restedUntil": None, "restReason": None, "mailboxError": None, "createdAt": now(), "updatedAt": now(),
    }  # fmt: skip
    return ServiceOut.model_validate(whole | changes)


def status(word: str = "sending", sent: int = 40, waiting: list[dict[str, Any]] | None = None) -> RealtimeStatus:
    """A task of a hundred mails."""
    return RealtimeStatus.model_validate(
        {
            "taskId": TASK, "status": word,
            "progress": {
                "total": 100, "sent": sent, "pending": 95 - sent, "failed": 5,
                "byStatus": {"sent": sent, "failed": 5, "pending": 95 - sent},
            },
            "metrics": {"avgWaitTime": 1.0, "throughput": 7200, "estimatedCompletion": now()},
            "waiting": waiting or [], "lastActivity": now(),
        }
    )  # fmt: skip


def forecast(**changes: Any) -> ForecastOut:
    """A task that ends in two hours and a half."""
    whole: dict[str, Any] = {
        "asOf": now(), "mails": 100, "endsAt": now() + timedelta(hours=2, minutes=30), "noEnd": None,
        "limitedBy": [{"reason": "no_quota", "endsAtWithout": now() + timedelta(hours=1)}], "needed": None,
    }  # fmt: skip
    return ForecastOut.model_validate(whole | changes)
