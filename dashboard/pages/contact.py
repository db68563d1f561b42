"""Contact lists, the people on them, and how an import of a file goes."""

from typing import Final
from uuid import UUID

from nicegui import ui

from api.schemas.base import Page
from api.schemas.contact import ContactListOut, ContactOut
from api.schemas.contact_import import ContactImportOut
from dashboard import paths
from dashboard.button import button
from dashboard.element import element, link
from dashboard.figure import figure, figures
from dashboard.frame import Visit, page
from dashboard.live import live
from dashboard.table import Column, nothing, reading_on, table
from dashboard.words import Words
from dashboard.written import count, moment

LIMIT: Final = "100"
SHOWN_FIELDS: Final = 6
IMPORT_SECONDS: Final = 1.0
MODES: Final = {
    "merge": "get the file's fields and keep their others",
    "replace": "have the file's fields only",
    "update": "get the file's fields; nobody new is added",
    "insert": "are skipped; only new ones are added",
}
"""The API's own default first."""


@ui.page(paths.CONTACTS)
async def contact_lists(cursor: str = "") -> None:
    """Show lists, and take a file."""
    async with page("Contacts", paths.CONTACTS) as visit:
        say = visit.say
        with element("div", classes="actions"):
            link(say("Find people"), paths.PEOPLE, classes="action")
            link(say("Segments"), paths.SEGMENTS, classes="action")
        more = {"cursor": cursor} if cursor else {}
        told = await visit.api.page(ContactListOut, "/api/contact-lists", {"limit": LIMIT, **more})
        element("h2", say("Import a file"))
        _upload(paths.UPLOAD, say, named=True)
        element("h2", say("Lists"))
        if not told.data:
            nothing(say("Nobody here yet: import a CSV file with a column of addresses."))
            return
        columns = (
            Column[ContactListOut]("List", _named),
            Column[ContactListOut]("Contacts", lambda each: count(each.contacts), numeric=True),
            Column[ContactListOut]("Created", lambda each: moment(each.created_at)),
        )
        table("Lists", columns, told.data, say)
        reading_on(told, say)


@ui.page(paths.CONTACT_LIST)
async def contact_list(list_id: UUID, cursor: str = "") -> None:
    """Show the people on a list."""
    async with page("Contact list", paths.CONTACTS) as visit:
        say = visit.say
        known = await visit.api.contact_list(list_id)
        element("p", f"{known.name} · {say('{number} contacts', number=count(known.contacts))}", classes="lead")

        async def delete() -> None:
            await visit.api.delete_list(list_id)
            ui.navigate.to(paths.CONTACTS)

        with element("div", classes="actions"):
            button(visit, say("Delete the list"), delete, asks=say("Delete this list? Its contacts stay."))
        _upload(paths.upload(list_id), say, named=False)
        more = {"cursor": cursor} if cursor else {}
        told = await visit.api.page(ContactOut, f"/api/contact-lists/{list_id}/contacts", {"limit": LIMIT, **more})
        if not told.data:
            nothing(say("Nobody stands on this list yet."))
            return
        _people(told, say)


def _people(told: Page[ContactOut], say: Words) -> None:
    names = list(dict.fromkeys(name for each in told.data for name in each.fields))[:SHOWN_FIELDS]
    columns = [Column[ContactOut]("Address", _person)]
    columns += [Column[ContactOut](name, lambda each, name=name: str(each.fields.get(name, ""))) for name in names]  # type: ignore[misc]  # mypy cannot infer a lambda with a default
    columns.append(Column[ContactOut]("Mail", lambda each: say("wants none") if each.suppressed else ""))
    table("People", columns, told.data, say)
    reading_on(told, say)


@ui.page(paths.IMPORT)
async def contact_import(import_id: UUID) -> None:
    """Show how an import goes."""
    async with page("Import", paths.CONTACTS) as visit:
        await live(
            visit, lambda: visit.api.contact_import(import_id), lambda told: _import(visit, told), IMPORT_SECONDS
        )


def _import(visit: Visit, told: ContactImportOut) -> None:
    say = visit.say
    element("p", f"{told.file_name} · {say(told.status)}", classes="lead", role="status")
    if told.error:
        element("p", told.error, classes="fault")
    whole = max(1, told.rows_read - told.rejected - told.merged)
    if told.status not in ("completed", "failed"):
        element("progress", max=str(whole), value=str(told.accepted), aria_label=say("Contacts on the list"))
    with figures():
        figure(say("Rows"), count(told.rows_read), say("of the file"))
        figure(say("On the list"), count(told.accepted), say("because of this file"))
        figure(say("Twice"), count(told.merged), say("rows whose address stood elsewhere in the file"))
        figure(
            say("Refused"), count(told.rejected), say("rows that are no contact"), state="warn" if told.rejected else ""
        )
    with element("div", classes="actions"):
        if told.rejected:
            link(say("Refused rows as CSV"), paths.import_errors(told.id), classes="action")
        link(say("To the list"), paths.contact_list(told.contact_list_id), classes="main")


def _upload(action: str, say: Words, *, named: bool) -> None:
    """A form that works without a script: the file goes through this process to the API, in pieces."""
    with element("form", method="post", action=action, enctype="multipart/form-data", classes="form"):
        if named:
            with element("div", classes="field"):
                element("label", say("Name of the new list"), for_="list-name")
                element("input", id="list-name", name="name", required="", maxlength="200")
        with element("div", classes="field"):
            element("label", say("CSV file"), for_="list-file")
            element("input", id="list-file", name="file", type="file", required="", accept=".csv,text/csv,text/plain")
            element("p", say("Any encoding and delimiter; columns beside the address become fields."), classes="faint")
        with element("div", classes="field"):
            element("label", say("Contacts that exist"), for_="list-mode")
            with element("select", id="list-mode", name="mode"):
                for mode, text in MODES.items():
                    element("option", say(text), value=mode)
        element("button", say("Import"), type="submit", classes="main")


def _person(each: ContactOut) -> None:
    link(each.email, paths.person(each.id))


def _named(each: ContactListOut) -> None:
    link(each.name, paths.contact_list(each.id))
