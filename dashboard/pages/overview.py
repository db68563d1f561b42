"""How all of it does now: what waits, what goes out, how the services are used, which tasks run."""

from functools import partial
from typing import Final

from api.schemas.alert import AlertOut
from api.schemas.base import Page
from api.schemas.system import Health
from dashboard import paths
from dashboard.element import element, link
from dashboard.figure import figure, figures
from dashboard.frame import page, shown_at
from dashboard.live import live
from dashboard.pages.first_steps import first_steps
from dashboard.pages.overview_charts import courses
from dashboard.pages.overview_waits import waiting_now
from dashboard.words import Words
from dashboard.written import count, share

STATES: Final = {"healthy": "good", "degraded": "warn", "unhealthy": "bad"}
FAULTS: Final = {
    "postgresql_down": "PostgreSQL cannot be reached: nothing is sent or stored until it is back. Figures are old.",
    "temporal_down": "Temporal does not answer: nothing is sent until it is back.",
    "workers_missing": "{live} of {expected} worker processes run: start the others, or lower the expected number.",
    "services_rested": "Half of the services or more failed and are rested: their pages say why.",
    "error_rate": "Too many mails of the last 5 minutes failed: their tasks say why.",
}
"""Causes of health; others are told as the API says them."""
SHOWN_ALERTS: Final = 3


@shown_at(paths.OVERVIEW)
async def overview() -> None:
    """Show the whole."""
    async with page("Overview", paths.OVERVIEW) as visit:
        say = visit.say
        await first_steps(visit)

        async def ask() -> Health:
            return (await visit.api.health()).model_copy(update={"as_of": None})  # or each answer would be another

        await live(visit, ask, lambda told: _health(told, say))
        ask_alerts = partial(visit.api.page, AlertOut, "/api/alerts", {"limit": str(SHOWN_ALERTS)})
        await live(visit, ask_alerts, lambda told: _alerts(told, say))
        await waiting_now(visit)
        await courses(visit)


def _health(health: Health, say: Words) -> None:
    with figures():
        about = say("see below") if health.problems else say("nothing is wrong")
        figure(say("Health"), say(health.status), about, state=STATES[health.status])
        figure(say("Throughput"), count(health.performance.throughput), say("mails an hour, by the last 5 minutes"))
        figure(say("Ready"), count(health.queues.central), say("mails that may go now"))
        figure(say("Under way"), count(health.queues.processing), say("mails in a dialogue"))
        figure(say("Waiting"), count(health.queues.pending), say("mails whose time has not come"))
        figure(
            say("Services"),
            f"{count(health.services.available)} / {count(health.services.total)}",
            say("can send now, {used} of them busy", used=share(health.services.utilization_rate)),
        )
        figure(say("Failures"), share(health.performance.error_rate), say("of the last 5 minutes"))
    with element("ul", classes="faults"):
        workers = {"live": health.workers.live, "expected": health.workers.expected}
        for cause, problem in zip(health.causes, health.problems, strict=False):
            element("li", say(FAULTS[cause], **workers) if cause in FAULTS else problem)


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
