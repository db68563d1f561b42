"""All services as a grid: what is left of today, when each is next free, how well it does."""

from typing import Final

from nicegui import ui

from api.schemas.base import Page
from api.schemas.service import ServiceOut
from dashboard import paths
from dashboard.element import element, link
from dashboard.frame import Visit, page
from dashboard.live import live
from dashboard.reason import explained
from dashboard.table import Column, nothing, reading_on, table
from dashboard.words import Words
from dashboard.written import count, moment, share

LIMIT: Final = "100"


@ui.page(paths.SERVICES)
async def service_list(cursor: str = "") -> None:
    """List services."""
    async with page("Services", paths.SERVICES) as visit:
        with element("div", classes="actions"):
            link(visit.say("Add a service"), paths.NEW_SERVICE, classes="main")
            link(visit.say("Sending domains"), paths.DOMAINS, classes="action")
        more = {"cursor": cursor} if cursor else {}

        async def ask() -> Page[ServiceOut]:
            return await visit.api.page(ServiceOut, "/api/services", {"limit": LIMIT, **more})

        await live(visit, ask, lambda told: _services(visit, told))


def _services(visit: Visit, told: Page[ServiceOut]) -> None:
    say = visit.say
    if not told.data:
        nothing(say("No service yet: mails go out through yours only."), say("Add a service"), paths.NEW_SERVICE)
        return
    columns = (
        Column[ServiceOut]("Service", _named),
        Column[ServiceOut]("State", lambda each: state(each, say)),
        Column[ServiceOut]("From", lambda each: each.from_address),
        Column[ServiceOut]("Left today", lambda each: _left(each, say)),
        Column[ServiceOut]("Next free", lambda each: moment(each.next_available_at)),
        Column[ServiceOut]("Interval", lambda each: f"{each.sending_interval:g} {say('s')}", numeric=True),
        Column[ServiceOut]("Success", _success, numeric=True),
        Column[ServiceOut]("Pool", lambda each: each.pool),
    )
    table("Services", columns, told.data, say)
    reading_on(told, say)


def state(service: ServiceOut, say: Words) -> str:
    """Whether it can send, and if not, why and until when."""
    if service.waiting is None:
        return say("can send")
    until = service.waiting.retry_at
    why = explained(service.waiting.reason, say) if service.waiting.reason != "paused" else say("paused")
    return f"{why} ({moment(until)})" if until else why


def _named(service: ServiceOut) -> None:
    link(service.name, paths.service(service.id))


def _left(service: ServiceOut, say: Words) -> None:
    left = f"{count(service.remaining_quota)} / {count(service.day_quota)}"
    label = say("{left} mails left today", left=left)
    most, value = str(max(service.day_quota, 1)), str(service.remaining_quota)
    element("span", left)
    element("progress", max=most, value=value, aria_label=label)


def _success(service: ServiceOut) -> str:
    return "–" if service.success_rate is None else share(service.success_rate)
