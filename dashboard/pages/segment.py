"""Segments: saved filters on contacts, tried before they are kept, and frozen into lists."""

from collections.abc import Awaitable, Callable
from typing import Final
from uuid import UUID

from nicegui import ui
from nicegui.element import Element

from api.schemas.segment import SegmentOut, SegmentPreviewOut
from dashboard import paths
from dashboard.button import button
from dashboard.element import element, link
from dashboard.form import Form, Values
from dashboard.frame import Visit, page, shown_at
from dashboard.rule_fields import RuleFields
from dashboard.table import Column, nothing, reading_on, set_only, table
from dashboard.written import count, moment

LIMIT: Final = "100"
EXAMPLE: Final = {"all": [{"tag": "customer"}, {"not": {"engagement": "sent", "withinDays": 14}}]}


@shown_at(paths.SEGMENTS)
async def segments(cursor: str = "") -> None:
    """List segments."""
    async with page("Segments", paths.CONTACTS) as visit:
        say = visit.say
        with element("div", classes="actions"):
            link(say("New segment"), paths.NEW_SEGMENT, classes="main")
        told = await visit.api.page(SegmentOut, "/api/segments", {"limit": LIMIT, **set_only(cursor=cursor)})
        if not told.data:
            nothing(say("No segment yet: it finds contacts by fields, tags, lists and what they did."))
            return
        columns = (
            Column[SegmentOut]("Segment", _named),
            Column[SegmentOut]("Created", lambda each: moment(each.created_at)),
            Column[SegmentOut]("Changed", lambda each: moment(each.updated_at)),
        )
        table("Segments", columns, told.data, say)
        reading_on(told, say)


def _named(each: SegmentOut) -> None:
    link(each.name, paths.segment(each.id))


@shown_at(paths.NEW_SEGMENT)
async def new_segment() -> None:
    """Write a segment."""
    async with page("New segment", paths.CONTACTS) as visit:

        async def keep(name: str, rules: object) -> None:
            made = await visit.api.create_segment(name, rules)
            ui.navigate.to(paths.segment(made.id))

        await _editor(visit, "", EXAMPLE, keep)


@shown_at(paths.SEGMENT)
async def segment(segment_id: UUID) -> None:
    """Change a segment, look who is of it, make a list of them."""
    async with page("Segment", paths.CONTACTS) as visit:
        known = await visit.api.segment(segment_id)

        async def keep(name: str, rules: object) -> None:
            await visit.api.change_segment(segment_id, {"name": name, "rules": rules})
            ui.notify(visit.say("Saved"))

        shown = await _editor(visit, known.name, known.rules, keep)
        told = await visit.api.preview_segment(known.rules)
        with shown:
            _preview(visit, told)
        _freeze(visit, known)


async def _editor(visit: Visit, name: str, rules: object, keep: Callable[[str, object], Awaitable[None]]) -> Element:
    """The form; the element in which a preview is shown is returned."""
    say = visit.say
    lists = {str(each.id): each.name async for each in visit.api.lists()}
    with Form(visit, {"name": name}) as form:
        form.field("name", say("Name"))
        fields = RuleFields(visit, form, rules, lists)
    form.place_of = fields.place_of

    async def look(typed: Values) -> None:
        told = await visit.api.preview_segment(fields.rules(typed))
        shown.clear()
        with shown:
            _preview(visit, told)

    async def send(typed: Values) -> None:
        await keep(typed["name"], fields.rules(typed))

    with element("div", classes="actions"):
        form.button(say("Who is of it?"), look).classes(remove="main")
        form.button(say("Save"), send)
    shown = element("div", role="status")
    return shown


def _preview(visit: Visit, told: SegmentPreviewOut) -> None:
    say = visit.say
    if told.contacts is None:
        element("p", say("They could not be counted within a second."), classes="lead")
    else:
        about = say("{number} contacts") if told.exact else say("about {number} contacts")
        element("p", about.format(number=count(told.contacts)), classes="lead")
    with element("ul"):
        for each in told.sample:
            with element("li"):
                link(each.email, paths.person(each.id))


def _freeze(visit: Visit, known: SegmentOut) -> None:
    say = visit.say
    element("h2", say("Make a list of them"))

    async def freeze(values: Values) -> None:
        made = await visit.api.freeze_segment(known.id, values.get("list", ""))
        ui.navigate.to(paths.contact_list(made.id))

    async def delete() -> None:
        await visit.api.delete_segment(known.id)
        ui.navigate.to(paths.SEGMENTS)

    with Form(visit) as form:
        form.field("list", say("Name of the new list"), hint=say("Those who are of it now; later ones are not added."))
    form.button(say("Make the list"), freeze)
    with element("div", classes="actions"):
        button(visit, say("Delete"), delete, asks=say("Delete this segment? Lists made of it stay."))
