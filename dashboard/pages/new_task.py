"""A new task in one page: to whom, what, through which pool, when; what it would do is shown before it is sent."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Final
from uuid import UUID, uuid4

from nicegui import ui

from api.schemas.task import DryRunOut
from dashboard import paths
from dashboard.element import element
from dashboard.figure import figure, figures
from dashboard.form import Form, Values, given, number
from dashboard.frame import Visit, page
from dashboard.table import nothing
from dashboard.written import count, moment

SEGMENT: Final = "segment:"
"""In front of a segment's id where a list's would stand."""
SWITCHES: Final = {"tracksOpens": "Count who opens it", "tracksClicks": "Count who clicks a link"}
UNKNOWN: Final = {
    "hold": "ask me: it may have arrived",
    "resend": "send it again: it may arrive twice",
    "count_as_sent": "take it as sent: it may not have arrived",
}


@ui.page(paths.NEW_TASK)
async def new_task(contact_list: str = "", template: str = "") -> None:
    """Order a mailing; the list and the template may be chosen already."""
    async with page("New task", paths.TASKS) as visit:
        say = visit.say
        audiences = {str(each.id): f"{each.name} ({count(each.contacts)})" async for each in visit.api.lists()}
        named = {f"{SEGMENT}{each.id}": each.name async for each in visit.api.segments()}
        templates = {str(each.id): each.name async for each in visit.api.templates()}
        if not audiences:
            nothing(say("Nobody to write to yet: import contacts first."), say("Import contacts"), paths.CONTACTS)
            return
        if not templates:
            nothing(say("Nothing to write yet: write a template first."), say("Write one"), paths.NEW_TEMPLATE)
            return
        audiences |= {key: say("Segment: {name}", name=name) for key, name in named.items()}
        form = _form(visit, audiences, templates, {"contactListId": contact_list, "templateId": template})
        _ordering(visit, form, _Frozen(visit, named))


def _ordering(visit: Visit, form: Form, frozen: "_Frozen") -> None:
    say = visit.say
    page_key = uuid4().hex

    async def look(values: Values) -> None:
        told = await visit.api.dry_run(order(await frozen.instead(values)))
        shown.clear()
        with shown:
            _dry_run(visit, told)

    async def send(values: Values) -> None:
        wanted = order(await frozen.instead(values))
        # The same order from the same page is one task: after a second click, or where no answer came to the first.
        digest = hashlib.sha256(json.dumps(wanted, sort_keys=True).encode()).hexdigest()[:32]
        made = await visit.api.submit_task(wanted, f"{page_key}-{digest}")
        ui.navigate.to(paths.task(made.id))

    with element("div", classes="actions"):
        form.button(say("What would it do?"), look).classes(remove="main")
        form.button(say("Send"), send)
    shown = element("div", role="status")


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
            name = f"{self._segments[chosen]}, {moment(datetime.now(UTC))} UTC"
            made = await self._visit.api.freeze_segment(UUID(chosen.removeprefix(SEGMENT)), name)
            self._made[chosen] = str(made.id)
            ui.notify(self._visit.say("Those of the segment stand on a list of their own now: {name}", name=name))
        return {**values, "contactListId": self._made[chosen]}


def _form(visit: Visit, audiences: dict[str, str], templates: dict[str, str], chosen: dict[str, str]) -> Form:
    say = visit.say
    known = {name: value for name, value in chosen.items() if value in audiences or value in templates}
    priorities = {"0": say("as others"), "1": say("before others"), "-1": say("after others")}
    with Form(visit, {**known, **dict.fromkeys(SWITCHES, "true")}) as form:
        form.field("name", say("Name"))
        form.choice("contactListId", say("To"), audiences)
        form.choice("templateId", say("Template"), templates)
        form.field("startAt", say("Begins"), kind="datetime-local", hint=say("In UTC; empty: at once."))
        with element("details"):
            element("summary", say("More"))
            form.field("pool", say("Pool"), hint=say("Empty: your own."))
            form.choice("priority", say("Priority"), priorities)
            unknown = {value: say(text) for value, text in UNKNOWN.items()}
            form.choice("unknownPolicy", say("If nobody knows whether a mail arrived"), unknown)
            for name, text in SWITCHES.items():
                form.field(name, say(text), kind="checkbox")
    return form


def order(values: Values) -> dict[str, object]:
    """What the API is to be told."""
    told = given(values)
    told["priority"] = number(values.get("priority", "0"))
    told |= {name: values.get(name) == "true" for name in SWITCHES}
    if begins := values.get("startAt"):
        told["startAt"] = datetime.fromisoformat(begins).replace(tzinfo=UTC).isoformat()
    return told


def _dry_run(visit: Visit, told: DryRunOut) -> None:
    say = visit.say
    forecast = told.forecast
    with figures():
        figure(say("Mails"), count(told.to_send), say("would be sent"))
        figure(say("Suppressed"), count(told.suppressed), say("want no mail"))
        state = "" if told.active_services else "bad"
        figure(say("Services"), count(told.active_services), say("of the pool can be used"), state=state)
        figure(say("Ends"), moment(forecast.ends_at), say("UTC, as foreseen"))
    if forecast.no_end is not None:
        element("p", forecast.no_end.detail, classes="warn")
    for missing in told.missing_fields:
        values = {"number": count(missing.contacts), "name": missing.name, "example": missing.example}
        element("p", say("{number} contacts have no {name}, such as {example}", **values), classes="warn")
    for finding in told.findings:
        element("p", f"{finding.message} {finding.action}", classes="warn")
