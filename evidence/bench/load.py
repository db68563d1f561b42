"""The steady load: a hundred mailboxes and one mailing that outlasts the measurement; how near it comes to nominal."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from uuid import UUID

from api.client_errors import ApiError
from api.schemas.task import RealtimeStatus
from evidence import journal
from evidence.bench.letter import audience, order, write_file
from evidence.bench.site import Site
from evidence.processes import Usage
from evidence.progress import done
from evidence.providers import Provider, make_providers
from evidence.rate import nominal_per_hour
from evidence.report import Figure
from stack.surroundings import stack_ports

SERVICES = 100
INTERVAL = timedelta(seconds=3.6)
SPARE = 60.0
"""Seconds of mails beyond the measurement: while it lasts, no service is ever without work."""


def mailboxes(folder: Path, count: int = SERVICES, interval: timedelta = INTERVAL) -> list[Provider]:
    """Describe mailboxes with TLS and login, as people have them."""
    like = Provider(interval=interval, daily_quota=1_000_000)
    return make_providers(like, count, taken=stack_ports(folder).values())


async def begin(site: Site, seconds: float, providers: Sequence[Provider]) -> UUID:
    """Send one mailing that lasts so long and longer through services like these; returns once each can have sent."""
    per_second = sum(1 / each.interval.total_seconds() for each in providers)
    list_id, _ = await audience(
        site.api, write_file(site.where.folder / "contacts.csv", int(per_second * (seconds + SPARE)))
    )
    task = await site.api.submit_task(order("steady", list_id))
    await site.until(task.id, lambda status: done(status) >= len(providers))
    return task.id


async def end(site: Site, task_id: UUID) -> RealtimeStatus:
    """Pause the mailing and wait until nothing of it is under way: from then on ledger and journal must agree."""
    with suppress(ApiError):  # it has ended by itself: the machine was too slow for its measurement
        await site.api.order_task(task_id, "pause")
    return await site.until(task_id, stands_still)


def stands_still(status: RealtimeStatus) -> bool:
    """Whether no mail is under way."""
    counts = status.progress.by_status
    return status.status == "paused" and counts.claimed + counts.transmitting == 0


def pace(tries: Sequence[journal.Try], usage: Usage, providers: Sequence[Provider]) -> dict[str, Figure]:
    """Return how fast the mails of a measurement went, and the share of what the services allow."""
    inside = [found for found in tries if usage.begun_at <= found.mail_at < usage.ended_at]
    dialogue = journal.median_dialogue(inside)
    if dialogue is None:
        return {}
    nominal = sum(nominal_per_hour(each.interval, dialogue, 1) for each in providers)
    per_hour = len(inside) / usage.seconds * 3600
    return {
        "measured_seconds": round(usage.seconds, 1),
        "mails_measured": len(inside),
        "mails_per_hour": round(per_hour),
        "nominal_per_hour": round(nominal),
        "nominal_share": round(per_hour / nominal, 4),
        "slowest_service_share": _slowest(inside, usage, nominal / len(providers)),
    }


def _slowest(inside: Sequence[journal.Try], usage: Usage, nominal: float) -> float:
    least = min(len(found) for found in journal.by_provider(inside).values())
    return round(least / usage.seconds * 3600 / nominal, 4)
