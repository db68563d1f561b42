"""The fair queue: whose mail gets the next permit.

Priorities go strictly in order, but a task that was not served for a minute is lifted a step, so the lowest never
starves. Inside a priority users take turns, and so do the tasks of a user: each has a lead, the turns (permits divided
by weight) it is ahead of the one furthest behind, and the smallest lead goes next. This is stride scheduling
(Waldspurger, 1995): whoever always has mail waiting gets a share by weight, to within one turn. Among equal leads the
one that was never served goes first, then the longest unserved.
"""

import heapq
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

AGEING = timedelta(seconds=60)
"""Unserved for so long, a task is lifted by one priority."""
TOP_PRIORITY = 1


@dataclass(frozen=True, slots=True)
class Leads:
    """Who is ahead, and by how many turns. Who is not named is furthest behind."""

    users: dict[int, dict[UUID, float]] = field(default_factory=dict)
    """Per priority: what a user gets in one priority costs nothing in another."""
    tasks: dict[UUID, float] = field(default_factory=dict)
    """Against the other tasks of the same user."""


@dataclass(frozen=True, slots=True)
class Claimant:
    """A task with mail that waits for permits."""

    task_id: UUID
    user_id: UUID
    need: int
    """Permits it can use now."""
    priority: int
    weight: float
    never_served: bool
    unserved_since: datetime

    def lifted(self, now: datetime) -> int:
        """Its priority, lifted by its age."""
        return max(self.priority, min(TOP_PRIORITY, self.priority + (now - self.unserved_since) // AGEING))

    @property
    def order(self) -> datetime:
        """Its place among equal leads.

        Never served goes before all who wait up to a minute longer; without that end a stream of new tasks would hold
        up the old ones for good.
        """
        return self.unserved_since - AGEING if self.never_served else self.unserved_since


@dataclass(slots=True)
class _Queued:
    """A task, or a user with tasks, in a heap; the smallest goes next."""

    id: UUID
    lead: float
    order: datetime
    weight: float
    need: int = 0
    """Of a task."""
    tasks: "list[_Queued]" = field(default_factory=list)
    """Of a user."""
    in_play: "list[_Queued]" = field(default_factory=list)
    """Of a user: the tasks that may still be served, as a heap."""

    def __lt__(self, other: "_Queued") -> bool:
        return (self.lead, self.order, self.id) < (other.lead, other.order, other.id)


class FairQueue:
    """The turns of one tick. Once `breadth` tasks were served, those share what is left of the tick."""

    def __init__(self, claimants: Iterable[Claimant], leads: Leads, now: datetime, breadth: int) -> None:
        self._leads = leads
        self._breadth = breadth
        self._served: set[UUID] = set()
        self._users: dict[int, dict[UUID, _Queued]] = {}
        for claimant in claimants:
            self._add(claimant, claimant.lifted(now))
        self._heaps = [list(self._users[priority].values()) for priority in sorted(self._users, reverse=True)]
        self._line_up()

    def serve(self, most: int) -> tuple[UUID, int] | None:
        """Give the next task its turn, at most so many permits. None: nobody needs any more."""
        heap = next((heap for heap in self._heaps if heap), None)
        if heap is None:
            return None
        user = heap[0]
        task = user.in_play[0]
        count = min(most, task.need)
        task.need -= count
        _move(user.in_play, task, count, done=not task.need)
        _move(heap, user, count, done=not user.in_play)
        if task.id not in self._served:
            self._served.add(task.id)
            if len(self._served) == self._breadth:
                self._line_up()
        return task.id, count

    def leads(self) -> Leads:
        """Count the leads anew after these turns, from whoever is furthest behind; only those above it are kept."""
        users: dict[int, dict[UUID, float]] = {}
        tasks: dict[UUID, float] = {}
        for priority, members in self._users.items():
            behind = [user.lead for user in members.values() if any(task.need for task in user.tasks)]
            if behind:
                known = self._leads.users.get(priority, {}) | {user.id: user.lead for user in members.values()}
                users[priority] = _ahead(known, min(behind))
            for user in members.values():
                unmet = {task.id: task.lead for task in user.tasks if task.need}
                tasks |= _ahead(unmet, min(unmet.values(), default=0.0))
        return Leads({priority: ahead for priority, ahead in users.items() if ahead}, tasks)

    def _add(self, claimant: Claimant, priority: int) -> None:
        """Queue a task behind its user."""
        order, weight = claimant.order, claimant.weight
        members = self._users.setdefault(priority, {})
        user = members.get(claimant.user_id)
        if user is None:
            lead = self._leads.users.get(priority, {}).get(claimant.user_id, 0.0)
            user = members[claimant.user_id] = _Queued(claimant.user_id, lead, order, weight)
        user.order, user.weight = min(user.order, order), max(user.weight, weight)
        lead = self._leads.tasks.get(claimant.task_id, 0.0)
        user.tasks.append(_Queued(claimant.task_id, lead, order, weight, claimant.need))

    def _line_up(self) -> None:
        """Put the tasks in play, and the users who have any, in their order."""
        full = len(self._served) >= self._breadth
        for heap in self._heaps:
            for user in heap:
                user.in_play = [task for task in user.tasks if task.need and (not full or task.id in self._served)]
                heapq.heapify(user.in_play)
            heap[:] = [user for user in heap if user.in_play]
            heapq.heapify(heap)


def _move(heap: list[_Queued], first: _Queued, count: int, *, done: bool) -> None:
    """Charge the first of a heap for its turn and put it back where it now belongs, or take it out."""
    first.lead += count / first.weight
    if done:
        heapq.heappop(heap)
    else:
        heapq.heapreplace(heap, first)


def _ahead(leads: dict[UUID, float], base: float) -> dict[UUID, float]:
    """Keep the leads above a base, counted from it."""
    return {id_: lead - base for id_, lead in leads.items() if lead > base}
