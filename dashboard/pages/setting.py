"""Settings that act while everything runs, who changed them, and when."""

from functools import partial
from typing import Final

from nicegui import ui

from api.schemas.system_config import ConfigChangeOut, ConfigOut, Value
from dashboard import administration, paths
from dashboard.element import element, link
from dashboard.form import Form, Values, number
from dashboard.frame import Visit, page, shown_at
from dashboard.table import Column, table
from dashboard.words import Words
from dashboard.written import moment

SHOWN_CHANGES: Final = 50
TYPES: Final = {
    "integer": "a whole number", "seconds": "seconds", "days": "days", "share": "a share, 1 is all",
}  # fmt: skip


@shown_at(paths.SETTINGS)
async def settings() -> None:
    """Show settings; administrators change them and see who did."""
    async with page("Settings", paths.SETTINGS) as visit:
        say = visit.say
        link(say("Webhooks"), paths.WEBHOOKS)
        administrates = await administration.users(visit) is not None
        if not administrates:
            element("p", say("Only administrators change these."), classes="faint")
        category = ""
        async for each in visit.api.config():
            if each.category != category:
                category = each.category
                element("h2", say(category))
            _setting(visit, each, changeable=administrates)
        if administrates:
            element("h2", say("Changes"))
            await _changes(visit)


def _setting(visit: Visit, each: ConfigOut, *, changeable: bool) -> None:
    say = visit.say
    with element("section", classes="setting"):
        with element("div"):
            element("h3", each.key)
            (description,) = say.coded(each.key, {}, each.description)
            element("p", description)
            element("p", _bounds(each, say), classes="faint")
        if not changeable:
            element("p", _value(each.value), classes="lead")
            return
        with Form(visit, {"value": each.value}, name=each.key) as form:
            form.field("value", say("Value"), kind="number", step="any", aria_label=each.key)
            form.button(say("Save"), partial(_save, visit, each.key)).classes(remove="main")


def _bounds(each: ConfigOut, say: Words) -> str:
    """Type, range and default; what it was before somebody changed it."""
    limits = each.constraints
    told = say(
        "{type}, from {least} to {most}; {default} unless changed.",
        type=say(TYPES[each.value_type]) if each.value_type in TYPES else each.value_type,
        least=f"{limits.get('minimum', 0):g}",
        most=f"{limits.get('maximum', 0):g}",
        default=_value(each.default_value),
    )
    changed = say("Changed at {at}.", at=moment(each.updated_at)) if each.value != each.default_value else ""
    return f"{told[:1].upper()}{told[1:]} {changed}".strip()


async def _save(visit: Visit, key: str, values: Values) -> None:
    value = number(values["value"])
    await visit.api.change_config(key, value)  # type: ignore[arg-type]  # the API refuses what is no number
    ui.notify(visit.say("Saved: it acts within 5 s."))


async def _changes(visit: Visit) -> None:
    say = visit.say
    found: list[ConfigChangeOut] = []
    async for each in visit.api.config_changes():
        found.append(each)
        if len(found) == SHOWN_CHANGES:
            break
    if not found:
        element("p", say("Nobody has changed anything yet."))
        return
    columns = (
        Column[ConfigChangeOut]("Setting", lambda each: each.key),
        Column[ConfigChangeOut]("Before", lambda each: _value(each.old_value), numeric=True),
        Column[ConfigChangeOut]("After", lambda each: _value(each.new_value), numeric=True),
        Column[ConfigChangeOut]("Who", lambda each: f"{each.user_email} ({each.key_name})"),
        Column[ConfigChangeOut]("When", lambda each: moment(each.changed_at)),
    )
    table("Changes", columns, found, say)


def _value(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
