"""`fair`: small mailings beside one of a million: how soon their first mail goes, and what the large one keeps."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from api.schemas.task import RealtimeStatus
from evidence import journal
from evidence.bench import load
from evidence.bench.crowd import Crowd, Submitted, crowd, first_mails, settled, statuses, submit
from evidence.bench.judge import at, common_bounds, common_figures, taken_within, task_and_seq
from evidence.bench.letter import audience, order, write_file
from evidence.bench.site import Findings, Options, Site, play
from evidence.processes import Usage, watched
from evidence.progress import done
from evidence.providers import Provider
from evidence.rate import nominal_per_hour
from evidence.report import Figure

LARGE, MAILS_EACH = 1_000_000, 20
FAST, FAST_TASKS = timedelta(seconds=0.975), 200
"""A hundred services, a hundred mails a second."""
SLOW, SLOW_TASKS = timedelta(seconds=3.55), 5
"""28 mails a second."""
LARGE_SHARE = 0.1
"""What the large mailing keeps of the wire at least while five users wait beside it; a sixth is its due."""
PATIENCE = 240.0
SETTLED_AFTER = 10.0
"""Seconds until every service keeps an interval that was changed: the old one ends first."""
RATE_CHANGES_AT_ONCE = 10


@dataclass(frozen=True, slots=True)
class Round:
    """Small mailings that were submitted together, and what it cost."""

    interval: timedelta
    submitted: Sequence[Submitted]
    usage: Usage


@dataclass(frozen=True, slots=True)
class Told:
    """What is known without the journal."""

    large: RealtimeStatus
    small: Mapping[UUID, RealtimeStatus]
    import_seconds: float
    start_seconds: float
    fast: Round
    slow: Round


async def run(folder: Path, options: Options) -> Findings:
    """Let a large mailing run, and have many users submit small ones at one moment; then few, through slow services."""
    mails = options.mails or LARGE
    providers = load.mailboxes(folder, interval=FAST)

    async def story(site: Site) -> Told:
        async with crowd(site, FAST_TASKS) as people:
            services = await site.register(pool=str(people.pool.id))
            began = time.monotonic()
            list_id, _ = await audience(site.api, write_file(folder / "contacts.csv", mails))
            imported = time.monotonic()
            site.say(f"{mails:,} rows imported in {imported - began:.1f} s; the large mailing starts")
            large = await site.api.submit_task(order("large", list_id) | {"pool": str(people.pool.id)})
            await site.until(large.id, lambda status: done(status) >= 10 * len(providers))
            started = time.monotonic()
            fast = await _round(site, people, "fast", FAST_TASKS, FAST)
            await _rate(site, services, SLOW)
            slow = await _round(site, people, "slow", SLOW_TASKS, SLOW)
            ended = await load.end(site, large.id)
            small = {each.task_id: each for each in await statuses([*fast.submitted, *slow.submitted])}
            return Told(ended, small, imported - began, started - imported, fast, slow)

    told, seen = await play(folder, providers, story)
    figures = common_figures(seen.tries, [told.large, *told.small.values()], providers)
    del figures["tasks_completed_share"]
    figures |= {"import_seconds": round(told.import_seconds, 1), "large_start_seconds": round(told.start_seconds, 1)}
    for name, each in {"fast": told.fast, "slow": told.slow}.items():
        found = first_mails(each.submitted, seen.tries) | _wire(each, seen.tries, told, providers)
        figures |= {f"{name}_{key}": value for key, value in found.items()}
    bounds = (
        *common_bounds(figures),
        at(figures, "fast_first_mail_s_p95", "<", 8),
        at(figures, "fast_first_mail_s_max", "<", 12),
        at(figures, "slow_first_mail_s_max", "<", 5),
        at(figures, "fast_completed_share", "=", 1),
        at(figures, "slow_completed_share", "=", 1),
        at(figures, "slow_large_share", "≥", LARGE_SHARE),
    )
    return Findings(figures, bounds, told.fast.usage.table(taken_within(seen.tries, told.fast.usage)))


async def _round(site: Site, people: Crowd, name: str, tasks: int, interval: timedelta) -> Round:
    """Submit all at one moment and wait for their last mail."""
    site.say(f"{tasks} users submit {MAILS_EACH} mails each, at a mail per service every {interval.total_seconds()} s")
    async with watched(site.pids) as usage:
        owners = people.clients[:tasks]
        orders = (submit(owner, people.pool, f"{name}-{place}", MAILS_EACH) for place, owner in enumerate(owners))
        submitted = await asyncio.gather(*orders)
        await settled(submitted, PATIENCE)
    return Round(interval, submitted, usage)


async def _rate(site: Site, services: Mapping[str, UUID], interval: timedelta) -> None:
    """Give every service this interval, and wait until each keeps it."""
    gate = asyncio.Semaphore(RATE_CHANGES_AT_ONCE)

    async def change(service_id: UUID) -> None:
        async with gate:
            await site.api.change_service(service_id, {"sendingInterval": interval.total_seconds()})

    await asyncio.gather(*map(change, services.values()))
    await asyncio.sleep(SETTLED_AFTER)


def _wire(each: Round, tries: Sequence[journal.Try], told: Told, providers: Sequence[Provider]) -> dict[str, Figure]:
    """Return who had the wire from the first submit to the last mail of the small ones, and how full it was."""
    ids = {one.task.id for one in each.submitted}
    begun = min(one.asked_at for one in each.submitted)
    after = [found for found in journal.taken(tries) if (found.dot_at or 0) >= begun]
    ended = max((found.dot_at or 0 for found in after if task_and_seq(found)[0] in ids), default=begun)
    inside = [found for found in after if (found.dot_at or 0) <= ended]
    dialogue = journal.median_dialogue(inside)
    if dialogue is None or ended == begun:
        return {}
    seconds = (ended - begun) / journal.NS_PER_SECOND
    of_large = sum(task_and_seq(found)[0] == told.large.task_id for found in inside)
    nominal = nominal_per_hour(each.interval, dialogue, len(providers)) / 3600
    return {
        "wire_seconds": round(seconds, 1),
        "wire_mails_per_second": round(len(inside) / seconds, 1),
        "wire_nominal_share": round(len(inside) / seconds / nominal, 4),
        "large_share": round(of_large / len(inside), 4),
        "completed_share": round(sum(told.small[id_].status == "completed" for id_ in ids) / len(ids), 4),
    }
