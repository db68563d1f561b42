"""Allocation: which task gets permits for which service in the next two seconds, and why."""

from dataclasses import dataclass
from datetime import datetime

from scheduling.allocator_state import AllocatorState
from scheduling.permit import Grant
from scheduling.score import Explanation
from scheduling.wait import WaitNotice


@dataclass(frozen=True, slots=True)
class Plan:
    """One decision: the state after it, and what is to be published."""

    state: AllocatorState
    grants: tuple[Grant, ...]
    waits: tuple[WaitNotice, ...]
    """Only what changed since it was last published."""
    wake_at: datetime | None
    """The next useful moment, at least a second away; None: only a signal brings something new."""
    explanations: tuple[Explanation, ...]
    """One a grant, in the same order."""


def plan(state: AllocatorState, now: datetime) -> Plan:
    """Assign the permits of the next two seconds. Pure: `state` is left as it is."""
    raise NotImplementedError
