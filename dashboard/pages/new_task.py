"""A new task in one page: to whom, what, through which pool, when; what it would do is shown before it is sent."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from nicegui import ui

from api.schemas.task import DryRunOut
from dashboard import paths
from dashboard.campaign_fields import USUAL, campaign_order, more_fields, when_fields
from dashboard.element import element
from dashboard.figure import figure, figures
from dashboard.finding import findings
from dashboard.form import Form, Values
from dashboard.frame import Visit, page, shown_at
from dashboard.mailing import Ingredients, in_common, ingredients, key_of_orders, missing, tried_and_sent
from dashboard.written import count, moment

SEGMENT: Final = "segment:"
"""In front of a segment's id where a list's would stand."""
OWN: Final = ("contactListId", "templateId", "pool")
"""Fields that campaigns do not have, or otherwise."""


@shown_at(paths.NEW_TASK)
async def new_task(contact_list: str = "", template: str = "") -> None:
    """Order a mailing; the list and the template may be chosen already."""
    async with page("New task", paths.TASKS) as visit:
        known = await ingredients(visit)
        if known is None:
            return
        segments = {f"{SEGMENT}{each.id}": each.name async for each in visit.api.segments()}
        frozen = _Frozen(visit, segments)
        key_of = key_of_orders()

        async def look(values: Values) -> Callable[[], None]:
            told = await visit.api.dry_run(order(await frozen.instead(values)))
            return lambda: _dry_run(visit, told)

        async def send(values: Values) -> None:
            wanted = order(await frozen.instead(values))
            made = await visit.api.submit_task(wanted, key_of(wanted))
            ui.navigate.to(paths.task(made.id))

        form = _form(visit, known, segments, {"contactListId": contact_list, "templateId": template})
        tried_and_sent(visit, form, visit.say("Send"), look, send)


class _Frozen:
    """A task goes to a list: of a segment that was chosen one is made, once on this page."""

    def __init__(self, visit: Visit, segments: dict[str, str]) -> None:
        self._visit = visit
        self._segments = segments
        self._made: dict[str, str] = {}

    async def instead(self, values: Values) -> Values:
        """The same values with a list in the place of a segment."""
        chosen = values.get("contactListId", "")
        if not chosen.startswith(SEGMENT):
            return values
        if chosen not in self._made:
            name = f"{self._segments[chosen]}, {moment(datetime.now(UTC))}"
            made = await self._visit.api.freeze_segment(UUID(chosen.removeprefix(SEGMENT)), name)
            self._made[chosen] = str(made.id)
            ui.notify(self._visit.say("Those of the segment stand on a list of their own now: {name}", name=name))
        return {**values, "contactListId": self._made[chosen]}


def _form(visit: Visit, known: Ingredients, segments: dict[str, str], chosen: dict[str, str]) -> Form:
    say = visit.say
    audiences = {**known.lists, **{key: say("Segment: {name}", name=name) for key, name in segments.items()}}
    there = {name: value for name, value in chosen.items() if value in audiences or value in known.templates}
    with Form(visit, {**USUAL, "timeZone": visit.session.zone.key, **there}) as form:
        form.field("name", say("Name"))
        form.choice("contactListId", say("To"), audiences)
        form.choice("templateId", say("Template"), known.template_names)
        form.field("startAt", say("Begins"), kind="datetime-local", hint=say("Empty: at once."))
        with element("details"):
            element("summary", say("Only at certain hours"))
            when_fields(visit, form, begins=False)
        more_fields(visit, form)
        form.field("pool", say("Pool"), hint=say("Empty: your own."))
    return form


def order(values: Values) -> dict[str, object]:
    """What the API is to be told."""
    told = campaign_order(values) | {name: values[name] for name in OWN if values.get(name)}
    return {name: value for name, value in told.items() if name != "colleaguesStop"}


def _dry_run(visit: Visit, told: DryRunOut) -> None:
    say = visit.say
    with figures():
        figure(say("Mails"), count(told.to_send), say("would be sent"))
        in_common(told, say("Ends"), say)
    if told.forecast.no_end is not None:
        element("p", say.told(told.forecast.no_end.detail), classes="warn")
    missing(told, say)
    findings(told.findings, say)
