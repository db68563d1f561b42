"""How all of it does now: what waits, what goes out, how the services are used, which tasks run."""

import asyncio
from dataclasses import dataclass
from typing import Final

from nicegui import ui

from api.schemas.alert import AlertOut
from api.schemas.base import Page
from api.schemas.system import Health
from dashboard import paths
from dashboard.element import element, link
from dashboard.figure import figure, figures
from dashboard.frame import page
from dashboard.live import live
from dashboard.pages.overview_charts import courses, waiting_now
from dashboard.words import Words
from dashboard.written import count, share

STATES: Final = {"healthy": "good", "degraded": "warn", "unhealthy": "bad"}
SHOWN_ALERTS: Final = 3


@dataclass(frozen=True, slots=True)
class Told:
    """What is asked again and again."""

    health: Health
    alerts: Page[AlertOut]


@ui.page(paths.OVERVIEW)
async def overview() -> None:
    """Show the whole."""
    async with page("Overview", paths.OVERVIEW) as visit:

        async def ask() -> Told:
            alerts = visit.api.page(AlertOut, "/api/alerts", {"limit": str(SHOWN_ALERTS)})
            return Told(*await asyncio.gather(visit.api.health(), alerts))

        await live(visit, ask, lambda told: _whole(told, visit.say))
        await courses(visit)
        await waiting_now(visit)


def _whole(told: Told, say: Words) -> None:
    _health(told.health, say)
    _alerts(told.alerts, say)


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


def _alerts(told: Page[AlertOut], say: Words) -> None:
    if not told.data:
        return
    number = f"{len(told.data)}{'+' if told.next_cursor else ''}"
    element("h2", f"{say('Alerts')}: {say('{number} open', number=number)}")
    with element("ul", classes="alerts"):
        for each in told.data:
            with element("li", classes=f"alert {each.severity}"):
                what, to_do = say.coded(each.code, each.params, each.what, each.to_do)
                element("p", f"{say(each.severity)} · {what}")
                element("p", to_do, classes="faint")
    link(say("All alerts") if told.next_cursor else say("To the alerts"), paths.ALERTS)
