"""`quota`: services of several time zones with a small daily quota, over three days of a clock that is moved."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from api.schemas.task import RealtimeStatus
from database.connect import create_engine, transaction
from database.queries.system import set_guard_clock
from evidence import journal
from evidence.bench import load
from evidence.bench.calendar import Move, first_after_midnight, next_midnight, simulated
from evidence.bench.judge import at, common_bounds, common_figures, percentiles, taken_within
from evidence.bench.letter import audience, order, write_file
from evidence.bench.site import Findings, Options, Site, play
from evidence.errors import EvidenceError
from evidence.processes import Usage, watched
from evidence.report import Figure

ZONES = ("Pacific/Auckland", "Europe/Vienna", "America/New_York")
EACH, QUOTA, DAYS = 3, 10, 3
INTERVAL = timedelta(seconds=0.5)
LEAD = timedelta(seconds=8)
"""How long before a midnight the clock is set to: workers read it every five seconds, and must know it by then."""
PATIENCE, QUIET, POLL_SECONDS = 60.0, 2.0, 0.5
RESUMED_WITHIN = 10.0


@dataclass(slots=True)
class Told:
    """What is known without the journal."""

    moves: list[Move] = field(default_factory=list)
    status: RealtimeStatus | None = None
    usage: Usage = field(default_factory=Usage)


async def run(folder: Path, _: Options) -> Findings:
    """Spend the first day's quota, then let each midnight of three days pass."""
    count = EACH * len(ZONES)
    made = load.mailboxes(folder, count, INTERVAL)
    providers = [
        replace(each, daily_quota=QUOTA, time_zone=ZONES[place % len(ZONES)]) for place, each in enumerate(made)
    ]
    zones = {each.name: each.time_zone for each in providers}

    async def story(site: Site) -> Told:
        told, services = Told(), await site.register()
        mails = count * QUOTA * (DAYS + 2)
        list_id, _ = await audience(site.api, write_file(folder / "contacts.csv", mails))
        async with watched(site.pids) as told.usage:
            task = await site.api.submit_task(order("quota", list_id))
            await _spent(site, {services[name] for name in zones})
            for _ in range(DAYS * len(ZONES)):
                zone = await _to_next_midnight(site, told, next(iter(services.values())))
                await _spent(site, {services[name] for name in zones if zones[name] == zone})
        told.status = await load.end(site, task.id)
        return told

    told, seen = await play(folder, providers, story)
    assert told.status is not None
    tries = simulated(seen.tries, told.moves)
    figures = common_figures(tries, [told.status], providers) | _of_days(tries, zones)
    del figures["tasks_completed_share"]
    figures["clock_moves"] = len(told.moves)
    bounds = (
        *common_bounds(figures),
        at(figures, "days_of_services", "=", count * (DAYS + 1)),
        at(figures, "days_below_quota", "=", 0),
        at(figures, "resumed_after_midnight_s_max", "<", RESUMED_WITHIN),
    )
    return Findings(figures, bounds, told.usage.table(taken_within(seen.tries, told.usage)))


def _of_days(tries: Sequence[journal.Try], zones: dict[str, str]) -> dict[str, Figure]:
    """Return how each service spent its days; `tries` are at the guard's time."""
    days = [taken for each in journal.taken_by_day(tries, zones).values() for taken in each.values()]
    return {
        "days_of_services": len(days),
        "days_below_quota": sum(taken < QUOTA for taken in days),
        "most_in_a_day": max(days, default=None),
        **percentiles("resumed_after_midnight_s", list(first_after_midnight(tries, zones).values())),
    }


async def _to_next_midnight(site: Site, told: Told, any_service: UUID) -> str:
    """Move the guard's clock to shortly before the next midnight of any zone; whose it is.

    The allocator sleeps by its own clock until a midnight that is now much nearer: a change of a service wakes it.
    """
    before = told.moves[-1].ahead if told.moves else timedelta(0)
    now = datetime.now(UTC)
    midnight, zone = next_midnight(ZONES, now + before)
    ahead = max(before, midnight - LEAD - now)
    engine = create_engine(site.where.database_url, size=2)
    try:
        async with transaction(engine) as connection:
            await set_guard_clock(connection, ahead)
    finally:
        await engine.dispose()
    told.moves.append(Move(time.time_ns(), ahead))
    site.say(f"the guard's clock shows {now + ahead:%Y-%m-%d %H:%M:%S} UTC: soon it is midnight in {zone}")
    await site.api.change_service(any_service, {"priority": len(told.moves)})
    await asyncio.sleep((midnight - ahead - datetime.now(UTC)).total_seconds())
    return zone


async def _spent(site: Site, services: set[UUID]) -> None:
    """Wait until these services have no quota left, and no mail is under way."""
    until = time.monotonic() + PATIENCE
    while any([each.remaining_quota > 0 async for each in site.api.services() if each.id in services]):
        if time.monotonic() > until:
            raise EvidenceError(f"{len(services)} services did not spend their quota within {PATIENCE:.0f} s")
        await asyncio.sleep(POLL_SECONDS)
    await asyncio.sleep(QUIET)
