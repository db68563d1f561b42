"""Hypothesis strategies: services, demands, and short histories of an allocator against an honest guard."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from uuid import UUID, uuid5

from hypothesis import strategies as st

from scheduling.allocator import Plan, plan
from scheduling.allocator_state import AllocatorState, Changes, Demand, absorb
from scheduling.pacing import SendingWindow, WarmUp
from scheduling.permit import Permit
from scheduling.service import ServiceKind, ServiceState

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
_NAMES = UUID("5d2a4a51-8f0e-4a5e-9d1c-0f3f8f0b7c11")


def an_id(kind: str, number: int) -> UUID:
    """The same id for the same number, so that a failing example stays readable."""
    return uuid5(_NAMES, f"{kind}{number}")


def a_service(number: int = 0, interval: float = 3.0, **changes: object) -> ServiceState:
    """A healthy mailbox service that was never used."""
    service = ServiceState(
        id=an_id("service", number),
        name=f"service {number}",
        kind=ServiceKind.MAILBOX,
        sending_interval=timedelta(seconds=interval),
        daily_quota=100_000,
        remaining_quota=100_000,
        quota_reset_at=NOW + timedelta(hours=15),
        next_available_at=NOW - timedelta(hours=1),
        dialogue=timedelta(milliseconds=100),
    )
    return replace(service, **changes)  # type: ignore[arg-type]  # named by the test


def a_demand(number: int = 0, ready: int = 1_000_000, user: int | None = None, **changes: object) -> Demand:
    """A task of a user of its own, unless the user is named."""
    demand = Demand(an_id("task", number), an_id("user", number if user is None else user), ready)
    return replace(demand, **changes)  # type: ignore[arg-type]  # named by the test


def a_state(services: list[ServiceState], demands: list[Demand], now: datetime = NOW) -> AllocatorState:
    """What an allocator knows that has just read everything."""
    return absorb(AllocatorState(), Changes(tuple(services), tuple(demands), complete=True), now)


def _seconds(*values: float) -> st.SearchStrategy[timedelta]:
    return st.sampled_from(values).map(lambda value: timedelta(seconds=value))


_MOMENTS = _seconds(-3600, -10, -1, -0.3, 0, 0.4, 1, 1.7, 2, 3, 30, 3600).map(lambda span: NOW + span)
_WINDOWS = st.builds(
    SendingWindow,
    st.sampled_from(["UTC", "Asia/Kolkata", "America/New_York"]),
    st.sampled_from([time(0), time(9), time(14, 30), time(22)]),
    st.sampled_from([time(9, 0, 1), time(14, 30), time(17), time(3)]),
)


@st.composite
def services(draw: st.DrawFn, number: int) -> ServiceState:
    """Any service of either kind: half of them healthy, the others with any troubles."""
    kind = draw(st.sampled_from(ServiceKind))
    service = a_service(
        number,
        draw(st.sampled_from([0, 0.03, 0.9, 1, 3, 60])),
        kind=kind,
        priority=draw(st.integers(-1, 1)),
        max_connections=1 if kind is ServiceKind.MAILBOX else draw(st.integers(1, 4)),
        success_rate=draw(st.none() | st.floats(0, 1)),
        probing=draw(st.sampled_from([False, False, False, True])),
        dialogue=draw(_seconds(0, 0.1, 0.7)),
        jitter=draw(st.sampled_from([0.0, 0.0, 0.5])),
    )
    return service if draw(st.booleans()) else draw(_troubled(service))


@st.composite
def _troubled(draw: st.DrawFn, service: ServiceState) -> ServiceState:
    daily_quota = draw(st.sampled_from([0, 1, 3, 50, 100_000]))
    return replace(
        service,
        daily_quota=daily_quota,
        remaining_quota=draw(st.sampled_from([0, 1, daily_quota // 2, daily_quota])),
        quota_reset_at=draw(_seconds(-30, 0.7, 1.5, 40, 50_000)) + NOW,
        next_available_at=draw(_MOMENTS),
        last_sent_at=draw(st.none() | _MOMENTS.filter(lambda at: at <= NOW)),
        rested_until=draw(st.none() | _MOMENTS),
        paused=draw(st.sampled_from([False, False, False, True])),
        window=draw(st.none() | _WINDOWS),
        warm_up=draw(st.none() | st.builds(WarmUp, st.integers(0, 2), st.integers(0, 2))),
        warm_up_day=draw(st.integers(-1, 2)),
    )


_PINS = st.dictionaries(st.integers(0, 6).map(lambda n: an_id("service", n)), st.sampled_from([1, 3, 500]), max_size=4)


@st.composite
def demands(draw: st.DrawFn, number: int) -> Demand:
    """Any task of one of three users; some have mails that are pinned, to services that may not be there."""
    pins = draw(st.just({}) | _PINS)
    return Demand(
        task_id=an_id("task", number),
        user_id=an_id("user", draw(st.integers(0, 2))),
        ready=sum(pins.values()) + draw(st.sampled_from([0, 1, 2, 7, 1_000, 1_000_000])),
        pins=pins,
        pins_fall_back=draw(st.booleans()),
        priority=draw(st.integers(-1, 1)),
        weight=draw(st.sampled_from([0.5, 1.0, 1.0, 3.0])),
        last_served_at=draw(st.none() | _MOMENTS.filter(lambda at: at <= NOW)),
    )


@st.composite
def states(draw: st.DrawFn, most_services: int = 6, most_demands: int = 6) -> AllocatorState:
    """What an allocator may know at its first tick."""
    rows = [draw(services(number)) for number in range(draw(st.integers(0, most_services)))]
    tasks = [draw(demands(number)) for number in range(draw(st.integers(0, most_demands)))]
    return a_state(rows, tasks)


@dataclass(frozen=True, repr=False)
class Step:
    """One tick of a history."""

    now: datetime
    before: AllocatorState
    plan: Plan

    def __repr__(self) -> str:
        """Short: Hypothesis takes great pains over long ones."""
        return f"<{self.now - NOW}: {[(row.name, row.kind.value) for row in self.before.services.values()]}>"


@st.composite
def histories(draw: st.DrawFn, ticks: int = 5) -> list[Step]:
    """Some ticks in a row. In between an honest guard lets some permits through, others lapse, rows are read or not."""
    state, now, random = draw(states()), NOW, Random(draw(st.integers(0, 2**32)))
    steps = []
    rows, tasks = state.services, state.demands
    for _ in range(ticks):
        decision = plan(state, now)
        steps.append(Step(now, state, decision))
        now += timedelta(seconds=random.choice([1, 1, 1.3, 4, 70]))
        for out in decision.state.outstanding:
            for permit in out.run.permits():
                if random.random() < 0.7:
                    rows, tasks = _claimed(rows, tasks, out.task_id, permit, now)
        read = Changes(
            tuple(row for row in rows.values() if random.random() < 0.8),
            tuple(task for task in tasks.values() if random.random() < 0.8),
        )
        state = absorb(decision.state, read, now)
    return steps


def _claimed(
    rows: dict[UUID, ServiceState], tasks: dict[UUID, Demand], task_id: UUID, permit: Permit, now: datetime
) -> tuple[dict[UUID, ServiceState], dict[UUID, Demand]]:
    """Use a permit by `now`, if the guard lets it through."""
    row, task = rows[permit.service_id], tasks[task_id]
    at = max(permit.not_before, row.next_available_at)
    if at >= row.quota_reset_at:
        row = replace(
            row,
            remaining_quota=row.day_quota(at),
            quota_reset_at=row.quota_reset_at + timedelta(days=1),
            warm_up_day=row.warm_up_day + 1,
        )
    in_time = at <= now and at < permit.expires_at and permit.no > row.last_permit_no
    if not (in_time and row.remaining_quota and task.ready):
        return rows, tasks
    used = replace(
        row,
        remaining_quota=row.remaining_quota - 1,
        next_available_at=at + row.spacing,
        last_sent_at=at,
        last_permit_no=permit.no,
        finished=row.finished + 1,
    )
    mails = _picked(task, row.id, rows, at)
    if mails is None:
        return rows, tasks
    served = replace(task, ready=task.ready - 1, pins=mails, last_served_at=at, begun=True)
    return rows | {row.id: used}, tasks | {task_id: served}


def _picked(task: Demand, via: UUID, rows: dict[UUID, ServiceState], at: datetime) -> dict[UUID, int] | None:
    """What is pinned after a claim took one mail: of this service, of none, or of one that cannot be used."""
    unusable = [each for each in task.pins if each not in rows or not rows[each].usable(at)]
    from_pin = next((each for each in (via,) if task.pins.get(each)), None)
    if from_pin is None and task.ready == sum(task.pins.values()):
        from_pin = next((each for each in unusable if task.pins_fall_back), None)
        if from_pin is None:
            return None
    left = {id_: count - (id_ == from_pin) for id_, count in task.pins.items()}
    return {id_: count for id_, count in left.items() if count}
