"""What an allocator knows between two ticks, and how news is merged into it."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from scheduling.leads import Charge, Leads
from scheduling.permit import PermitRun
from scheduling.service import ServiceState
from scheduling.wait import WaitNotice

RECENTLY = timedelta(seconds=3)
"""What ended in it shows how fast the workers are."""


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
    begun: bool = False
    """A mail of it was claimed: permits that lapsed serve nobody."""
    pins: dict[UUID, int] = field(default_factory=dict)
    """Of the ready mails, those that shall go through one service: how many through which."""
    pins_fall_back: bool = True
    """While their service cannot be used, they may go through any other."""


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
    leads: Leads = field(default_factory=Leads)
    charges: dict[UUID, Charge] = field(default_factory=dict)
    """Per task that has not begun and has permits out: what they count in the leads, to be given back if they lapse."""
    unserved_since: dict[UUID, datetime] = field(default_factory=dict)
    """Per task with unmet demand: when it was last served, or began to wait."""
    finished: tuple[Finished, ...] = ()
    """Of the last few seconds, where any did."""
    published: tuple[WaitNotice, ...] = ()
    """The waits as every waiting task was last told."""
    tick: int = 0


def absorb(state: AllocatorState, changes: Changes, now: datetime) -> AllocatorState:
    """Merge what was read into the state; merging it again changes nothing.

    A permit is out until the guard shows its number, or a later one of the service, or it expires, or its service or
    task leaves.
    """
    services = {} if changes.complete else dict(state.services)
    demands = {} if changes.complete else dict(state.demands)
    services.update((service.id, service) for service in changes.services)
    demands.update((read.task_id, _latest(state.demands.get(read.task_id), read)) for read in changes.demands)
    for service_id in changes.removed_services:
        services.pop(service_id, None)
    for task_id in (*changes.removed_tasks, *(read.task_id for read in changes.demands if read.ready <= 0)):
        demands.pop(task_id, None)
    ended = _ended_tasks(state, changes)
    return replace(
        state,
        services=services,
        demands=demands,
        outstanding=_still_out((out for out in state.outstanding if out.task_id not in ended), services, now),
        finished=_finished(state, changes.services, now),
    )


def without_rows(state: AllocatorState) -> AllocatorState:
    """Keep what cannot be read again: a quarter of the size, for continue-as-new. Read everything before planning."""
    return replace(state, services={}, demands={})


def _latest(known: Demand | None, read: Demand) -> Demand:
    """Take the demand as read, but keep a serving that the ledger has not seen yet."""
    if known is None or known.last_served_at is None:
        return read
    return replace(read, last_served_at=max(known.last_served_at, read.last_served_at or known.last_served_at))


def _ended_tasks(state: AllocatorState, changes: Changes) -> set[UUID]:
    """Name the tasks that have left: their permits end at once."""
    ended = set(changes.removed_tasks)
    if changes.complete:
        named = {demand.task_id for demand in changes.demands}
        ended |= {out.task_id for out in state.outstanding if out.task_id not in named}
    return ended


def _still_out(
    outstanding: Iterable[Outstanding], services: dict[UUID, ServiceState], now: datetime
) -> tuple[Outstanding, ...]:
    """Drop the permits that were claimed or overtaken, that expired, and those of services that have left."""
    kept = []
    for out in outstanding:
        service = services.get(out.run.service_id)
        run = out.run.after(service.last_permit_no, now) if service else None
        if run is not None:
            kept.append(out if run is out.run else Outstanding(out.task_id, run))
    return tuple(kept)


def _finished(state: AllocatorState, read: Iterable[ServiceState], now: datetime) -> tuple[Finished, ...]:
    """Note how many deliveries ended since the rows were read last, and forget old notes."""
    new = sum(
        max(0, row.finished - known.finished) for row in read if (known := state.services.get(row.id)) is not None
    )
    recent = [note for note in state.finished if note.at > now - RECENTLY]
    return tuple([*recent, Finished(now, new)] if new else recent)
