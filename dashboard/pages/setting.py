"""Settings that act while everything runs, who changed them, and when."""

from functools import partial
from typing import Final

from nicegui import ui

from api.schemas.system_config import ConfigChangeOut, ConfigOut
from dashboard import paths
from dashboard.element import element, link
from dashboard.form import Form, Values, number
from dashboard.frame import Visit, page
from dashboard.table import Column, table
from dashboard.written import moment

SHOWN_CHANGES: Final = 50


@ui.page(paths.SETTINGS)
async def settings() -> None:
    """Show and change settings."""
    async with page("Settings", paths.SETTINGS) as visit:
        say = visit.say
        link(say("Webhooks"), paths.WEBHOOKS)
        category = ""
        async for each in visit.api.config():
            if each.category != category:
                category = each.category
                element("h2", say(category))
            _setting(visit, each)
        element("h2", say("Changes"))
        await _changes(visit)


def _setting(visit: Visit, each: ConfigOut) -> None:
    say = visit.say
    limits = each.constraints
    hint = say(
        "{description}. From {least} to {most}; {default} unless changed.",
        description=each.description.rstrip("."),
        least=f"{limits.get('minimum', 0):g}",
        most=f"{limits.get('maximum', 0):g}",
        default=each.default_value,
    )
    with Form(visit, {"value": each.value}) as form:
        form.field("value", each.key, kind="number", hint=hint, step="any")
    form.button(say("Save"), partial(_save, visit, each.key))


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
        Column[ConfigChangeOut]("From", lambda each: str(each.old_value)),
        Column[ConfigChangeOut]("To", lambda each: str(each.new_value)),
        Column[ConfigChangeOut]("Who", lambda each: f"{each.user_email} ({each.key_name})"),
        Column[ConfigChangeOut]("When", lambda each: moment(each.changed_at)),
    )
    table("Changes", columns, found, say)
