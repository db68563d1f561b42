"""Choices: why the permits of one tick went where they went, small enough to be sent along with every grant."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from scheduling.permit import Grant
from scheduling.score import Score

WAITING_NAMED = 6
"""One more than a choice shows: its own task is none of the others."""
_DIGITS = 3


@dataclass(frozen=True, slots=True)
class Choice:
    """Why a run went through its service."""

    score: Score
    runners_up: tuple[tuple[UUID, float], ...]
    """The services that would have been next, with their scores."""


@dataclass(frozen=True, slots=True)
class Choices:
    """The choices of one tick in the order of its grants' runs; services are named once."""

    decided_at: datetime
    services: tuple[UUID, ...]
    """Those that others are runners-up to, as far as they were granted nothing in this tick themselves."""
    runs: tuple[tuple[float, ...], ...]
    """Of each run the three parts of its score; then of each runner-up its place and its score.

    Places count the services of the runs, each where it is first met, and `services` after them.
    """
    waiting: tuple[UUID, ...]
    """The tasks that waited longest."""
    waiting_count: int
    """All that had mail ready."""


def pack(
    decided_at: datetime,
    grants: Sequence[Grant],
    choices: Mapping[tuple[UUID, int], Choice],
    waiting: Sequence[UUID],
    count: int,
) -> Choices | None:
    """Put the choices of these grants together, known by service and first number. None: nothing was granted."""
    if not grants:
        return None
    places = _places(grants)
    granted = len(places)
    runs = []
    for choice in (choices[run.service_id, run.first_no] for grant in grants for run in grant.runs):
        score = choice.score
        row = [score.quota, score.rest, score.success]
        for service_id, total in choice.runners_up:
            row += [places.setdefault(service_id, len(places)), total]
        runs.append(tuple(round(value, _DIGITS) for value in row))
    return Choices(decided_at, tuple(places)[granted:], tuple(runs), tuple(waiting), count)


def unpack(choices: Choices, grants: Sequence[Grant]) -> Iterable[Choice]:
    """Tell the choice of every run of the grants, in their order."""
    services = (*_places(grants), *choices.services)
    for quota, rest, success, *others in choices.runs:
        runners_up = ((services[int(place)], total) for place, total in zip(others[::2], others[1::2], strict=True))
        yield Choice(Score.of(quota, rest, success), tuple(runners_up))


def _places(grants: Iterable[Grant]) -> dict[UUID, int]:
    """Number the services of the grants' runs in the order in which they are first met."""
    places: dict[UUID, int] = {}
    for grant in grants:
        for run in grant.runs:
            places.setdefault(run.service_id, len(places))
    return places
