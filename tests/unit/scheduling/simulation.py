"""A small deterministic world for the allocator: guard, workers and ledger as discrete events, no real time."""

import heapq
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from scheduling.allocator import Plan, plan
from scheduling.allocator_state import AllocatorState, Changes, Demand, absorb
from scheduling.permit import Permit
from scheduling.service import ServiceKind, ServiceState

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@dataclass(frozen=True)
class Latency:
    """How slow the world is."""

    grant: timedelta = timedelta(milliseconds=150)
    """From the plan to the worker that holds the permit."""
    claim: timedelta = timedelta(milliseconds=5)
    upload_limit: timedelta = timedelta(seconds=20)
    """What the guard assumes of a mailbox until its dialogue is recorded."""


@dataclass
class Mail:
    """One mail on the wire."""

    task_id: UUID
    service_id: UUID
    started_at: datetime
    ended_at: datetime


@dataclass
class World:
    """Services, tasks and workers; `run` ticks the allocator against them."""

    services: dict[UUID, ServiceState]
    demands: dict[UUID, Demand]
    latency: Latency = Latency()
    slots: int | None = None
    """Mails the workers can have under way; None: any number."""
    sent: list[Mail] = field(default_factory=list)
    lapsed: int = 0
    plans: list[Plan] = field(default_factory=list)
    now: datetime = START
    state: AllocatorState = field(default_factory=AllocatorState)
    _busy: dict[UUID, datetime] = field(default_factory=dict)
    _events: list[tuple[datetime, int, Callable[[], None]]] = field(default_factory=list)
    _order: "count[int]" = field(default_factory=count)
    _pending: Changes = field(default_factory=Changes)

    @classmethod
    def of(cls, services: Iterable[ServiceState], demands: Iterable[Demand], **options: object) -> "World":
        return cls(
            {service.id: service for service in services},
            {demand.task_id: demand for demand in demands},
            **options,  # type: ignore[arg-type]  # passed on by name
        )

    def run(self, seconds: float) -> None:
        """Let so much time pass, beginning with a tick that reads everything."""
        end = self.now + timedelta(seconds=seconds)
        self._read()
        self.at(self.now, self._tick)
        while self._events and self._events[0][0] <= end:
            self.now, _, event = heapq.heappop(self._events)
            event()
        self._events.clear()
        self.now = end

    def at(self, moment: datetime, event: Callable[[], None]) -> None:
        """Let something happen at a moment."""
        heapq.heappush(self._events, (moment, next(self._order), event))

    def _read(self) -> None:
        rows = [self._seen(row) for row in self.services.values()]
        self._pending = Changes(tuple(rows), tuple(self.demands.values()), complete=True)

    def _seen(self, row: ServiceState) -> ServiceState:
        """What a reading shows of a service: in a dialogue, when it is expected to be free."""
        busy = self._busy.get(row.id)
        return row if busy is None else replace(row, next_available_at=busy + row.sending_interval)

    def _tick(self) -> None:
        self.state = absorb(self.state, self._pending, self.now)
        decision = plan(self.state, self.now)
        self.plans.append(decision)
        self.state = decision.state
        for grant in decision.grants:
            for run in grant.runs:
                for permit in run.permits():
                    arrival = max(self.now + self.latency.grant, permit.not_before)
                    self._try(grant.task_id, permit, arrival)
        self.at(self.now + timedelta(milliseconds=100), self._read)
        wake_at = max(decision.wake_at or self.now, self.now + timedelta(seconds=1))
        self.at(wake_at, self._tick)

    def _try(self, task_id: UUID, permit: Permit, moment: datetime) -> None:
        self.at(moment + self.latency.claim, lambda: self._claim(task_id, permit))

    def _claim(self, task_id: UUID, permit: Permit) -> None:
        row, demand = self.services[permit.service_id], self.demands[task_id]
        free_at = self._busy.get(row.id, row.next_available_at)
        if self.slots is not None and len(self._busy) >= self.slots:
            free_at = max(free_at, min(self._busy.values()))
        if self.now >= permit.expires_at or not demand.ready or not row.remaining_quota:
            self.lapsed += 1
        elif free_at > self.now or permit.service_id in self._busy:
            self._try(task_id, permit, max(free_at, self.now))
        else:
            self._send(row, demand, permit)

    def _send(self, row: ServiceState, demand: Demand, permit: Permit) -> None:
        started_at, ended_at = self.now, self.now + row.dialogue
        mailbox = row.kind is ServiceKind.MAILBOX
        worst = self.latency.upload_limit if mailbox else timedelta()
        self.demands[demand.task_id] = replace(demand, ready=demand.ready - 1, last_served_at=self.now)
        self.services[row.id] = replace(
            row,
            remaining_quota=row.remaining_quota - 1,
            last_permit_no=max(row.last_permit_no, permit.no),
            next_available_at=started_at + row.sending_interval + worst,
        )
        if mailbox:
            self._busy[row.id] = ended_at
        self.at(ended_at, lambda: self._record(Mail(demand.task_id, row.id, started_at, ended_at)))

    def _record(self, mail: Mail) -> None:
        row = self.services[mail.service_id]
        mailbox = row.kind is ServiceKind.MAILBOX
        self._busy.pop(row.id, None)
        self.sent.append(mail)
        self.services[row.id] = replace(
            row,
            finished=row.finished + 1,
            last_sent_at=mail.ended_at,
            next_available_at=mail.ended_at + row.sending_interval if mailbox else row.next_available_at,
        )

    def share_of_nominal(self, since: datetime) -> float:
        """Mails that started since a moment, as a share of what all services could at full use."""
        seconds = (self.now - since).total_seconds()
        nominal = sum(seconds / service.spacing.total_seconds() for service in self.services.values())
        return sum(mail.started_at >= since for mail in self.sent) / nominal

    def shortest_gap(self) -> timedelta:
        """The shortest time between the end of a mail and the start of the next of the same service."""
        ended: dict[UUID, datetime] = {}
        gaps = []
        for mail in sorted(self.sent, key=lambda mail: mail.started_at):
            if mail.service_id in ended:
                gaps.append(mail.started_at - ended[mail.service_id])
            ended[mail.service_id] = mail.ended_at
        return min(gaps)
