"""A new task in one page: to whom, what, through which pool, when; what it would do is shown before it is sent."""

from datetime import UTC, datetime

from nicegui import ui

from api.schemas.task import DryRunOut
from dashboard import paths
from dashboard.element import element
from dashboard.figure import figure, figures
from dashboard.finding import findings
from dashboard.form import Form, Values, given, number
from dashboard.frame import Visit, page
from dashboard.table import nothing
from dashboard.written import count, moment


@ui.page(paths.NEW_TASK)
async def new_task() -> None:
    """Order a mailing."""
    async with page("New task", paths.TASKS) as visit:
        say = visit.say
        lists = {str(each.id): f"{each.name} ({count(each.contacts)})" async for each in visit.api.lists()}
        templates = {str(each.id): each.name async for each in visit.api.templates()}
        if not lists:
            nothing(say("Nobody to write to yet: import contacts first."), say("Import contacts"), paths.CONTACTS)
            return
        if not templates:
            nothing(say("Nothing to write yet: write a template first."), say("Write one"), paths.NEW_TEMPLATE)
            return
        form = _form(visit, lists, templates)
        shown = element("div", role="status")

        async def look(values: Values) -> None:
            told = await visit.api.dry_run(order(values))
            shown.clear()
            with shown:
                _dry_run(visit, told)

        async def send(values: Values) -> None:
            made = await visit.api.submit_task(order(values))
            ui.navigate.to(paths.task(made.id))

        with element("div", classes="actions"):
            form.button(say("What would it do?"), look).classes(remove="main")
            form.button(say("Send"), send)


def _form(visit: Visit, lists: dict[str, str], templates: dict[str, str]) -> Form:
    say = visit.say
    with Form(visit) as form:
        form.field("name", say("Name"))
        form.choice("contactListId", say("To"), lists)
        form.choice("templateId", say("Template"), templates)
        form.field("pool", say("Pool"), hint=say("Empty: your own."))
        form.field("startAt", say("Begins"), kind="datetime-local", hint=say("In UTC; empty: at once."))
        form.choice(
            "priority", say("Priority"), {"0": say("as others"), "1": say("before others"), "-1": say("after others")}
        )
    return form


def order(values: Values) -> dict[str, object]:
    """What the API is to be told."""
    told = given(values)
    told["priority"] = number(values.get("priority", "0"))
    if begins := values.get("startAt"):
        told["startAt"] = datetime.fromisoformat(begins).replace(tzinfo=UTC).isoformat()
    return told


def _dry_run(visit: Visit, told: DryRunOut) -> None:
    say = visit.say
    with figures():
        figure(say("Mails"), count(told.to_send), say("would be sent"))
        figure(say("Suppressed"), count(told.suppressed), say("want no mail"))
        figure(say("Services"), count(told.active_services), say("of the pool can be used"))
        figure(say("Ends"), moment(told.forecast.ends_at), say("UTC, as foreseen"))
    for missing in told.missing_fields:
        values = {"number": count(missing.contacts), "name": missing.name, "example": missing.example}
        element("p", say("{number} contacts have no {name}, such as {example}", **values), classes="warn")
    findings(told.findings, say)
