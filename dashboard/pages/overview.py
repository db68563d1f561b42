"""How all of it does now: what waits, what goes out, how the services are used, which tasks run."""

from typing import Final

from nicegui import ui

from api.schemas.system import Health
from dashboard import paths
from dashboard.element import element
from dashboard.figure import figure, figures
from dashboard.frame import page
from dashboard.live import live
from dashboard.words import Words
from dashboard.written import count, share

STATES: Final = {"healthy": "good", "degraded": "warn", "unhealthy": "bad"}


@ui.page(paths.OVERVIEW)
async def overview() -> None:
    """Show the whole."""
    async with page("Overview", paths.OVERVIEW) as visit:
        await live(visit, visit.api.health, lambda health: _health(health, visit.say))


def _health(health: Health, say: Words) -> None:
    with figures():
        figure(say("Health"), say(health.status), "; ".join(health.problems), state=STATES[health.status])
        figure(say("Throughput"), count(health.performance.throughput), say("mails an hour, by the last 5 minutes"))
        figure(say("Ready"), count(health.queues.central), say("mails that may go now"))
        figure(say("Under way"), count(health.queues.processing), say("mails in a dialogue"))
        figure(say("Waiting"), count(health.queues.pending), say("mails whose time has not come"))
        figure(
            say("Services"),
            f"{health.services.available} / {health.services.total}",
            say("can send now, {used} of them busy", used=share(health.services.utilization_rate)),
        )
        figure(say("Failures"), share(health.performance.error_rate), say("of the last 5 minutes"))
    if not health.services.total:
        element("p", say("Nothing can be sent yet: add a service first."))
