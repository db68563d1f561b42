"""`api`: two hundred reads a second of a task's status, while the steady load goes on."""

from dataclasses import dataclass
from pathlib import Path

from api.schemas.task import RealtimeStatus
from evidence.bench import load
from evidence.bench.judge import at, common_bounds, common_figures, percentiles, taken_within
from evidence.bench.reads import Answers, read_steadily
from evidence.bench.site import Findings, Options, Site, play
from evidence.processes import Usage, watched

SECONDS = 60.0
PER_SECOND = 200.0
P95_MS = 100.0


@dataclass(frozen=True, slots=True)
class Told:
    """What is known without the journal."""

    status: RealtimeStatus
    usage: Usage
    answers: Answers


async def run(folder: Path, options: Options) -> Findings:
    """Read as long as it is asked for; what this costs the reader is in the row of its own process."""
    seconds = options.seconds or SECONDS
    providers = load.mailboxes(folder)

    async def story(site: Site) -> Told:
        await site.register()
        task_id = await load.begin(site, seconds, providers)
        path = f"/api/tasks/{task_id}/realtime-status"
        async with watched(site.pids) as usage:
            answers = await read_steadily(site.where.ports["api"], path, site.key, PER_SECOND, seconds)
        return Told(await load.end(site, task_id), usage, answers)

    told, seen = await play(folder, providers, story)
    figures = common_figures(seen.tries, [told.status], providers) | load.pace(seen.tries, told.usage, providers)
    milliseconds = [1000 * each for each in told.answers.seconds]
    figures |= {
        "requests": len(milliseconds),
        "requests_per_second": round(len(milliseconds) / told.usage.seconds, 1),
        "errors": told.answers.errors,
        **percentiles("answer_ms", milliseconds),
    }
    bounds = (
        *common_bounds(figures),
        at(figures, "errors", "=", 0),
        at(figures, "requests_per_second", "≥", PER_SECOND * 0.98),
        at(figures, "answer_ms_p95", "<", P95_MS),
    )
    return Findings(figures, bounds, told.usage.table(taken_within(seen.tries, told.usage)))
