"""A new campaign in one page: to whom, which rounds, in which hours; what it would do is shown before it begins."""

from typing import Final

from nicegui import ui
from nicegui.element import Element

from api.schemas.campaign import CampaignDryRunOut
from contracts.campaign import MOST_ROUNDS
from dashboard import paths
from dashboard.element import element
from dashboard.figure import figure, figures
from dashboard.form import Form, Values
from dashboard.frame import Visit, page
from dashboard.round_fields import USUAL, Choices, choices, round_fields, round_order
from dashboard.table import nothing
from dashboard.written import count, moment, typed_moment

WORKDAYS: Final = ["mon", "tue", "wed", "thu", "fri"]
ROUND: Final = "rounds/{place}/"
"""Begins the names of a round's fields, as the API's pointers to them do."""


@ui.page(paths.NEW_CAMPAIGN)
async def new_campaign() -> None:
    """Order a campaign."""
    async with page("New campaign", paths.CAMPAIGNS) as visit:
        say = visit.say
        lists = {str(each.id): f"{each.name} ({count(each.contacts)})" async for each in visit.api.lists()}
        known = await choices(visit)
        if not lists:
            nothing(say("Nobody to write to yet: import contacts first."), say("Import contacts"), paths.CONTACTS)
            return
        if not known.templates:
            nothing(say("Nothing to write yet: write a template first."), say("Write one"), paths.NEW_TEMPLATE)
            return
        form = _form(visit, lists, known)
        shown = element("div", role="status")

        async def look(values: Values) -> None:
            told = await visit.api.dry_run_campaign(order(values))
            shown.clear()
            with shown:
                _dry_run(visit, told)

        async def send(values: Values) -> None:
            made = await visit.api.submit_campaign(order(values))
            ui.navigate.to(paths.campaign(made.id))

        with element("div", classes="actions"):
            form.button(say("What would it do?"), look).classes(remove="main")
            form.button(say("Begin"), send)


def _form(visit: Visit, lists: dict[str, str], known: Choices) -> Form:
    say = visit.say
    with Form(visit, {"timeZone": visit.session.zone.key}) as form:
        form.field("name", say("Name"))
        form.choice("contactListId", say("To"), lists)
        _Rounds(visit, form, known)
        form.field("startAt", say("Begins"), kind="datetime-local", hint=say("Empty: at once."))
        form.field("window/opens", say("Not before"), kind="time", hint=say("By the recipient's clock; empty: any."))
        form.field("window/closes", say("Not after"), kind="time")
        days = {"all": say("on any day"), "workdays": say("Monday to Friday")}
        form.choice("days", say("On which days"), days, hint=say("Acts where hours are given."))
        form.field("timeZone", say("Time zone"), hint=say("Of recipients whose own is not known."))
        form.field("colleaguesStop", say("An answer stops colleagues of the same organisation too"), kind="checkbox")
        form.field("pool", say("Pool"), hint=say("Empty: your own."))
    return form


class _Rounds:
    """The rounds of the form: one at first, more by a button, the last of them taken away by another."""

    def __init__(self, visit: Visit, form: Form, known: Choices) -> None:
        self._visit = visit
        self._form = form
        self._known = known
        self._shown: list[Element] = []
        self._place = element("div", classes="rounds")
        with element("div", classes="actions"):
            element("button", visit.say("Add a round"), type="button").on("click", self._add)
            self._less = element("button", visit.say("Take the last round away"), type="button").on("click", self._take)
        self._add(first=True)

    def _add(self, *_: object, first: bool = False) -> None:
        place = len(self._shown)
        if place == MOST_ROUNDS:
            return
        prefix = ROUND.format(place=place)
        if place:
            self._form.values |= {f"{prefix}{name}": value for name, value in USUAL.items()}
        with self._place, element("fieldset") as made:
            element("legend", self._visit.say("Round {number}", number=place + 1))
            round_fields(self._visit, self._form, place + 1, self._known, prefix)
        self._shown.append(made)
        self._enable()
        if not first:
            ui.run_javascript(f"document.getElementById('field-{prefix}templateId').focus()")

    def _take(self) -> None:
        self._shown.pop().delete()
        self._form.forget(ROUND.format(place=len(self._shown)))
        self._enable()

    def _enable(self) -> None:
        if len(self._shown) > 1:
            self._less.props.pop("disabled", None)
        else:
            self._less.props["disabled"] = True


def order(values: Values) -> dict[str, object]:
    """What the API is to be told."""
    places = sorted({int(name.split("/")[1]) for name in values if name.startswith("rounds/")})
    told: dict[str, object] = {
        name: values[name] for name in ("name", "contactListId", "timeZone", "pool") if values.get(name)
    }
    told["rounds"] = [round_order(values, ROUND.format(place=place)) for place in places]
    told["colleaguesStop"] = values.get("colleaguesStop") == "true"
    if begins := values.get("startAt"):
        told["startAt"] = typed_moment(begins)
    hours = {name: values[f"window/{name}"] for name in ("opens", "closes") if values.get(f"window/{name}")}
    if hours:
        told["window"] = hours | ({"weekdays": WORKDAYS} if values.get("days") == "workdays" else {})
    return told


def _dry_run(visit: Visit, told: CampaignDryRunOut) -> None:
    say = visit.say
    with figures():
        figure(say("Contacts"), count(told.total), say("on the list"))
        figure(say("Mails"), count(told.to_send), say("of the first round would be sent"))
        figure(say("Suppressed"), count(told.suppressed), say("want no mail"))
        figure(say("Services"), count(told.active_services), say("of the pool can be used"))
        figure(say("First round ends"), moment(told.forecast.ends_at), say("as foreseen"))
    for problem in told.problems:
        element("p", problem.message, classes="bad")
    for missing in told.missing_fields:
        values = {"number": count(missing.contacts), "name": missing.name, "example": missing.example}
        element("p", say("{number} contacts have no {name}, such as {example}", **values), classes="warn")
