"""What an allocator knows between two ticks, and how news is merged into it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from scheduling.permit import PermitRun
from scheduling.score import Explanation
from scheduling.service import ServiceState
from scheduling.wait import WaitNotice


@dataclass(frozen=True, slots=True)
class Demand:
    """The ready mails of one task: a level read from the ledger, never a running total."""

    task_id: UUID
    user_id: UUID
    ready: int
    """Mails that may go now; 0 while the task is paused."""
    priority: int = 0
    weight: float = 1.0
    """Share among users (a user's heaviest waiting task counts), and among the user's own tasks."""
    last_served_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outstanding:
    """Permits granted to a task, neither claimed nor expired as far as the allocator has seen."""

    task_id: UUID
    run: PermitRun


@dataclass(frozen=True, slots=True)
class Finished:
    """How many deliveries were seen to have ended at one tick."""

    at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed since the last tick: rows as they are now. One that is seen twice does no harm."""

    services: tuple[ServiceState, ...] = ()
    demands: tuple[Demand, ...] = ()
    removed_services: tuple[UUID, ...] = ()
    removed_tasks: tuple[UUID, ...] = ()
    complete: bool = False
    """Everything was read afresh: what is not named here has left."""


@dataclass(frozen=True, slots=True)
class AllocatorState:
    """All an allocator carries from tick to tick and over continue-as-new; bounded by services + waiting tasks."""

    services: dict[UUID, ServiceState] = field(default_factory=dict)
    demands: dict[UUID, Demand] = field(default_factory=dict)
    outstanding: tuple[Outstanding, ...] = ()
    last_no: int = 0
    """The highest permit number given to any service: numbers rise over the whole pool."""
    phases: dict[UUID, datetime] = field(default_factory=dict)
    """First moments of services that became free together, kept until each is used or nobody waits."""
    leads: dict[int, dict[UUID, float]] = field(default_factory=dict)
    """Per priority: how many turns a user or task is ahead of the one furthest behind. See `fair_queue`."""
    unserved_since: dict[UUID, datetime] = field(default_factory=dict)
    """Per task with unmet demand: when it was last served, or began to wait."""
    finished: tuple[Finished, ...] = ()
    """Of the last few seconds."""
    published: tuple[WaitNotice, ...] = ()
    """The waits as every waiting task was last told."""
    explanations: tuple[Explanation, ...] = ()
    """Of the newest grants, newest last."""
    tick: int = 0


def absorb(state: AllocatorState, changes: Changes, now: datetime) -> AllocatorState:
    """Merge what was read into the state; merging it again changes nothing."""
    raise NotImplementedError
