"""Pins: mails that go through one service only, unless it cannot be used and their task lets them go through any."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import chain
from uuid import UUID

from scheduling.allocator_state import AllocatorState, Changes, Demand, Outstanding
from scheduling.fair_queue import Claimant


def claimants(
    state: AllocatorState, outstanding: Iterable[Outstanding], usable: Collection[UUID], now: datetime
) -> list[Claimant]:
    """Find the tasks with more ready mails than permits out at usable services."""
    out: defaultdict[UUID, defaultdict[UUID, int]] = defaultdict(lambda: defaultdict(int))
    for each in outstanding:
        out[each.task_id][each.run.service_id] += each.run.count
    found = []
    for task_id, demand in state.demands.items():
        need, pins = needs(demand, out.get(task_id, {}), usable)
        if need > 0 or pins:
            claimant = Claimant(
                task_id=task_id,
                user_id=demand.user_id,
                need=max(0, need),
                priority=demand.priority,
                weight=demand.weight,
                never_served=not demand.begun and task_id not in out,
                unserved_since=state.unserved_since.get(task_id, now),
                pins=pins,
            )
            found.append(claimant)
    return found


def needs(demand: Demand, out: Mapping[UUID, int], usable: Collection[UUID]) -> tuple[int, dict[UUID, int]]:
    """Count the permits a task can use besides those that are out: of any service, and of one only.

    A claim takes the mails that are pinned to its permit's service first, then any others it may.
    """
    if not demand.pins:
        return demand.ready - sum(out.values()), {}
    need = demand.ready - sum(demand.pins.values())
    need -= sum(max(0, count - demand.pins.get(service_id, 0)) for service_id, count in out.items())
    pins = {}
    for service_id, ready in demand.pins.items():
        if demand.pins_fall_back and service_id not in usable:
            need += ready
        elif (left := ready - out.get(service_id, 0)) > 0:
            pins[service_id] = left
    return need, pins


@dataclass(frozen=True, slots=True)
class Pinned:
    """The pins of many demands, as they travel: every service is named once, which saves four fifths of the bytes."""

    services: tuple[UUID, ...] = ()
    counts: dict[UUID, tuple[int, ...]] = field(default_factory=dict)
    """By task: a service's place, how many mails are pinned to it, the next one's place, …"""


def pack(changes: Changes) -> tuple[Changes, Pinned]:
    """Take the pins out of what was read."""
    places: dict[UUID, int] = {}
    counts = {}
    for demand in changes.demands:
        pairs = ((places.setdefault(id_, len(places)), ready) for id_, ready in demand.pins.items())
        if demand.pins:
            counts[demand.task_id] = tuple(chain.from_iterable(pairs))
    bare = tuple(replace(demand, pins={}) if demand.pins else demand for demand in changes.demands)
    return replace(changes, demands=bare), Pinned(tuple(places), counts)


def unpack(changes: Changes, pinned: Pinned) -> Changes:
    """Put them back."""
    if not pinned.counts:
        return changes
    demands = []
    for demand in changes.demands:
        flat = pinned.counts.get(demand.task_id, ())
        pins = {pinned.services[place]: ready for place, ready in zip(flat[::2], flat[1::2], strict=True)}
        demands.append(replace(demand, pins=pins) if pins else demand)
    return replace(changes, demands=tuple(demands))
