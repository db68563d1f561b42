"""Pins: mails that go through one service only, unless it cannot be used and their task lets them go through any."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

from scheduling.allocator_state import AllocatorState, Demand, Outstanding
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
                never_served=demand.last_served_at is None,
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
