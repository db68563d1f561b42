"""A task: its statuses, what the ledger says of it, and the orders its workflow takes."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from scheduling.wait import Wait
from scheduling.permit import Grant

TaskStatus = Literal["scheduled", "sending", "paused", "completed", "cancelled"]
TASK_STATUSES: Final = ("scheduled", "sending", "paused", "completed", "cancelled")
FINAL_STATUSES: Final = ("completed", "cancelled")

SubtaskStatus = Literal[
    "pending", "claimed", "transmitting", "sent", "failed", "suppressed", "unknown", "cancelled"
]
SUBTASK_STATUSES: Final = (
    "pending", "claimed", "transmitting", "sent", "failed", "suppressed", "unknown", "cancelled",
)  # fmt: skip

SUBTASK_MOVES: Final[dict[str, frozenset[str]]] = {
    "pending": frozenset({"claimed", "suppressed", "cancelled"}),
    "claimed": frozenset({"transmitting", "pending", "failed"}),
    "transmitting": frozenset({"sent", "failed", "unknown", "pending"}),
    "unknown": frozenset({"sent", "failed", "pending"}),
    "sent": frozenset(),
    "failed": frozenset(),
    "suppressed": frozenset(),
    "cancelled": frozenset(),
}
"""Every move a subtask may make; the database holds the same table in `subtask_move_allowed`."""

UnknownPolicy = Literal["hold", "resend", "count_as_sent"]
UNKNOWN_POLICIES: Final = ("hold", "resend", "count_as_sent")

Priority = Literal[-1, 0, 1]


class Survey(BaseModel, frozen=True):
    """What the ledger says of a task at one instant. The workflow knows its mails by nothing else."""

    task_id: UUID
    user_id: UUID
    pool_id: UUID
    as_of: datetime
    """The guard's clock. Of two surveys the later one is believed."""
    status: TaskStatus
    name: str = ""
    priority: int = 0
    start_at: datetime | None = None
    prepared: bool = False
    total: int = 0
    ready: int = 0
    retrying: int = 0
    next_retry_at: datetime | None = None
    in_flight: int = 0
    """Claimed or transmitting."""
    sent: int = 0
    failed: int = 0
    suppressed: int = 0
    unknown: int = 0
    cancelled: int = 0

    @property
    def open(self) -> int:
        """Mails that may still change by themselves; at 0 the task can be closed."""
        return self.ready + self.retrying + self.in_flight


class TaskState(BaseModel):
    """All that a task's workflow carries through continue-as-new."""

    task_id: UUID
    grants: list[Grant] = Field(default_factory=list)
    """Received and not yet fanned out."""
    seen_grants: list[str] = Field(default_factory=list)
    """The newest grant ids, so that one that comes twice is used once."""
    waits: tuple[Wait, ...] = ()
    retry_interval_seconds: float = 60.0


class TaskTotals(BaseModel, frozen=True):
    """How a task ended: the result of its workflow."""

    status: TaskStatus
    total: int
    sent: int
    failed: int
    suppressed: int
    unknown: int
    cancelled: int


class ChangePriority(BaseModel, frozen=True):
    """Order: serve this task before (1), among (0) or after (-1) the others."""

    priority: Priority


class WaitsChanged(BaseModel, frozen=True):
    """Fact: why the task's ready mails wait now, by the allocator."""

    waits: tuple[Wait, ...]
