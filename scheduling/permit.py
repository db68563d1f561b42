"""Permits: leave to try one mail through one service, granted as runs and handed to activities."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid5

LIFETIME = timedelta(seconds=5)
"""From a permit's moment on: enough for a slow way to the worker, little enough that a lost one frees its service."""


def permit_id(service_id: UUID, no: int) -> UUID:
    """Follows from service and number alone, so a run names its permits without carrying them."""
    return uuid5(service_id, str(no))


@dataclass(frozen=True, slots=True)
class Permit:
    """Leave to try one mail through one service, from `not_before` until `expires_at`."""

    id: UUID
    service_id: UUID
    no: int
    """Rises strictly within a service and is never used again."""
    not_before: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class PermitRun:
    """Permits of one service at even distances; what travels in place of single permits."""

    service_id: UUID
    first_no: int
    first_at: datetime
    spacing: timedelta
    count: int
    lifetime: timedelta
    """How long after its own moment each permit may still be used."""

    @property
    def first_id(self) -> UUID:
        """The id of the run's first permit."""
        return permit_id(self.service_id, self.first_no)

    @property
    def last_no(self) -> int:
        """The number of the run's last permit."""
        return self.first_no + self.count - 1

    @property
    def last_at(self) -> datetime:
        """The moment of the run's last permit."""
        return self.first_at + self.spacing * (self.count - 1)

    @property
    def expires_at(self) -> datetime:
        """When the run's last permit expires."""
        return self.last_at + self.lifetime

    def permits(self) -> Iterator[Permit]:
        """Every permit of the run, in order."""
        for index in range(self.count):
            no = self.first_no + index
            at = self.first_at + self.spacing * index
            yield Permit(permit_id(self.service_id, no), self.service_id, no, at, at + self.lifetime)

    def goes_on_with(self, run: "PermitRun") -> bool:
        """Whether another run is this one's even continuation."""
        return (run.service_id, run.first_no) == (self.service_id, self.last_no + 1) and (
            run.first_at == self.last_at + self.spacing
        )

    def after(self, no: int, now: datetime) -> "PermitRun | None":
        """Keep the permits with a higher number that have not expired; None: there are none."""
        expired = (now - self.lifetime - self.first_at) // self.spacing + 1
        past = max(0, no - self.first_no + 1, expired)
        return None if past >= self.count else self if not past else self.part(past, self.count)

    def part(self, start: int, stop: int) -> "PermitRun":
        """Cut out the permits from index `start` up to, but without, index `stop`."""
        return replace(
            self,
            first_no=self.first_no + start,
            first_at=self.first_at + self.spacing * start,
            count=stop - start,
        )


@dataclass(frozen=True, slots=True)
class Grant:
    """The permits one task gets in one tick."""

    id: str
    """The id of its first permit, so it is never given twice, not even by an allocator that lost its state."""
    task_id: UUID
    runs: tuple[PermitRun, ...]
    share: float = 1.0
    """Of all permits of its tick: of what a tick spends on single activities a task gets as much."""

    @property
    def count(self) -> int:
        """How many mails the grant lets the task try."""
        return sum(run.count for run in self.runs)


def fan_out(grant: Grant, width: int, batch_size: int) -> tuple[tuple[PermitRun, ...], ...]:
    """Split a grant over delivery activities; every permit goes to exactly one.

    Up to the task's share of `width`, each permit gets an activity of its own. Beyond that they are dealt in the order
    of their moments to as few as `batch_size` allows: the earliest go first, each worker has work for every service.
    """
    moments = sorted(
        (run.first_at + run.spacing * index, place, index)
        for place, run in enumerate(grant.runs)
        for index in range(run.count)
    )
    activities = len(moments) if len(moments) <= max(1, width * grant.share) else -(-len(moments) // batch_size)
    ends = [len(moments) * number // activities for number in range(activities + 1)]
    return tuple(_runs(grant, moments[start:stop]) for start, stop in pairwise(ends))


def _runs(grant: Grant, moments: Iterable[tuple[datetime, int, int]]) -> tuple[PermitRun, ...]:
    """Put moments together again: of each run they are an unbroken part."""
    parts: dict[int, list[int]] = {}
    for _, place, index in moments:
        parts.setdefault(place, []).append(index)
    return tuple(grant.runs[place].part(indexes[0], indexes[-1] + 1) for place, indexes in parts.items())
