"""Contact lists and the people on them."""

from typing import Final
from uuid import UUID

from nicegui import ui

from api.schemas.base import Page
from api.schemas.contact import ContactListOut, ContactOut
from dashboard import paths
from dashboard.button import button
from dashboard.element import element, link
from dashboard.frame import page, shown_at
from dashboard.pages.contact_import import Upload
from dashboard.table import Column, nothing, reading_on, set_only, table
from dashboard.words import Words
from dashboard.written import count, moment

LIMIT: Final = "100"
SHOWN_FIELDS: Final = 6


@shown_at(paths.CONTACTS)
async def contact_lists(cursor: str = "") -> None:
    """Show lists, and take a file."""
    async with page("Contacts", paths.CONTACTS) as visit:
        say = visit.say
        with element("div", classes="actions"):
            link(say("Find people"), paths.PEOPLE, classes="action")
            link(say("Segments"), paths.SEGMENTS, classes="action")
        told = await visit.api.page(ContactListOut, "/api/contact-lists", {"limit": LIMIT, **set_only(cursor=cursor)})
        element("h2", say("Import a file"))
        Upload(visit)
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


@shown_at(paths.CONTACT_LIST)
async def contact_list(list_id: UUID, cursor: str = "") -> None:
    """Show the people on a list."""
    async with page("Contact list", paths.CONTACTS) as visit:
        say = visit.say
        known = await visit.api.contact_list(list_id)
        visit.names(known.name)
        element("p", say("{number} contacts", number=count(known.contacts)), classes="lead")

        async def delete() -> None:
            await visit.api.delete_list(list_id)
            ui.navigate.to(paths.CONTACTS)

        with element("div", classes="actions"):
            button(visit, say("Delete the list"), delete, asks=say("Delete this list? Its contacts stay."))
        with element("details"):
            element("summary", say("Import a file into this list"))
            Upload(visit, list_id)
        told = await visit.api.page(
            ContactOut, f"/api/contact-lists/{list_id}/contacts", {"limit": LIMIT, **set_only(cursor=cursor)}
        )
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


def _person(each: ContactOut) -> None:
    link(each.email, paths.person(each.id))


def _named(each: ContactListOut) -> None:
    link(each.name, paths.contact_list(each.id))
