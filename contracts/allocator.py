"""Between allocators, their activities and the tasks they serve."""

from datetime import datetime, timedelta
from uuid import UUID

from pydantic import BaseModel, Field

from scheduling.allocator_state import AllocatorState, Changes
from scheduling.choice import Choices
from scheduling.permit import Grant
from scheduling.pins import Pinned
from scheduling.wait import WaitNotice


class AllocatorRun(BaseModel):
    """All that an allocator's workflow carries through continue-as-new."""

    pool_id: UUID
    state: AllocatorState = Field(default_factory=AllocatorState)
    read_at: datetime | None = None
    """Clock of the last reading, the database's; None: read everything."""
    guard_ahead_seconds: float = 0.0
    """How far the guard's clock was ahead of the workflow's at the last reading."""
    read_whole_at: datetime | None = None
    """When everything was last read afresh, by the workflow's clock."""
    named: list[UUID] = Field(default_factory=list)
    """Tasks that said they have work and were not yet looked at."""


class WakeAllocator(BaseModel, frozen=True):
    """Order: tell the allocator of this pool that the task has mails ready."""

    pool_id: UUID
    task_id: UUID


class Exchange(BaseModel, frozen=True):
    """Order: publish these grants and waits, rest, and say what changed."""

    pool_id: UUID
    grants: tuple[Grant, ...] = ()
    waits: tuple[WaitNotice, ...] = ()
    choices: Choices | None = None
    """Why the grants are what they are, for people who ask; without grants there are none."""
    since: datetime | None = None
    """An earlier `read_at`; None: say everything."""
    named: tuple[UUID, ...] = ()
    """Tasks to look at whether they changed or not."""
    lasts: timedelta = timedelta(0)
    """From its begin to the reading, at least: in the workflow the rest would be a timer, and ring up to 1 s late."""


class News(BaseModel, frozen=True):
    """What changed, and when it was read."""

    changes: Changes
    """The demands without their pins."""
    read_at: datetime
    now: datetime
    """The guard's clock at the reading: what plans are made by."""
    pinned: Pinned = Field(default_factory=Pinned)
