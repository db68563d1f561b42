"""Commands about the settings that can be changed while everything runs."""

from collections.abc import Sequence
from itertools import islice
from math import isfinite, nan
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table

from api.client import ApiClient
from api.schemas.system_config import ConfigChangeOut, ConfigOut, Value
from commands.call import CliError, call, collect
from commands.view import out

config = typer.Typer(no_args_is_help=True, help="Settings that can be changed while running.")

Key = Annotated[str, typer.Argument(help="Such as queue.central_batch_size.")]
MOST_CHANGES = 100


@config.command("list")
def list_all(context: typer.Context) -> None:
    """List settings with their bounds."""
    out.print(settings(call(context, lambda api: collect(api.config()))))


@config.command("get")
def get(context: typer.Context, key: Key) -> None:
    """Show one setting."""
    row = call(context, lambda api: _find(api, key))
    out.print(f"{row.key} = {_valued(row.value, row.value_type)}", markup=False, soft_wrap=True)
    out.print(f"{row.description} {bounds(row)}; {row.default_value} unless changed.", markup=False)


@config.command("set")
def change(context: typer.Context, key: Key, value: str) -> None:
    """Change a setting. It counts within five seconds, for running tasks too."""

    async def work(api: ApiClient) -> tuple[ConfigOut, ConfigOut]:
        before = await _find(api, key)
        return before, await api.change_config(key, _number(value, before))

    before, after = call(context, work)
    unit = _valued(after.value, after.value_type)
    out.print(f"{key} = {unit} (was {before.value}); it counts within 5 s.", markup=False, soft_wrap=True)


@config.command("history")
def history(
    context: typer.Context, key: Annotated[str | None, typer.Argument(help="All unless named.")] = None
) -> None:
    """Show who changed settings, when, from what, to what."""
    rows = call(context, lambda api: collect(api.config_changes(key)))
    out.print(changes(list(islice(rows, MOST_CHANGES))))


def settings(rows: Sequence[ConfigOut]) -> RenderableType:
    """Settings as a table; those that were changed stand out."""
    table = Table("setting", "value", "default", "allowed", "meaning", box=None, header_style="bold", pad_edge=False)
    for row in rows:
        value = _valued(row.value, row.value_type)
        shown = value if row.value == row.default_value else f"[bold yellow]{value}[/]"
        table.add_row(escape(row.key), shown, f"{row.default_value}", bounds(row), escape(row.description))
    return table


def changes(rows: Sequence[ConfigChangeOut]) -> RenderableType:
    """Changes as a table."""
    table = Table("when", "setting", "from", "to", "key", "user", box=None, header_style="bold", pad_edge=False)
    for row in rows:
        when = f"{row.changed_at.astimezone():%Y-%m-%d %H:%M:%S}"
        who = (escape(row.key_name), escape(row.user_email))
        table.add_row(when, escape(row.key), f"{row.old_value}", f"{row.new_value}", *who)
    return table if rows else Group("Nothing was changed yet.")


def bounds(row: ConfigOut) -> str:
    """What is allowed."""
    return f"{row.constraints.get('minimum', ''):g} to {row.constraints.get('maximum', ''):g}"


def _valued(value: Value, kind: str) -> str:
    units = {"seconds": " s", "days": " days"}
    return f"{value}{units.get(kind, '')}"


async def _find(api: ApiClient, key: str) -> ConfigOut:
    rows = {row.key: row async for row in api.config()}
    if key not in rows:
        raise CliError(f"there is no setting {key!r}: see `tempost config list`.")
    return rows[key]


def _number(text: str, row: ConfigOut) -> float:
    try:
        number = int(text) if text.removeprefix("-").isdecimal() else float(text)
    except ValueError:
        number = nan
    if isinstance(number, float) and not isfinite(number):
        raise CliError(f"{row.key} is a number, {bounds(row)}; {text!r} is none.")
    return number
