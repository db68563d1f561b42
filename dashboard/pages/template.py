"""Templates: the list, and one to write with its mail beside it, as a real contact would get it."""

from typing import Final
from uuid import UUID

from nicegui import ui

from api.client_errors import ApiError
from api.schemas.contact import ContactOut
from api.schemas.template import PreviewOut, TemplateOut
from dashboard import paths
from dashboard.button import button
from dashboard.element import element, link
from dashboard.form import Form, Values, given
from dashboard.frame import Visit, page
from dashboard.problem import lines
from dashboard.table import Column, nothing, reading_on, table
from dashboard.written import moment

LIMIT: Final = "100"
FIELDS: Final = ("name", "subject", "html", "text")
EXAMPLE: Final = "<p>Good day {{ first_name | default('friend') }},</p>\n"


@ui.page(paths.TEMPLATES)
async def template_list(cursor: str = "") -> None:
    """List templates."""
    async with page("Templates", paths.TEMPLATES) as visit:
        say = visit.say
        with element("div", classes="actions"):
            link(say("New template"), paths.NEW_TEMPLATE, classes="main")
        more = {"cursor": cursor} if cursor else {}
        told = await visit.api.page(TemplateOut, "/api/templates", {"limit": LIMIT, **more})
        if not told.data:
            nothing(say("No template yet: it says what the mails are."), say("Write one"), paths.NEW_TEMPLATE)
            return
        columns = (
            Column[TemplateOut]("Template", _named),
            Column[TemplateOut]("Subject", lambda each: each.subject),
            Column[TemplateOut]("Fields it needs", lambda each: ", ".join(each.variables) or "–"),
            Column[TemplateOut]("Changed", lambda each: moment(each.updated_at)),
        )
        table("Templates", columns, told.data, say)
        reading_on(told, say)


@ui.page(paths.NEW_TEMPLATE)
async def new_template() -> None:
    """Write a template."""
    async with page("New template", paths.TEMPLATES) as visit:

        async def send(values: Values) -> None:
            made = await visit.api.create_template(given(values))
            ui.navigate.to(paths.template(made.id))

        _form(visit, {"html": EXAMPLE}).button(visit.say("Keep the template"), send)


@ui.page(paths.TEMPLATE)
async def template(template_id: UUID) -> None:
    """Change a template, and look at its mail."""
    async with page("Template", paths.TEMPLATES) as visit:
        known = await visit.api.template(template_id)
        values = {name: getattr(known, name) for name in FIELDS}
        with element("div", classes="halves"):
            with element("div"):
                _changing(visit, known, values)
            with element("section", aria_label=visit.say("Preview")):
                await _preview(visit, known)


def _changing(visit: Visit, known: TemplateOut, values: dict[str, object]) -> None:
    say = visit.say

    async def send(values: Values) -> None:
        order = {name: values.get(name) or None for name in FIELDS}
        await visit.api.change_template(known.id, order)
        ui.navigate.reload()

    async def delete() -> None:
        await visit.api.delete_template(known.id)
        ui.navigate.to(paths.TEMPLATES)

    _form(visit, values).button(say("Save"), send)
    with element("div", classes="actions"):
        button(visit, say("Delete"), delete, asks=say("Delete this template? Tasks keep their copy."))


def _form(visit: Visit, values: dict[str, object]) -> Form:
    say = visit.say
    with Form(visit, values) as form:
        form.field("name", say("Name"))
        form.field("subject", say("Subject"), hint=say("May hold fields such as {{ first_name }}."))
        form.field("html", "HTML", kind="textarea", rows="14", spellcheck="true")
        form.field("text", say("Plain text"), kind="textarea", rows="8", hint=say("Empty: made from the HTML."))
    return form


async def _preview(visit: Visit, known: TemplateOut) -> None:
    """Render it for a real contact: by address, else with made-up fields."""
    say = visit.say
    element("h2", say("Preview"))
    shown = element("div", role="status")
    with Form(visit) as form:
        form.field("email", say("Contact"), kind="email", hint=say("An address of yours; empty: an example."))

    async def send(values: Values) -> None:
        await _render(visit, known, values.get("email", ""), shown)

    form.button(say("Show"), send)
    await _render(visit, known, "", shown)


async def _render(visit: Visit, known: TemplateOut, email: str, shown: ui.element) -> None:
    try:
        fields = await _fields(visit, known, email)
        told = await visit.api.preview_template(known.id, {"fields": fields, **({"email": email} if email else {})})
    except ApiError as error:
        shown.clear()
        with shown:
            element("p", " ".join(lines(error, visit.say)), classes="fault")
        return
    shown.clear()
    with shown:
        _mail(visit, told)


async def _fields(visit: Visit, known: TemplateOut, email: str) -> dict[str, object]:
    if not email:
        return {name: name.replace("_", " ").title() for name in known.variables}
    found = await visit.api.page(ContactOut, "/api/contacts", {"email": email, "limit": "1"})
    return dict(found.data[0].fields) if found.data else {}


def _mail(visit: Visit, told: PreviewOut) -> None:
    """The HTML stands in a frame that runs no script and loads nothing as the page itself."""
    element("p", told.subject, classes="lead")
    if told.html is not None:
        element("iframe", sandbox="", srcdoc=told.html, title=visit.say("The mail as HTML"), classes="mail")
    with element("details"):
        element("summary", visit.say("Plain text"))
        element("pre", told.text)


def _named(each: TemplateOut) -> None:
    link(each.name, paths.template(each.id))
