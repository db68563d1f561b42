"""`live`: everything that may change while mails flow is changed, and each change must act soon and lose nothing."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from api.schemas.task import RealtimeStatus
from contracts.identifiers import allocator_workflow_id
from evidence import journal
from evidence.bench import history, load
from evidence.bench.change import Change, Effect, longest_gap, seconds_to_act, seconds_to_come_first
from evidence.bench.judge import at, common_bounds, common_figures, taken_within
from evidence.bench.letter import audience, order, write_file
from evidence.bench.site import Findings, Options, Site, control, play
from evidence.processes import Usage, watched
from evidence.providers import Provider
from evidence.report import Figure
from stack.testing import SUGGESTION

SPARE, GROUP = 5, 5
FASTER, SLOWER = timedelta(seconds=0.5), timedelta(seconds=8)
OBSERVED = 9.0
"""Seconds that a change is watched: what did not stop within five shows a mail by then."""
SECONDS = 240.0
"""Of mails on the list: more than all changes together take, some services being faster."""
WITHIN, LONGEST_PAUSE = 5.0, 2.0
EVENTS = 700
"""Events of a history after which Temporal suggests a new one: tasks and allocator begin anew under this very load."""
URGENT = 200
SAMPLE = 60
"""Mails whose worker is looked up."""


@dataclass(slots=True)
class Told:
    """What is known without the journal."""

    changes: list[Change] = field(default_factory=list)
    urgent_id: UUID | None = None
    urgent_at: int = 0
    rested_after: float | None = None
    statuses: list[RealtimeStatus] = field(default_factory=list)
    usage: Usage = field(default_factory=Usage)
    workers: set[str] = field(default_factory=set)
    task_runs: int = 0
    allocator_runs: int = 0


async def run(folder: Path, _: Options) -> Findings:
    """Make one change after the other."""
    known = load.mailboxes(folder, load.SERVICES + SPARE)
    providers, spare = known[: load.SERVICES], known[load.SERVICES :]

    async def story(site: Site) -> Told:
        story = Story(site, await site.register(providers), spare)
        task_id = await load.begin(site, SECONDS, providers)
        async with watched(site.pids) as story.told.usage:
            await story.change_services()
            await story.fail_and_recover()
            await story.raise_priority()
        await story.look_back(task_id)
        return story.told

    told, seen = await play(folder, known, story, workers=2, temporal_settings={SUGGESTION: EVENTS})
    faster = {name for change in told.changes if change.effect == "faster" for name in change.services}
    judged = [replace(each, interval=FASTER) if each.name in faster else each for each in known]
    figures = common_figures(seen.tries, told.statuses, judged) | _figures(told, seen.tries)
    del figures["tasks_completed_share"]
    acting = [f"{change.name}_acts_after_s" for change in told.changes] + ["priority_acts_after_s"]
    bounds = (
        *common_bounds(figures),
        *(at(figures, name, "<", WITHIN) for name in acting),
        at(figures, "failure_noticed_after_s", "<", WITHIN + load.INTERVAL.total_seconds()),
        at(figures, "longest_pause_s", "≤", LONGEST_PAUSE),
        at(figures, "task_runs", "≥", 2),
        at(figures, "allocator_runs", "≥", 2),
        at(figures, "workers_that_sent", "=", 2),
    )
    return Findings(figures, bounds, told.usage.table(taken_within(seen.tries, told.usage)))


def _figures(told: Told, tries: Sequence[journal.Try]) -> dict[str, Figure]:
    acted = {f"{change.name}_acts_after_s": seconds_to_act(change, tries) for change in told.changes}
    assert told.urgent_id is not None
    urgent = seconds_to_come_first(told.urgent_id, told.urgent_at, tries)
    starts = [found.mail_at for found in tries]
    return {
        **acted,
        "priority_acts_after_s": urgent,
        "failure_noticed_after_s": told.rested_after,
        "longest_pause_s": longest_gap(starts, told.usage.begun_at, told.usage.ended_at),
        "measured_seconds": round(told.usage.seconds, 1),
        "task_runs": told.task_runs,
        "allocator_runs": told.allocator_runs,
        "workers_that_sent": len(told.workers),
    }


class Story:
    """The changes, each of services of its own."""

    def __init__(self, site: Site, services: Mapping[str, UUID], spare: Sequence[Provider]) -> None:
        self.told = Told()
        self._site = site
        self._services = dict(services)
        self._spare = spare
        self._left = list(services)

    async def change_services(self) -> None:
        """Add, pause, resume, re-rate, take quota away and give it back, delete."""
        api, group = self._site.api, self._group

        async def add() -> None:
            await self._site.register(self._spare)

        await self._watch("added", "starts", [each.name for each in self._spare], add)
        paused, faster, slower, spent, deleted = group(), group(), group(), group(), group()
        await self._each("paused", "stops", paused, lambda id_: api.order_service(id_, "pause"))
        await self._each("resumed", "starts", paused, lambda id_: api.order_service(id_, "resume"))
        await self._each("faster", "faster", faster, lambda id_: self._rate(id_, FASTER), load.INTERVAL)
        await self._each("slower", "slower", slower, lambda id_: self._rate(id_, SLOWER), SLOWER)
        await self._each("quota_spent", "stops", spent, lambda id_: api.change_service(id_, {"dailyQuota": 1}))
        await self._each("quota_raised", "starts", spent, lambda id_: api.change_service(id_, {"dailyQuota": 9_999}))
        await self._each("deleted", "stops", deleted, api.delete_service)

    async def fail_and_recover(self) -> None:
        """Have a provider refuse all connections, then listen again and a person resume the service.

        A permit that was given before the failure and found nobody holds its turn until it expires.
        """
        [name] = self._group(1)
        path = f"/providers/{name}"

        async def fail() -> None:
            await control(self._site, "PATCH", path, {"listening": False})
            self.told.rested_after = await self._rested_after(self._services[name])

        await self._watch("failed", "stops", [name], fail)
        await control(self._site, "PATCH", path, {"listening": True})
        await self._each("recovered", "starts", [name], lambda id_: self._site.api.order_service(id_, "resume"))

    async def raise_priority(self) -> None:
        """Have a mailing wait behind the other, then put it first."""
        api, folder = self._site.api, self._site.where.folder
        list_id, _ = await audience(api, write_file(folder / "urgent.csv", URGENT, "urgent"))
        task = await api.submit_task(order("urgent", list_id) | {"priority": -1})
        await asyncio.sleep(OBSERVED)
        await api.change_task(task.id, {"priority": 1})
        self.told.urgent_id, self.told.urgent_at = task.id, time.time_ns()
        await self._site.until(task.id, lambda _: False)

    async def look_back(self, task_id: UUID) -> None:
        """End the mailing, and see what tasks, histories and deliveries tell."""
        site, told = self._site, self.told
        told.statuses = [await load.end(site, task_id)]
        assert told.urgent_id is not None
        told.statuses.append(await site.api.task_status(told.urgent_id))
        address = site.where.temporal_address
        pool_id = (await site.api.task(task_id)).pool_id
        told.task_runs = (await history.fanout(address, task_id, told.usage)).runs
        told.allocator_runs = await history.runs(address, allocator_workflow_id(pool_id))
        sent = told.statuses[0].progress.sent
        for seq in range(1, sent, max(1, sent // SAMPLE)):
            told.workers |= await site.api.workers_of(task_id, seq)

    async def _each(
        self,
        name: str,
        effect: Effect,
        services: Sequence[str],
        act: Callable[[UUID], Awaitable[object]],
        interval: timedelta = timedelta(0),
    ) -> None:
        async def acts() -> None:
            await asyncio.gather(*(act(self._services[each]) for each in services))

        await self._watch(name, effect, services, acts, interval)

    async def _watch(
        self,
        name: str,
        effect: Effect,
        services: Sequence[str],
        act: Callable[[], Awaitable[object]],
        interval: timedelta = timedelta(0),
    ) -> None:
        """Change something, and leave it time to act."""
        self._site.say(f"{name}: {', '.join(services)}")
        await act()
        answered_at = time.time_ns()
        await asyncio.sleep(OBSERVED)
        self.told.changes.append(Change(name, effect, services, answered_at, time.time_ns(), interval))

    def _group(self, size: int = GROUP) -> list[str]:
        chosen, self._left = self._left[:size], self._left[size:]
        return chosen

    async def _rate(self, service_id: UUID, interval: timedelta) -> None:
        await self._site.api.change_service(service_id, {"sendingInterval": interval.total_seconds()})

    async def _rested_after(self, service_id: UUID) -> float | None:
        """Wait until a service is given a rest; None: it was not."""
        began = time.monotonic()
        while (await self._site.api.service(service_id)).rested_until is None:
            if time.monotonic() - began > 2 * OBSERVED:
                return None
            await asyncio.sleep(0.1)
        return round(time.monotonic() - began, 3)
