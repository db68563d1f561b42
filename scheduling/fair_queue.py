"""The fair queue: whose mail gets the next permit.

Priorities go strictly in order, but a task that was not served for a minute is lifted a step, so the lowest never
starves. Inside a priority users take turns, and so do the tasks of a user: each has a lead, the turns (permits divided
by weight) it is ahead of the one furthest behind, and the smallest lead goes next. This is stride scheduling
(Waldspurger, 1995): whoever always has mail waiting gets a share by weight, to within one turn. Among equal leads the
one that was never served goes first, then the longest unserved.

Mails that are pinned to a service take turns for that service alone, against all that may use it. Who falls behind
because its services are slow is owed a few turns at most: otherwise they would have it all once they are fast.
"""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar
from uuid import UUID

from scheduling.leads import Charge, Leads

AGEING = timedelta(seconds=60)
"""Unserved for so long, a task is lifted by one priority."""
TOP_PRIORITY = 1
LONGEST_TURN = 10
"""Permits in a row, at most; see `turn_length`."""
_MOST_OWED = 8
"""Turns: so that a new task does not wait for long behind those whose services were slow."""


@dataclass(frozen=True, slots=True)
class Claimant:
    """A task with mail that waits for permits."""

    task_id: UUID
    user_id: UUID
    need: int
    """Permits of any service it can use now."""
    priority: int
    weight: float
    never_served: bool
    unserved_since: datetime
    pins: Mapping[UUID, int] = field(default_factory=dict)
    """Besides, permits it can use of one service only."""

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


@dataclass(frozen=True, slots=True)
class Unmet:
    """What a task did not get."""

    need: int
    """Permits of any service."""
    pins: tuple[UUID, ...]
    """The services it needs permits of besides."""


@dataclass(slots=True, eq=False)
class _Queued:
    """A task, or a user with tasks; the smallest place goes next."""

    id: UUID
    lead: float
    order: datetime
    weight: float

    def place(self) -> tuple[float, datetime, int]:
        return self.lead, self.order, self.id.int


@dataclass(slots=True, eq=False)
class _Task(_Queued):
    need: int
    pins: dict[UUID, int]
    user: "_User"
    served: bool
    """Now or before."""

    @property
    def waits(self) -> bool:
        return self.need > 0 or bool(self.pins and any(self.pins.values()))

    def unmet(self) -> Unmet:
        return Unmet(self.need, tuple(id_ for id_, count in self.pins.items() if count) if self.pins else ())

    def charge(self, before: float) -> Charge:
        """What was counted against it and its user since its lead was this."""
        turns = self.lead - before
        return Charge(self.user.id, turns, {self.user.priority: turns * self.weight / self.user.weight})

    def rank(self) -> tuple[int, float, datetime, int, float, datetime, int]:
        """Its place among the tasks of all users."""
        return -self.user.priority, *self.user.place(), *self.place()


@dataclass(slots=True, eq=False)
class _User(_Queued):
    priority: int
    tasks: list[_Task] = field(default_factory=list)
    in_play: "_Heap[_Task]" = field(default_factory=list)
    """The tasks that may still be served by any service."""

    @property
    def need(self) -> int:
        return sum(task.need for task in self.tasks)

    @property
    def waits(self) -> bool:
        return any(task.waits for task in self.tasks)


_Q = TypeVar("_Q", bound=_Queued)
_Heap = list[tuple[float, datetime, int, _Q]]
"""Places with who stood there when it was put in: leads only rise, so whoever is first and has moved on is put back."""


class FairQueue:
    """The turns of one tick, see `turn_length`. Once `breadth` tasks were served, those share what is left of it."""

    def __init__(self, claimants: Iterable[Claimant], leads: Leads, now: datetime, breadth: int) -> None:
        self._leads = leads
        self._breadth = breadth
        self._served: dict[UUID, _Task] = {}
        self._users: dict[int, dict[UUID, _User]] = {}
        self._pinned: dict[UUID, list[_Task]] = {}
        self._at_turn: _Task | None = None
        self._turn_left = self._tasks = 0
        self._longest_turn = 0.0
        self.unmet = 0
        """Permits that are still needed."""
        for claimant in claimants:
            self._add(claimant, claimant.lifted(now))
        self._turn = turn_length(self._tasks, breadth)
        self._heaps: list[_Heap[_User]] = []
        self._line_up()

    def serve(self, service_id: UUID, most: int) -> tuple[UUID, int] | None:
        """Give this service to the task whose turn it is, for so many permits at most. None: nobody can use it."""
        task = self._anyone()
        if service_id in self._pinned:
            full = len(self._served) >= self._breadth
            rivals = [
                each
                for each in self._pinned[service_id]
                if each.pins[service_id] and (not full or each.id in self._served)
            ]
            task = min((*rivals, task) if task else rivals, key=_Task.rank, default=None)
        if task is None:
            return None
        own = task.pins.get(service_id, 0)
        count = min(most, own + task.need)
        if own:
            task.pins[service_id] = max(0, own - count)
        task.need -= max(0, count - own)
        self._charge(task, count)
        return task.id, count

    def waiting(self) -> dict[UUID, Unmet]:
        """Tell who still needs permits."""
        return {
            task.id: task.unmet()
            for members in self._users.values()
            for user in members.values()
            for task in user.tasks
            if task.waits
        }

    def charges(self) -> dict[UUID, Charge]:
        """Tell what was counted against whom for the permits of these turns."""
        return {id_: task.charge(self._leads.tasks.get(id_, 0.0)) for id_, task in self._served.items()}

    def leads(self) -> Leads:
        """Count the leads anew after these turns; who is named by none has 0."""
        users: dict[int, dict[UUID, float]] = {}
        tasks: dict[UUID, float] = {}
        for priority, members in self._users.items():
            waiting = [user for user in members.values() if user.waits]
            if waiting:
                known = self._leads.users.get(priority, {}) | {user.id: user.lead for user in members.values()}
                users[priority] = self._counted(known, waiting)
            for user in waiting:
                unmet = [task for task in user.tasks if task.waits]
                if len(unmet) > 1:
                    tasks |= self._counted({task.id: task.lead for task in unmet}, unmet)
        return Leads({priority: leads for priority, leads in users.items() if leads}, tasks)

    def _counted(self, known: Mapping[UUID, float], waiting: Sequence[_Task] | Sequence[_User]) -> dict[UUID, float]:
        """Count leads from the last of those who may use any service, for nothing but their turns keeps them there."""
        free = [each.lead for each in waiting if each.need]
        base = min(free) if free else max(each.lead for each in waiting)
        leads = {id_: lead - base for id_, lead in known.items() if lead > base}
        behind = {each.id: base - each.lead for each in waiting if each.lead < base}
        return leads | _owed(behind, self._longest_turn) if behind else leads

    def _add(self, claimant: Claimant, priority: int) -> None:
        """Queue a task behind its user."""
        order, weight = claimant.order, claimant.weight
        members = self._users.setdefault(priority, {})
        user = members.get(claimant.user_id)
        if user is None:
            lead = self._leads.users.get(priority, {}).get(claimant.user_id, 0.0)
            user = members[claimant.user_id] = _User(claimant.user_id, lead, order, weight, priority)
        user.order, user.weight = min(user.order, order), max(user.weight, weight)
        lead = self._leads.tasks.get(claimant.task_id, 0.0)
        pins, served = dict(claimant.pins), not claimant.never_served
        task = _Task(claimant.task_id, lead, order, weight, claimant.need, pins, user, served)
        user.tasks.append(task)
        self._tasks += 1
        for service_id in task.pins:
            self._pinned.setdefault(service_id, []).append(task)
        self.unmet += claimant.need + sum(claimant.pins.values())

    def _line_up(self) -> None:
        """Put the tasks in play, and the users who have any, in their order."""
        full = len(self._served) >= self._breadth
        self._heaps = []
        for priority in sorted(self._users, reverse=True):
            for user in self._users[priority].values():
                user.in_play = [
                    (*task.place(), task) for task in user.tasks if task.need and (not full or task.id in self._served)
                ]
                heapq.heapify(user.in_play)
            heap = [(*user.place(), user) for user in self._users[priority].values() if user.in_play]
            heapq.heapify(heap)
            self._heaps.append(heap)

    def _anyone(self) -> _Task | None:
        """Find whose turn it is among all that may use any service."""
        if self._at_turn is not None and self._turn_left > 0 and self._at_turn.need:
            return self._at_turn
        for heap in self._heaps:
            while heap:
                user = heap[0][3]
                task = _first(user.in_play)
                if task is None:
                    heapq.heappop(heap)
                elif heap[0][0] != user.lead:
                    heapq.heapreplace(heap, (*user.place(), user))
                else:
                    return task
        return None

    def _charge(self, task: _Task, count: int) -> None:
        """Count a turn against a task and its user."""
        turn = count / task.weight
        task.lead += turn
        task.user.lead += count / task.user.weight
        self._longest_turn = max(self._longest_turn, turn)
        self.unmet -= count
        if self._at_turn is not task:
            self._at_turn, self._turn_left = task, self._turn if task.served else 1
        self._turn_left -= count
        task.served = True
        if task.id not in self._served:
            self._served[task.id] = task
            if len(self._served) == self._breadth:
                self._line_up()


def turn_length(tasks: int, breadth: int) -> int:
    """How many permits in a row a task gets that was served before: as many as there are crowds of `breadth`.

    A grant costs a signal and an activity however small; the longer a task waits for its next, the more it holds.
    """
    return min(LONGEST_TURN, -(-tasks // breadth))


def _first(heap: _Heap[_Task]) -> _Task | None:
    """Find the first that has any need; who has moved on is put back."""
    while heap:
        lead, _, _, task = heap[0]
        if not task.need:
            heapq.heappop(heap)
        elif lead != task.lead:
            heapq.heapreplace(heap, (*task.place(), task))
        else:
            return task
    return None


def _owed(behind: Mapping[UUID, float], turn: float) -> dict[UUID, float]:
    """Forget what those behind are owed, down to a turn more than the next who is owed less, and eight in all."""
    leads: dict[UUID, float] = {}
    owed = known = 0.0
    for id_, truly in sorted(behind.items(), key=lambda each: each[1]):
        owed, known = min(owed + min(truly - known, turn), _MOST_OWED * turn), truly
        leads[id_] = -owed
    return leads
