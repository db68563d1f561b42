"""Sharing: how the mails of a pool fall to its tasks in the long run, as if mails were a fluid.

What `scheduling.fair_queue` does turn by turn: priorities strictly in order; inside one, users by the weight of their
heaviest waiting task, and a user's tasks by theirs. Weakness: the lift of tasks that were not served for a minute is
left out; it gives a lower priority a turn a minute.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby
from uuid import UUID

from scheduling.allocator_state import Demand


def mails_until_done(demands: Iterable[Demand]) -> dict[UUID, float]:
    """For each task: how many mails of the whole pool are sent when its last is among them."""
    done: dict[UUID, float] = {}
    before = 0.0
    for members in _by_priority(demands):
        level = _Level(members)
        done |= {task_id: before + level.sent(turn) for task_id, turn in level.turns.items()}
        before += sum(demand.ready for demand in members)
    return done


def left_after(demands: Iterable[Demand], mails: float) -> dict[UUID, float]:
    """How many mails of each task are left when the pool has sent so many."""
    left: dict[UUID, float] = {}
    for members in _by_priority(demands):
        whole = sum(demand.ready for demand in members)
        given, mails = min(mails, whole), max(0.0, mails - whole)
        left |= dict.fromkeys((d.task_id for d in members), 0.0) if given >= whole else _Level(members).left(given)
    return left


def _by_priority(demands: Iterable[Demand]) -> Iterable[list[Demand]]:
    """The tasks with mails, the highest priority first."""
    waiting = sorted((demand for demand in demands if demand.ready > 0), key=lambda demand: -demand.priority)
    return (list(members) for _, members in groupby(waiting, key=lambda demand: demand.priority))


@dataclass(frozen=True, slots=True)
class _User:
    """A user's tasks, the first to end first. While a task waits it gets its weight of mails in each share."""

    tasks: tuple[Demand, ...]
    shares: tuple[float, ...]
    """When each ends, in the user's own shares."""
    turns: tuple[float, ...]
    """When each ends, in the turns of all users: in one turn a user gets mails by the heaviest task that waits."""
    weights: tuple[float, ...]
    """What the user weighs until then."""

    @classmethod
    def of(cls, demands: Iterable[Demand]) -> "_User":
        tasks = sorted(demands, key=lambda demand: demand.ready / demand.weight)
        shares = [demand.ready / demand.weight for demand in tasks]
        weights = list(accumulate((demand.weight for demand in reversed(tasks)), max))[::-1]
        widths = list(accumulate(demand.weight for demand in reversed(tasks)))[::-1]
        steps = zip([0.0, *shares], shares, widths, weights, strict=False)
        turns = accumulate((until - since) * width / weight for since, until, width, weight in steps)
        return cls(tuple(tasks), tuple(shares), tuple(turns), tuple(weights))

    def left(self, turn: float) -> dict[UUID, float]:
        """What is left of each task at a turn."""
        index = bisect_left(self.turns, turn)
        if index == len(self.turns):
            return dict.fromkeys((task.task_id for task in self.tasks), 0.0)
        since, share = (self.turns[index - 1], self.shares[index - 1]) if index else (0.0, 0.0)
        part = (turn - since) / (self.turns[index] - since) if self.turns[index] > since else 1.0
        share += part * (self.shares[index] - share)
        return {task.task_id: max(0.0, task.ready - task.weight * share) for task in self.tasks}


class _Level:
    """The tasks of one priority. With each turn every user who waits gets mails by weight."""

    def __init__(self, demands: Sequence[Demand]) -> None:
        theirs: dict[UUID, list[Demand]] = {}
        for demand in demands:
            theirs.setdefault(demand.user_id, []).append(demand)
        self._users = [_User.of(members) for members in theirs.values()]
        pairs = (
            (task.task_id, turn) for user in self._users for task, turn in zip(user.tasks, user.turns, strict=True)
        )
        self.turns = dict(pairs)
        """When each task ends."""
        changes = sorted(
            (since, weight - before)
            for user in self._users
            for since, before, weight in zip(
                [0.0, *user.turns], [0.0, *user.weights], [*user.weights, 0.0], strict=True
            )
        )
        self._at = [turn for turn, _ in changes]
        self._width = [max(0.0, width) for width in accumulate(change for _, change in changes)]
        spans = zip(self._at, self._at[1:], self._width, strict=False)
        self._sent = list(accumulate(((until - since) * width for since, until, width in spans), initial=0.0))

    def sent(self, turn: float) -> float:
        """Mails of all of them that are sent by a turn at which a task ends."""
        return self._sent[bisect_left(self._at, turn)]

    def left(self, mails: float) -> dict[UUID, float]:
        """What is left of each task when so many mails are sent: fewer than all."""
        index = max(0, bisect_left(self._sent, mails) - 1)
        turn = self._at[index] + ((mails - self._sent[index]) / self._width[index] if self._width[index] else 0.0)
        return {task_id: left for user in self._users for task_id, left in user.left(turn).items()}
