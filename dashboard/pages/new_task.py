"""A new task in one page: to whom, what, through which pool, when; what it would do is shown before it is sent."""

from collections.abc import Callable

from nicegui import ui

from api.schemas.task import DryRunOut
from dashboard import paths
from dashboard.figure import figure, figures
from dashboard.finding import findings
from dashboard.form import Form, Values, given, number
from dashboard.frame import Visit, page
from dashboard.mailing import PRECEDENCE, Ingredients, in_common, ingredients, missing, starting, tried_and_sent
from dashboard.written import count


@ui.page(paths.NEW_TASK)
async def new_task() -> None:
    """Order a mailing."""
    async with page("New task", paths.TASKS) as visit:
        known = await ingredients(visit)
        if known is None:
            return

        async def look(values: Values) -> Callable[[], None]:
            told = await visit.api.dry_run(order(values))
            return lambda: _dry_run(visit, told)

        async def send(values: Values) -> None:
            made = await visit.api.submit_task(order(values))
            ui.navigate.to(paths.task(made.id))

        tried_and_sent(visit, _form(visit, known), visit.say("Send"), look, send)


def _form(visit: Visit, known: Ingredients) -> Form:
    say = visit.say
    with Form(visit) as form:
        form.field("name", say("Name"))
        form.choice("contactListId", say("To"), known.lists)
        form.choice("templateId", say("Template"), known.template_names)
        form.field("pool", say("Pool"), hint=say("Empty: your own."))
        form.field("startAt", say("Begins"), kind="datetime-local", hint=say("Empty: at once."))
        form.choice("priority", say("Priority"), {name: say(text) for name, text in PRECEDENCE.items()})
    return form


def order(values: Values) -> dict[str, object]:
    """What the API is to be told."""
    told = given(values)
    told["priority"] = number(values.get("priority", "0"))
    if begins := starting(values):
        told["startAt"] = begins
    return told


def _dry_run(visit: Visit, told: DryRunOut) -> None:
    say = visit.say
    with figures():
        figure(say("Mails"), count(told.to_send), say("would be sent"))
        in_common(told, say("Ends"), say)
    missing(told, say)
    findings(told.findings, say)
