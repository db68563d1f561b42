"""`steady`: a hundred mailboxes at 3.6 s, one mailing, one mail per activity; how near to nominal it comes."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from api.schemas.task import RealtimeStatus
from evidence.bench import load
from evidence.bench.history import Fanout, fanout
from evidence.bench.judge import at, common_bounds, common_figures, taken_within
from evidence.bench.site import Findings, Options, Site, play
from evidence.processes import Usage, watched

SECONDS = 600.0
NOMINAL_SHARE = 0.97
ALONE_SHARE = 0.99
"""A tick that comes late, with more permits than the fan-out is wide, puts several into one activity."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known without the journal."""

    status: RealtimeStatus
    usage: Usage
    fanout: Fanout


async def run(folder: Path, options: Options) -> Findings:
    """Send for as long as it is asked for."""
    seconds = options.seconds or SECONDS
    providers = load.mailboxes(folder)

    async def story(site: Site) -> Told:
        await site.register()
        task_id = await load.begin(site, seconds, providers)
        async with watched(site.pids) as usage:
            await asyncio.sleep(seconds)
        status = await load.end(site, task_id)
        return Told(status, usage, await fanout(site.where.temporal_address, task_id, usage))

    told, seen = await play(folder, providers, story)
    figures = common_figures(seen.tries, [told.status], providers) | load.pace(seen.tries, told.usage, providers)
    figures |= {
        "delivery_activities": told.fanout.activities,
        "permits": told.fanout.permits,
        "one_mail_activities_share": told.fanout.alone_share,
        "workflow_runs": told.fanout.runs,
        "history_events_per_mail": round(told.fanout.events / max(1, told.status.progress.sent), 2),
    }
    bounds = (
        *common_bounds(figures),
        at(figures, "nominal_share", "≥", NOMINAL_SHARE),
        at(figures, "one_mail_activities_share", "≥", ALONE_SHARE),
    )
    return Findings(figures, bounds, told.usage.table(taken_within(seen.tries, told.usage)))
