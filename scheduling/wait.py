"""Waits: why mails that are ready do not go now, and from when they may."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class WaitReason(StrEnum):
    """Why a ready mail does not go now, as far as the allocator decides it."""

    NO_SERVICE = "no_service"
    """There is none, or those there are were paused or deleted: a person must act."""
    NO_QUOTA = "no_quota"
    RATE_LIMIT = "rate_limit"
    """The services work, for this task alone, as fast as they may."""
    TURN = "turn"
    """They work, for other tasks too: each waits for its turn."""
    WINDOW = "window"
    SERVICE_RESTED = "service_rested"


@dataclass(frozen=True, slots=True)
class Wait:
    """One reason, with the services it concerns."""

    reason: WaitReason
    retry_at: datetime | None
    """The first moment a mail may go again. None: at any moment (`rate_limit`, `turn`), or nobody knows."""
    service_ids: tuple[UUID, ...] = ()
    """The first few; the names stand in the same order."""
    service_names: tuple[str, ...] = ()
    service_count: int = 0
    """All services concerned."""


@dataclass(frozen=True, slots=True)
class WaitNotice:
    """What some tasks wait for, main reason first; without waits: they do not wait any more."""

    task_ids: tuple[UUID, ...]
    waits: tuple[Wait, ...]
