"""Contacts by themselves: found by how the address begins or by tag; one with its fields and tags."""

from typing import Final
from urllib.parse import urlencode

from nicegui import ui

from api.schemas.base import Page
from api.schemas.contact import ContactOut
from dashboard import paths
from dashboard.button import button
from dashboard.element import element, link
from dashboard.form import Form, Values, number
from dashboard.frame import Visit, page, shown_at
from dashboard.table import Column, nothing, reading_on, set_only, table
from dashboard.words import Words
from dashboard.written import moment

LIMIT: Final = "50"
FIELD: Final = "fields/"
"""Begins the names of a contact's fields in the form, as the API's pointers to them do."""


@shown_at(paths.PEOPLE)
async def people(email: str = "", tag: str = "", cursor: str = "") -> None:
    """Find contacts."""
    async with page("People", paths.CONTACTS) as visit:
        say = visit.say
        filters = set_only(email=email, tag=tag)
        _search(filters, say)
        link(say("As CSV"), f"{paths.PEOPLE_EXPORT}?{urlencode({k: v for k, v in filters.items() if k == 'tag'})}")
        told = await visit.api.page(ContactOut, "/api/contacts", {"limit": LIMIT, **filters, **set_only(cursor=cursor)})
        if not told.data:
            nothing(say("Nobody is like this."), say("Import contacts"), paths.CONTACTS)
            return
        _people(told, filters, say)


def _search(filters: dict[str, str], say: Words) -> None:
    """A form that works without a script."""
    with element("form", method="get", action=paths.PEOPLE, role="search", classes="form"):
        for name, title in (("email", say("The address begins with")), ("tag", say("Tag"))):
            with element("div", classes="field"):
                element("label", title, for_=f"find-{name}")
                element("input", id=f"find-{name}", name=name, defaultValue=filters.get(name, ""), maxlength="254")
        element("button", say("Find"), type="submit", classes="main")


def _people(told: Page[ContactOut], filters: dict[str, str], say: Words) -> None:
    columns = (
        Column[ContactOut]("Address", _named),
        Column[ContactOut]("Tags", lambda each: ", ".join(each.tags) or "–"),
        Column[ContactOut]("Mail", lambda each: say("wants none") if each.suppressed else ""),
        Column[ContactOut]("Created", lambda each: moment(each.created_at)),
        Column[ContactOut]("Changed", lambda each: moment(each.updated_at)),
    )
    table("People", columns, told.data, say)
    reading_on(told, say, **filters)


def _named(each: ContactOut) -> None:
    link(each.email, paths.person(each.id))


@shown_at(paths.PERSON)
async def person(contact_id: int) -> None:
    """Show one contact, change it, delete or erase it."""
    async with page("Contact", paths.CONTACTS) as visit:
        say = visit.say
        known = await visit.api.contact(contact_id)
        wants = f" · {say('wants none')}" if known.suppressed else ""
        element("p", f"{known.email}{wants}", classes="lead")

        async def send(values: Values) -> None:
            await visit.api.change_contact(contact_id, order(known, values))
            ui.navigate.reload()

        values = {f"{FIELD}{name}": value for name, value in known.fields.items()}
        with Form(visit, {**values, "tags": ", ".join(known.tags)}) as form:
            for name in known.fields:
                form.field(f"{FIELD}{name}", name, hint=say("Empty: the field goes away."))
            form.field("tags", say("Tags"), hint=say("Commas between them."))
            form.field("name", say("Name of a new field"))
            form.field("value", say("Its value"))
        form.button(say("Save"), send)
        _farewells(visit, known)


def _farewells(visit: Visit, known: ContactOut) -> None:
    say = visit.say

    async def delete() -> None:
        await visit.api.delete_contact(known.id)
        ui.navigate.to(paths.PEOPLE)

    async def erase() -> None:
        await visit.api.erase(known.email)
        ui.navigate.to(paths.PEOPLE)

    with element("div", classes="actions"):
        button(visit, say("Delete"), delete, asks=say("Delete this contact? The mails it got stay in the ledger."))
        asks = say("Erase this person from everything of yours, for ever? It cannot be undone. Counts stay.")
        button(visit, say("Erase the person"), erase, asks=asks)


def order(known: ContactOut, values: Values) -> dict[str, object]:
    """What the API is to be told: fields that were numbers or truths stay so where they can."""
    fields: dict[str, object] = {}
    for name, before in known.fields.items():
        text = values.get(f"{FIELD}{name}", "")
        if isinstance(before, bool):
            fields[name] = text == "true" if text in ("true", "false") else text or None
        else:
            fields[name] = (text if isinstance(before, str) else number(text)) if text else None
    if values.get("name"):
        fields[values["name"]] = values.get("value", "")
    return {"fields": fields, "tags": [tag.strip() for tag in values.get("tags", "").split(",") if tag.strip()]}
