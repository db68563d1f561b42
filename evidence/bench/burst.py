"""`burst`: a thousand users submit ten mails each within ten seconds, through services for a hundred mails a second."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from api.schemas.task import RealtimeStatus
from evidence import journal
from evidence.bench import load
from evidence.bench.crowd import Submitted, crowd, first_mails, settled, statuses, submit
from evidence.bench.judge import at, common_bounds, common_figures, number, taken_within
from evidence.bench.site import Findings, Options, Site, play
from evidence.processes import Usage, watched
from evidence.providers import Providers
from evidence.rate import nominal_per_hour
from evidence.report import Figure

USERS, MAILS_EACH, WITHIN = 1_000, 10, 10.0
INTERVAL = timedelta(seconds=0.975)
"""With a dialogue of 25 ms, a hundred services reach a hundred mails a second."""
PATIENCE = 300.0
FIRST_MAIL_LEAST, FIRST_MAIL_AIM = 45.0, 30.0
SHARE_LEAST, SHARE_AIM = 0.60, 0.80
FULL_WORK = 0.9
"""The share of the mails over which the rate is taken: towards the end, work is left for some services only."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is known without the journal."""

    submitted: Sequence[Submitted]
    statuses: Sequence[RealtimeStatus]
    usage: Usage


async def run(folder: Path, options: Options) -> Findings:
    """Have all submit, each at a moment of their own, and wait for the last mail."""
    users = max(1, options.mails // MAILS_EACH) if options.mails else USERS
    providers = load.mailboxes(folder, interval=INTERVAL)

    async def story(site: Site) -> Told:
        async with crowd(site, users) as people:
            await site.register(pool=str(people.pool.id))
            site.say(f"{users:,} users submit {MAILS_EACH} mails each within {WITHIN:.0f} s")
            async with watched(site.pids) as usage:
                tasks = [
                    submit(owner, people.pool, f"burst-{place}", MAILS_EACH, after=place * WITHIN / users)
                    for place, owner in enumerate(people.clients)
                ]
                submitted = await asyncio.gather(*tasks)
                await settled(submitted, PATIENCE)
            return Told(submitted, await statuses(submitted), usage)

    told, seen = await play(folder, providers, story)
    figures = common_figures(seen.tries, told.statuses, providers)
    figures |= first_mails(told.submitted, seen.tries) | share_of_nominal(told.submitted, seen.tries, providers)
    figures["aim_reached"] = _aim_reached(figures)
    bounds = (
        *common_bounds(figures),
        at(figures, "tasks_completed_share", "=", 1),
        at(figures, "first_mail_s_max", "<", FIRST_MAIL_LEAST),
        at(figures, "nominal_share", "≥", SHARE_LEAST),
    )
    return Findings(figures, bounds, told.usage.table(taken_within(seen.tries, told.usage)))


def share_of_nominal(
    submitted: Sequence[Submitted], tries: Sequence[journal.Try], providers: Providers
) -> dict[str, Figure]:
    """Return the rate from the first submit on, while there was work for all, and the share of what services allow."""
    dots = sorted(found.dot_at for found in journal.taken(tries) if found.dot_at is not None)
    dialogue = journal.median_dialogue(tries)
    if not dots or dialogue is None:
        return {}
    begun, count = min(each.asked_at for each in submitted), int(FULL_WORK * len(dots))
    seconds = (dots[count - 1] - begun) / journal.NS_PER_SECOND
    nominal = sum(nominal_per_hour(each.interval, dialogue, 1) for each in providers) / 3600
    return {
        "mails_per_second": round(count / seconds, 1),
        "nominal_per_second": round(nominal, 1),
        "nominal_share": round(count / seconds / nominal, 4),
        "whole_seconds": round((dots[-1] - begun) / journal.NS_PER_SECOND, 1),
        "submitting_seconds": round((max(each.answered_at for each in submitted) - begun) / journal.NS_PER_SECOND, 1),
    }


def _aim_reached(figures: dict[str, Figure]) -> bool:
    first, share = number(figures, "first_mail_s_max"), number(figures, "nominal_share")
    return first is not None and first < FIRST_MAIL_AIM and share is not None and share >= SHARE_AIM
