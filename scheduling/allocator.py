"""Allocation: which task gets permits for which service in the next two seconds, and why."""

import heapq
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from scheduling.allocator_state import AllocatorState, Changes, Outstanding, absorb
from scheduling.availability import NEVER, Availability, available, spread
from scheduling.choice import WAITING_NAMED, Choice, Choices, pack
from scheduling.fair_queue import Claimant, FairQueue, Unmet
from scheduling.leads import Charge, given_back
from scheduling.notice import notices, task_waits
from scheduling.permit import Grant, PermitRun
from scheduling.pins import claimants
from scheduling.wait import WaitNotice, WaitReason

TICK = timedelta(seconds=1)
"""Decisions are at least this far apart."""
HORIZON = 2 * TICK
"""Permits are given no further ahead, so that a new task waits a tick and not a backlog."""
TASKS_PER_TICK = 64
"""A grant is a signal, and signals cost more than permits: beyond so many tasks each gets several at its turn."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_RUNNERS_UP = 3


@dataclass(frozen=True, slots=True)
class Plan:
    """One decision: the state after it, and what is to be published."""

    state: AllocatorState
    grants: tuple[Grant, ...]
    waits: tuple[WaitNotice, ...]
    """Only what changed since it was last published."""
    wake_at: datetime | None
    """The next useful moment, at least a tick away; None: only a signal brings something new.

    After a sleep of more than a tick the rows are old: read them before planning again.
    """
    choices: Choices | None
    """Why the grants are what they are; None: there are none."""


@dataclass(slots=True)
class _Shares:
    """What the tasks get in a plan, and the choice that was made for each run."""

    runs: dict[UUID, list[PermitRun]] = field(default_factory=dict)
    choices: dict[tuple[UUID, int], Choice] = field(default_factory=dict)
    """By service and first number."""

    def add(self, task_id: UUID, run: PermitRun, choice: Choice) -> None:
        """Add a run, as a part of the task's last where it goes on evenly."""
        runs = self.runs.setdefault(task_id, [])
        if runs and runs[-1].goes_on_with(run):
            runs[-1] = replace(runs[-1], count=runs[-1].count + run.count)
        else:
            runs.append(run)
            self.choices[run.service_id, run.first_no] = choice


def plan(state: AllocatorState, now: datetime) -> Plan:
    """Assign the permits of the next two seconds. Pure: `state` stays as it is."""
    # Lapsed is what had expired when the ledger was read: what expired since may well have been used.
    state = absorb(_uncharged(state), Changes(), now)
    usable = {service.id for service in state.services.values() if service.usable(now)}
    # The guard refuses the others' permits now: whose they were may have others.
    live = [out for out in state.outstanding if out.run.service_id in usable]
    waiting = claimants(state, live, usable, now)
    first_no = max(state.last_no + 1, (now - _EPOCH) // _MICROSECOND)
    services = available(state.services.values(), (out.run for out in state.outstanding), now, first_no)
    phases = spread(services, state.phases, now + HORIZON) if waiting else {}
    queue = FairQueue(waiting, state.leads, now, TASKS_PER_TICK)
    shares = _assign(services, queue, _room(state, live, services), now + HORIZON)

    grants = _grants(shares)
    unmet = queue.waiting()
    state = _granted(state, grants, unmet, now)
    news, published = notices(state.published, task_waits(unmet, services, state.services, now))
    used = {run.service_id for grant in grants for run in grant.runs}
    state = replace(
        state,
        last_no=max((service.next_no - 1 for service in services), default=state.last_no),
        phases={id_: at for id_, at in phases.items() if unmet and id_ not in used},
        leads=queue.leads(),
        charges=_charged(state, queue.charges()),
        published=published,
        tick=state.tick + 1,
    )
    choices = pack(now, grants, shares.choices, _longest(waiting), len(waiting))
    return Plan(state, grants, news, _wake_at(state, services, unmet, now), choices)


def _uncharged(state: AllocatorState) -> AllocatorState:
    """Give back what was charged to tasks that have no permits out any more and yet have not begun."""
    held = {out.task_id for out in state.outstanding}
    charges = {id_: charge for id_, charge in state.charges.items() if _new(state, id_)}
    lapsed = [(id_, charge) for id_, charge in charges.items() if id_ not in held]
    return replace(
        state,
        leads=given_back(state.leads, lapsed) if lapsed else state.leads,
        charges={id_: charge for id_, charge in charges.items() if id_ in held},
    )


def _charged(state: AllocatorState, charges: Mapping[UUID, Charge]) -> dict[UUID, Charge]:
    """Add the charges of a plan to those before, for tasks that have not begun."""
    new = {id_: charge for id_, charge in charges.items() if _new(state, id_)}
    return state.charges | {
        id_: state.charges[id_].plus(charge) if id_ in state.charges else charge for id_, charge in new.items()
    }


def _new(state: AllocatorState, task_id: UUID) -> bool:
    """Whether a task waits of which no mail was ever claimed."""
    demand = state.demands.get(task_id)
    return demand is not None and not demand.begun


def _grants(shares: _Shares) -> tuple[Grant, ...]:
    """Make a grant of what each task got, with its share of the whole."""
    counts = {task_id: sum(run.count for run in runs) for task_id, runs in shares.runs.items()}
    total = sum(counts.values())
    return tuple(
        Grant(str(runs[0].first_id), task_id, tuple(runs), round(counts[task_id] / total, 4))
        for task_id, runs in shares.runs.items()
    )


def _room(state: AllocatorState, live: Iterable[Outstanding], services: Iterable[Availability]) -> int:
    """How many more permits may be out: with slow workers more of them would only lapse in the queue."""
    capacity = sum(HORIZON // each.spacing + 1 for each in services if each.reason is WaitReason.RATE_LIMIT)
    finished = sum(note.count for note in state.finished)
    return max(capacity, 2 * finished) - sum(out.run.count for out in live)


def _assign(services: Sequence[Availability], queue: FairQueue, room: int, until: datetime) -> _Shares:
    """Give the free moments until the horizon away, the earliest first, each to whose turn it is."""
    shares = _Shares()
    heap = [(service.key(), service) for service in services if service.block(until)]
    heapq.heapify(heap)
    while heap and room > 0 and queue.unmet:
        service = heap[0][1]
        turn = queue.serve(service.service.id, min(room, service.block(until)))
        if turn is None:
            heapq.heappop(heap)
            continue
        task_id, count = turn
        choice = Choice(service.score, _runners_up(heap))
        shares.add(task_id, service.take(count), choice)
        room -= count
        if service.block(until):
            heapq.heapreplace(heap, (service.key(), service))
        else:
            heapq.heappop(heap)
    return shares


def _runners_up(
    heap: Sequence[tuple[tuple[datetime, float, int, UUID], Availability]],
) -> tuple[tuple[UUID, float], ...]:
    """Look up the services after the first: the smallest four of a heap stand among its first fifteen."""
    return tuple((service.service.id, service.score.total) for _, service in sorted(heap[:15])[1 : 1 + _RUNNERS_UP])


def _granted(
    state: AllocatorState, grants: Sequence[Grant], waiting: Collection[UUID], now: datetime
) -> AllocatorState:
    """Note what was granted, and who still waits since when."""
    given = {grant.task_id for grant in grants}
    return replace(
        state,
        demands=state.demands | {id_: replace(state.demands[id_], last_served_at=now) for id_ in given},
        outstanding=(*state.outstanding, *(Outstanding(grant.task_id, run) for grant in grants for run in grant.runs)),
        unserved_since={
            id_: now if id_ in given else state.unserved_since.get(id_, now)
            for id_ in sorted(waiting, key=lambda id_: id_.int)
        },
    )


def _longest(waiting: Iterable[Claimant]) -> list[UUID]:
    """Name the tasks with mail ready that wait longest."""
    longest = heapq.nsmallest(WAITING_NAMED, waiting, key=lambda each: (each.unserved_since, each.task_id.int))
    return [each.task_id for each in longest]


def _wake_at(
    state: AllocatorState, services: Iterable[Availability], unmet: Mapping[UUID, Unmet], now: datetime
) -> datetime | None:
    """Find when to look again: soon while permits are used, else a tick before a service is free for who waits."""
    if any(out.task_id in state.demands for out in state.outstanding):
        return now + TICK
    anyone = any(each.need for each in unmet.values())
    pinned = {service_id for each in unmet.values() for service_id in each.pins}
    free = [each.at - TICK for each in services if each.at != NEVER and (anyone or each.service.id in pinned)]
    return max(now + TICK, min(free)) if free else None
