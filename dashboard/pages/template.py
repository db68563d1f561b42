"""Templates: the list, and one to write with its mail beside it, as a real contact would get it."""

from typing import Final
from uuid import UUID

from nicegui import ui

from api.schemas.template import TemplateOut
from dashboard import paths
from dashboard.button import button
from dashboard.element import element, link
from dashboard.form import Form, Send, Values, given
from dashboard.frame import Visit, page, shown_at
from dashboard.pages.template_preview import Preview
from dashboard.table import Column, nothing, reading_on, set_only, table
from dashboard.written import moment

LIMIT: Final = "100"
FIELDS: Final = ("name", "subject", "html", "text")
EXAMPLE: Final = "<p>Good day {{ first_name | default('friend') }},</p>\n"


@shown_at(paths.TEMPLATES)
async def template_list(cursor: str = "") -> None:
    """List templates."""
    async with page("Templates", paths.TEMPLATES) as visit:
        say = visit.say
        with element("div", classes="actions"):
            link(say("New template"), paths.NEW_TEMPLATE, classes="main")
        told = await visit.api.page(TemplateOut, "/api/templates", {"limit": LIMIT, **set_only(cursor=cursor)})
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


@shown_at(paths.NEW_TEMPLATE)
async def new_template() -> None:
    """Write a template."""
    async with page("New template", paths.TEMPLATES) as visit:

        async def send(values: Values) -> None:
            made = await visit.api.create_template(given(values))
            ui.navigate.to(paths.template(made.id))

        await _editor(visit, {"html": EXAMPLE}, visit.say("Keep the template"), send)


@shown_at(paths.TEMPLATE)
async def template(template_id: UUID) -> None:
    """Change a template, and look at its mail."""
    async with page("Template", paths.TEMPLATES) as visit:
        say = visit.say
        known = await visit.api.template(template_id)
        visit.names(known.name)

        async def send(values: Values) -> None:
            changed = await visit.api.change_template(known.id, {name: values.get(name) or None for name in FIELDS})
            visit.heading.text = changed.name
            ui.notify(say("Saved"))

        async def delete() -> None:
            await visit.api.delete_template(known.id)
            ui.navigate.to(paths.TEMPLATES)

        with element("div", classes="actions"):
            link(say("Send it"), f"{paths.NEW_TASK}?template={known.id}", classes="action")
            button(visit, say("Delete"), delete, asks=say("Delete this template? Tasks keep their copy."))
        await _editor(visit, {name: getattr(known, name) for name in FIELDS}, say("Save"), send)


async def _editor(visit: Visit, values: dict[str, object], text: str, send: Send) -> None:
    """The form, and beside it the mail as it would be now."""
    say = visit.say
    with element("div", classes="halves"):
        with element("div"), Form(visit, values) as form:
            form.field("name", say("Name"))
            form.field("subject", say("Subject"), hint=say("May hold fields such as {{ first_name }}."))
            form.field("html", say("HTML"), kind="textarea", rows="16", spellcheck="true")
            form.field("text", say("Plain text"), kind="textarea", rows="8", hint=say("Empty: made from the HTML."))
            form.button(text, send)
        with element("section", aria_label=say("Preview")):
            await Preview(visit, form).show()


def _named(each: TemplateOut) -> None:
    link(each.name, paths.template(each.id))
