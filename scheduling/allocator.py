"""Allocation: which task gets permits for which service in the next two seconds, and why."""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from scheduling.allocator_state import AllocatorState, Changes, Outstanding, absorb
from scheduling.availability import NEVER, Availability, available, spread
from scheduling.fair_queue import Claimant, FairQueue
from scheduling.notice import notices, pool_waits
from scheduling.permit import Grant, PermitRun
from scheduling.score import Candidate, Explanation
from scheduling.wait import WaitNotice, WaitReason

TICK = timedelta(seconds=1)
"""Decisions are at least this far apart."""
HORIZON = 2 * TICK
"""Permits are given no further ahead, so that a new task waits a tick and not a backlog."""
TASKS_PER_TICK = 40
"""A grant is a signal, and signals cost more than permits: beyond so many tasks each gets several at its turn."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_RUNNERS_UP = 3
_WAITING_NAMED = 5
_EXPLANATIONS_KEPT = 40


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
    explanations: tuple[Explanation, ...]
    """One for each grant, in the same order."""


@dataclass(slots=True)
class _Share:
    """What one task gets in a plan, and the choice that was made for its first permit."""

    chosen: Candidate
    runners_up: tuple[Candidate, ...]
    runs: list[PermitRun] = field(default_factory=list)

    def add(self, run: PermitRun) -> None:
        """Add a run, as a part of the last where it goes on evenly."""
        last = self.runs[-1] if self.runs else None
        if last and last.goes_on_with(run):
            self.runs[-1] = replace(last, count=last.count + run.count)
        else:
            self.runs.append(run)


def plan(state: AllocatorState, now: datetime) -> Plan:
    """Assign the permits of the next two seconds. Pure: `state` stays as it is."""
    state = absorb(state, Changes(), now)
    claimants = _claimants(state, now)
    first_no = max(state.last_no + 1, (now - _EPOCH) // _MICROSECOND)
    services = available(state.services.values(), (out.run for out in state.outstanding), now, first_no)
    phases = spread(services, state.phases, now + HORIZON) if claimants else {}
    queue = FairQueue(claimants, state.leads, now, TASKS_PER_TICK)
    shares = _assign(services, queue, _room(state, services), now + HORIZON)

    total = sum(run.count for share in shares.values() for run in share.runs)
    grants = tuple(
        Grant(
            str(share.runs[0].first_id),
            task_id,
            tuple(share.runs),
            round(sum(run.count for run in share.runs) / total, 4),
        )
        for task_id, share in shares.items()
    )
    explanations = _explanations(grants, shares, claimants)
    state = _granted(state, grants, claimants, now)
    news, published = notices(state.published, pool_waits(services, now), state.unserved_since.keys())
    used = {run.service_id for grant in grants for run in grant.runs}
    state = replace(
        state,
        last_no=max((service.next_no - 1 for service in services), default=state.last_no),
        phases={id_: at for id_, at in phases.items() if state.unserved_since and id_ not in used},
        leads=queue.leads(),
        published=published,
        explanations=(*state.explanations, *explanations)[-_EXPLANATIONS_KEPT:],
        tick=state.tick + 1,
    )
    return Plan(state, grants, news, _wake_at(state, services, now), explanations)


def _claimants(state: AllocatorState, now: datetime) -> list[Claimant]:
    """Find the tasks with more ready mails than permits that are out."""
    out: Counter[UUID] = Counter()
    for each in state.outstanding:
        out[each.task_id] += each.run.count
    return [
        Claimant(
            task_id=task_id,
            user_id=demand.user_id,
            need=need,
            priority=demand.priority,
            weight=demand.weight,
            never_served=demand.last_served_at is None,
            unserved_since=state.unserved_since.get(task_id, now),
        )
        for task_id, demand in state.demands.items()
        if (need := demand.ready - out[task_id]) > 0
    ]


def _room(state: AllocatorState, services: Iterable[Availability]) -> int:
    """How many more permits may be out: with slow workers more of them would only lapse in the queue."""
    capacity = sum(HORIZON // each.spacing + 1 for each in services if each.reason is WaitReason.RATE_LIMIT)
    finished = sum(note.count for note in state.finished)
    return max(capacity, 2 * finished) - sum(out.run.count for out in state.outstanding)


def _assign(services: Sequence[Availability], queue: FairQueue, room: int, until: datetime) -> dict[UUID, _Share]:
    """Give the free moments until the horizon away, the earliest first, each to whose turn it is."""
    shares: dict[UUID, _Share] = {}
    heap = [(service.key(), service) for service in services if service.block(until)]
    heapq.heapify(heap)
    while heap and room > 0:
        service = heap[0][1]
        turn = queue.serve(min(room, service.block(until)))
        if turn is None:
            break
        task_id, count = turn
        if task_id not in shares:
            shares[task_id] = _Share(service.candidate(), _runners_up(heap))
        shares[task_id].add(service.take(count))
        room -= count
        if service.block(until):
            heapq.heapreplace(heap, (service.key(), service))
        else:
            heapq.heappop(heap)
    return shares


def _runners_up(heap: Sequence[tuple[tuple[datetime, float, int, UUID], Availability]]) -> tuple[Candidate, ...]:
    """Look up the services after the first: the smallest four of a heap stand among its first fifteen."""
    return tuple(service.candidate() for _, service in sorted(heap[:15])[1 : 1 + _RUNNERS_UP])


def _granted(
    state: AllocatorState, grants: Sequence[Grant], claimants: Iterable[Claimant], now: datetime
) -> AllocatorState:
    """Note what was granted, and who still waits since when."""
    given = {grant.task_id: grant.count for grant in grants}
    waiting = sorted(each.task_id for each in claimants if given.get(each.task_id, 0) < each.need)
    return replace(
        state,
        demands=state.demands | {id_: replace(state.demands[id_], last_served_at=now) for id_ in given},
        outstanding=(*state.outstanding, *(Outstanding(grant.task_id, run) for grant in grants for run in grant.runs)),
        unserved_since={id_: now if id_ in given else state.unserved_since.get(id_, now) for id_ in waiting},
    )


def _explanations(
    grants: Iterable[Grant], shares: Mapping[UUID, _Share], claimants: Sequence[Claimant]
) -> tuple[Explanation, ...]:
    """Say of each grant why its first mail goes through this service, and who else had mail ready."""
    longest = heapq.nsmallest(_WAITING_NAMED + 1, claimants, key=lambda each: (each.unserved_since, each.task_id))
    return tuple(
        Explanation(
            grant_id=grant.id,
            task_id=grant.task_id,
            chosen=shares[grant.task_id].chosen,
            runners_up=shares[grant.task_id].runners_up,
            waiting=tuple(each.task_id for each in longest if each.task_id != grant.task_id)[:_WAITING_NAMED],
            waiting_count=len(claimants) - 1,
        )
        for grant in grants
    )


def _wake_at(state: AllocatorState, services: Iterable[Availability], now: datetime) -> datetime | None:
    """Find when to look again: soon while permits are used, else a tick before a service is free for who waits."""
    if any(out.task_id in state.demands for out in state.outstanding):
        return now + TICK
    free = [each.at - TICK for each in services if each.at != NEVER] if state.unserved_since else []
    return max(now + TICK, min(free)) if free else None
