"""Alerts: what is wrong, since when, and what to do about it."""

from typing import Final, get_args
from urllib.parse import urlencode
from uuid import UUID

from api.schemas.alert import AlertOut, AlertState
from api.schemas.base import Page
from dashboard import paths
from dashboard.element import element, link
from dashboard.frame import Visit, page, shown_at
from dashboard.live import live
from dashboard.table import nothing, reading_on, set_only
from dashboard.words import Words
from dashboard.written import moment, span

LIMIT: Final = "50"
SECONDS: Final = 5.0
STATES: Final[dict[AlertState, str]] = {"open": "Open", "cleared": "Over", "all": "All"}
EMPTY: Final[dict[AlertState, str]] = {
    "open": "Nothing needs you now.",
    "cleared": "No alert has ended yet.",
    "all": "There was no alert yet.",
}


@shown_at(paths.ALERTS)
async def alerts(state: str = "open", cursor: str = "") -> None:
    """Show those that last, that are over, or all."""
    async with page("Alerts", paths.ALERTS) as visit:
        chosen: AlertState = next((each for each in get_args(AlertState) if each == state), "open")
        _choice(chosen, visit.say)
        filters = {"state": chosen, "limit": LIMIT, **set_only(cursor=cursor)}

        async def ask() -> Page[AlertOut]:
            return await visit.api.page(AlertOut, "/api/alerts", filters)

        await live(visit, ask, lambda told: _alerts(visit, told, chosen), SECONDS)


def _choice(chosen: AlertState, say: Words) -> None:
    with element("nav", classes="tabs", aria_label=say("State")):
        for state, title in STATES.items():
            current = {"aria_current": "page"} if state == chosen else {}
            link(say(title), f"{paths.ALERTS}?{urlencode({'state': state})}", **current)


def _alerts(visit: Visit, told: Page[AlertOut], state: AlertState) -> None:
    say = visit.say
    if not told.data:
        nothing(say(EMPTY[state]))
        return
    with element("ul", classes="alerts"):
        for each in told.data:
            with element("li", classes=f"alert {'over' if each.cleared_at else each.severity}"):
                _alert(each, say)
    reading_on(told, say, state=state)


def _alert(told: AlertOut, say: Words) -> None:
    what, to_do = say.coded(told.code, told.params, told.what, told.to_do)
    element("h2", what)
    element("p", f"{say(told.severity)} · {_lasted(told, say)}", classes="faint")
    element("p", to_do)
    subject = led_to(told)
    if subject is not None:
        title, path = subject
        link(say(title), path)


def _lasted(told: AlertOut, say: Words) -> str:
    since = moment(told.raised_at)
    if told.cleared_at is None:
        return say("since {at}", at=since)
    values = {"at": since, "end": moment(told.cleared_at), "length": span(told.cleared_at - told.raised_at, say)}
    return say("from {at} to {end}, {length}", **values)


def led_to(told: AlertOut) -> tuple[str, str] | None:
    """Title and path of the page about what an alert is about; None: there is none."""
    if task_id := told.subject.get("taskId"):
        return "To the task", paths.task(UUID(task_id))
    if service_id := told.subject.get("serviceId"):
        return "To the service", paths.service(UUID(service_id))
    if "poolId" in told.subject:
        return "To the services", paths.SERVICES
    return None
