"""A task: its statuses, what the ledger says of it, and the orders its workflow takes."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from scheduling.permit import Grant
from scheduling.wait import Wait

TaskStatus = Literal["scheduled", "sending", "paused", "completed", "cancelled"]
TASK_STATUSES: Final = ("scheduled", "sending", "paused", "completed", "cancelled")
FINAL_STATUSES: Final = ("completed", "cancelled")

SubtaskStatus = Literal["pending", "claimed", "transmitting", "sent", "failed", "suppressed", "unknown", "cancelled"]
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

TASK_MOVES: Final[dict[str, list[str]]] = {
    "paused": ["scheduled", "sending"],
    "sending": ["paused"],
    "cancelled": ["scheduled", "sending", "paused"],
}
"""From which statuses an order may bring a task to another."""

Steering = Literal["pause", "resume", "cancel"]
STEERED: Final[dict[Steering, TaskStatus]] = {"pause": "paused", "resume": "sending", "cancel": "cancelled"}
"""What people order of a task or a campaign that runs, and to which status each order brings it."""

UnknownPolicy = Literal["hold", "resend", "count_as_sent"]
UNKNOWN_POLICIES: Final = ("hold", "resend", "count_as_sent")

PinFallback = Literal["any", "wait"]
PIN_FALLBACKS: Final = ("any", "wait")
"""While the service that a mail is pinned to is paused, deleted, rested, out of quota or outside its window, the mail
goes through any other of the pool, or waits for its own."""

Priority = Literal[-1, 0, 1]

GRANTED: Final = "granted"
"""Signal of a task's workflow, by name: activities send it, and may not import workflows."""


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
    ended: bool = False
    """Completed, or cancelled with nothing open any more."""
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
    fanout_width: int = 50
    """`queue.fanout_width` as it is now: how settings reach running workflows, deterministically."""
    batch_size: int = 50
    """`queue.central_batch_size` as it is now."""
    waits: tuple[Wait, ...] = ()
    """Why its ready mails do not go now, as the allocator last said. Results before this field decode to nothing."""
    campaign_id: UUID | None = None
    """Whose round it is. Results before this field decode to none."""

    @property
    def open(self) -> int:
        """Mails that may still change by themselves; at 0 the task can be closed."""
        return self.ready + self.retrying + self.in_flight


class TaskState(BaseModel):
    """All that a task's workflow carries through continue-as-new."""

    task_id: UUID
    begin: bool = False
    """Prepare at once, for nothing is waited for. Older runs decode to False: they look first."""
    grants: list[Grant] = Field(default_factory=list)
    """Received and not yet fanned out."""
    seen_grants: list[str] = Field(default_factory=list)
    """The newest grant ids, so that one that comes twice is used once."""


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


class ChangeTaskPriority(BaseModel, frozen=True):
    """Order to the ledger: the same, with the task it is for."""

    task_id: UUID
    priority: Priority
