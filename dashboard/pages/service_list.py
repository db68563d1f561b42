"""All services as a grid: what is left of today, when each is next free, how well it does, what it sent."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from nicegui.elements.mixins.text_element import TextElement

from api.client import ApiClient
from api.schemas.base import Page
from api.schemas.service import ServiceOut
from dashboard import paths
from dashboard.element import element, link
from dashboard.frame import Visit, page, shown_at
from dashboard.live import InPlace, live
from dashboard.pages.service_order import toggle_button, toggle_text, trial_button
from dashboard.reason import explained
from dashboard.spark import spark
from dashboard.table import Column, narrowing, nothing, reading_on, set_only, table
from dashboard.words import Words
from dashboard.written import count, moment, share, span

LIMIT: Final = "50"
HOURS_SECONDS: Final = 60.0
"""What was sent is counted anew no more often."""


@dataclass(frozen=True)
class Row:
    """A service and what else stands in its row."""

    service: ServiceOut
    sent: Sequence[int]
    """Mails of each of the last hours."""
    free: str
    """When it may send next, said as of now."""


class Reading:
    """Reads a part of the list; what was sent only once a minute."""

    def __init__(self, api: ApiClient, filters: dict[str, str], say: Words) -> None:
        self._api = api
        self._filters = {"limit": LIMIT, **filters}
        self._say = say
        self._sent: dict[UUID, list[int]] = {}
        self._counted_at = float("-inf")

    async def ask(self) -> Page[Row]:
        """The part as it is now."""
        told = await self._api.page(ServiceOut, "/api/services", self._filters)
        ids = [each.id for each in told.data]
        if ids and (time.monotonic() - self._counted_at > HOURS_SECONDS or not self._sent.keys() >= set(ids)):
            self._sent = {each.service_id: each.sent for each in (await self._api.sent_per_hour(ids)).data}
            self._counted_at = time.monotonic()
        rows = [Row(each, self._sent.get(each.id, []), free(each, self._say)) for each in told.data]
        return Page(data=rows, next_cursor=told.next_cursor)


@shown_at(paths.SERVICES)
async def service_list(status: str = "", search: str = "", cursor: str = "") -> None:
    """List services, all or those that are looked for."""
    async with page("Services", paths.SERVICES) as visit:
        say = visit.say
        with element("div", classes="actions"):
            link(say("Add a service"), paths.NEW_SERVICE, classes="main")
            link(say("Sending domains"), paths.DOMAINS, classes="action")
        statuses = {"": say("All"), "active": say("active"), "paused": say("paused")}
        narrowing(say("Part of a name or address"), search, statuses, status, say)
        filters = set_only(status=status, search=search)
        reading = Reading(visit.api, filters | set_only(cursor=cursor), say)
        await live(visit, reading.ask, lambda told: _services(visit, told, filters))


def _services(visit: Visit, told: Page[Row], filters: dict[str, str]) -> InPlace[Page[Row]] | None:
    say = visit.say
    if not told.data and filters:
        nothing(say("No service is like this."), say("All services"), paths.SERVICES)
        return None
    if not told.data:
        nothing(say("No service yet: mails go out through yours only."), say("Add a service"), paths.NEW_SERVICE)
        return None
    toggles: dict[UUID, TextElement] = {}
    body = table("Services", _columns(visit, toggles), told.data, say)
    reading_on(told, say, **filters)

    def in_place(newest: Page[Row]) -> bool:
        if newest.next_cursor != told.next_cursor or not body.show(newest.data, lambda row: row.service.id):
            return False
        for row in newest.data:
            toggles[row.service.id].text = toggle_text(row.service, say)
        return True

    return in_place


def _columns(visit: Visit, toggles: dict[UUID, TextElement]) -> Sequence[Column[Row]]:
    say = visit.say

    def orders(row: Row) -> None:
        with element("div", classes="orders"):
            toggles[row.service.id] = toggle_button(visit, row.service)
            trial_button(visit, row.service, say("Test"))

    return (
        Column("Service", _named, shows=lambda row: (row.service.name, row.service.from_address)),
        Column("State", lambda row: _state(row.service, say), wraps=True, shows=lambda row: row.service.waiting),
        Column("Left today", lambda row: _left(row.service, say), shows=lambda row: row.service.remaining_quota),
        Column("Next free", lambda row: row.free),
        Column("Score", lambda row: f"{row.service.score:.2f}", numeric=True),
        Column("Success", lambda row: success(row.service), numeric=True),
        Column("Sent, 24 h", lambda row: _sent(row.sent, say), shows=lambda row: row.sent),
        Column("Orders", orders, shows=lambda row: row.service.id),
    )


def state(service: ServiceOut, say: Words) -> str:
    """Whether it can send, and if not, why and until when."""
    if service.waiting is None:
        return say("can send")
    until = service.waiting.retry_at
    why = explained(service.waiting.reason, say) if service.waiting.reason != "paused" else say("paused")
    return f"{why} ({moment(until)})" if until else why


def free(service: ServiceOut, say: Words) -> str:
    """When it may send next, as far as its interval goes: now, in so many seconds, or the moment."""
    ahead = service.next_available_at - datetime.now(UTC)
    if ahead <= timedelta(0):
        return say("now")
    if ahead < timedelta(hours=1):
        return say("in {span}", span=span(ahead, say))
    return moment(service.next_available_at)


def success(service: ServiceOut) -> str:
    """Share of its last mails that were accepted; a dash where nothing is known yet."""
    return "–" if service.success_rate is None else share(service.success_rate)


def _named(row: Row) -> None:
    link(row.service.name, paths.service(row.service.id))
    if row.service.from_address != row.service.name:
        element("div", row.service.from_address, classes="meaning")


def _state(service: ServiceOut, say: Words) -> None:
    broken = service.waiting is not None and service.waiting.reason in ("service_rested", "reputation")
    colour = "good" if service.waiting is None else "bad" if broken else "warn"
    element("span", classes=f"dot {colour}", aria_hidden="true")
    element("span", state(service, say))


def _left(service: ServiceOut, say: Words) -> None:
    left = f"{count(service.remaining_quota)} / {count(service.day_quota)}"
    label = say("{left} mails left today", left=left)
    most, value = str(max(service.day_quota, 1)), str(service.remaining_quota)
    element("span", left)
    element("progress", max=most, value=value, aria_label=label)


def _sent(sent: Sequence[int], say: Words) -> None:
    whole, highest = count(sum(sent)), count(max(sent, default=0))
    element("span", whole)
    if any(sent):
        spark(sent, say("{whole} mails, at most {highest} an hour", whole=whole, highest=highest))
