"""Leads: who had more turns than others, and what of it is given back when nobody used the permits."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

_NOTHING = 1e-9
"""Turns: what is left of a lead by rounding alone must not put a task behind its equals."""


@dataclass(frozen=True, slots=True)
class Leads:
    """Who is ahead, and by how many turns; behind (below 0) are only those whose pins keep them there."""

    users: dict[int, dict[UUID, float]] = field(default_factory=dict)
    """Per priority: what a user gets in one priority costs nothing in another."""
    tasks: dict[UUID, float] = field(default_factory=dict)
    """Against the other tasks of the same user."""


@dataclass(frozen=True, slots=True)
class Charge:
    """The turns that were counted for permits of a task that has not begun."""

    user_id: UUID
    task: float = 0.0
    users: dict[int, float] = field(default_factory=dict)
    """Against its user, by the priority the task stood in."""

    def plus(self, more: "Charge") -> "Charge":
        """Both together."""
        users = {priority: self.users.get(priority, 0.0) + turns for priority, turns in more.users.items()}
        return Charge(self.user_id, self.task + more.task, self.users | users)


def given_back(leads: Leads, lapsed: Iterable[tuple[UUID, Charge]]) -> Leads:
    """Give back what these tasks and their users were charged for permits that lapsed, each in its own priority.

    It brings nobody before those furthest behind: where they have caught up since, less is given back.
    """
    users, tasks = {priority: dict(members) for priority, members in leads.users.items()}, dict(leads.tasks)
    for task_id, charge in lapsed:
        _lower(tasks, task_id, charge.task)
        for priority, turns in charge.users.items():
            _lower(users.get(priority, {}), charge.user_id, turns)
    return Leads(users, tasks)


def _lower(leads: dict[UUID, float], id_: UUID, turns: float) -> None:
    """Lower a lead, to that of those furthest behind at most."""
    lead = leads.get(id_, 0.0)
    if lead > 0:
        leads[id_] = lead - turns if lead - turns > _NOTHING else 0.0
