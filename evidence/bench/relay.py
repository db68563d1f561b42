"""`relay`: services without any interval, to see how fast mails can go durably through the whole of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from api.schemas.task import RealtimeStatus
from evidence import journal
from evidence.bench.judge import at, common_bounds, common_figures, longest_pause, number, taken_within
from evidence.bench.letter import audience, order, write_file
from evidence.bench.site import Findings, Options, Site, play
from evidence.processes import Usage, watched
from evidence.progress import done
from evidence.providers import Provider, make_providers
from evidence.report import Figure
from stack.surroundings import stack_ports

MAILS = 200_000
SERVICES, CONNECTIONS = 10, 5
LEAST, AIM = 300.0, 620.0
"""Mails a second. The aim is what a durable mail server written in C reached on two cores."""
BEGIN, END = 0.1, 0.9
"""The steady part: between these shares of the mails."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known without the journal."""

    status: RealtimeStatus
    steady: Usage


async def run(folder: Path, options: Options) -> Findings:
    """Send one mailing as fast as it goes."""
    mails = options.mails or MAILS
    like = Provider(
        kind="relay",
        interval=timedelta(0),
        daily_quota=10 * mails,
        security="none",
        connections=CONNECTIONS,
        latency_ms=0,
    )
    providers = make_providers(like, SERVICES, taken=stack_ports(folder).values(), word="relay")

    async def story(site: Site) -> Told:
        await site.register()
        list_id, _ = await audience(site.api, write_file(folder / "contacts.csv", mails))
        task = await site.api.submit_task(order("relay", list_id))
        await site.until(task.id, lambda status: done(status) >= BEGIN * mails)
        async with watched(site.pids) as usage:
            await site.until(task.id, lambda status: done(status) >= END * mails)
        return Told(await site.until(task.id, lambda _: False), usage)

    told, seen = await play(folder, providers, story)
    figures = common_figures(seen.tries, [told.status], providers) | rates(seen.tries)
    figures["aim_reached"] = (number(figures, "mails_per_second") or 0) > AIM
    bounds = (
        *common_bounds(figures),
        at(figures, "tasks_completed_share", "=", 1),
        at(figures, "mails_per_second", "≥", LEAST),
    )
    return Findings(figures, bounds, told.steady.table(taken_within(seen.tries, told.steady)))


def rates(tries: Sequence[journal.Try]) -> dict[str, Figure]:
    """Return the rate over the steady part, over the whole, and the slowest second in between."""
    dots = sorted(found.dot_at for found in journal.taken(tries) if found.dot_at is not None)
    if len(dots) < 10:
        return {}
    first, last = int(BEGIN * len(dots)), int(END * len(dots))
    steady = (dots[last] - dots[first]) / journal.NS_PER_SECOND
    whole = (dots[-1] - dots[0]) / journal.NS_PER_SECOND
    return {
        "mails_per_second": round((last - first) / steady, 1),
        "mails_per_second_overall": round(len(dots) / whole, 1),
        "steady_seconds": round(steady, 1),
        "longest_pause_s": longest_pause(dots[first : last + 1]),
    }
