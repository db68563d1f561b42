"""The command about alerts."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.text import Text

from api.schemas.alert import AlertOut
from commands.call import call, collect
from commands.view import out

COLOURS = {"critical": "bold red", "warning": "yellow"}


def alerts(
    context: typer.Context,
    past: Annotated[bool, typer.Option("--past", help="Those that are over, too.")] = False,
) -> None:
    """Show what is wrong and what to do about it."""
    out.print(shown(call(context, lambda api: collect(api.alerts("all" if past else "open")))))


def shown(rows: Sequence[AlertOut]) -> RenderableType:
    """Three lines each: how bad, since when and what; what to do; what it is about."""
    return Group(*(_one(row) for row in rows)) if rows else Text("Nothing is wrong.", style="green")


def _one(row: AlertOut) -> Text:
    since = f"since {row.raised_at.astimezone():%Y-%m-%d %H:%M}"
    if row.cleared_at is not None:
        since += f", over since {row.cleared_at.astimezone():%Y-%m-%d %H:%M}"
    style = "green" if row.cleared_at else COLOURS[row.severity]
    lines = Text.assemble((row.severity, style), f" {since}: {row.what}\n", f"  {row.to_do}\n")
    lines.append("  " + (", ".join(f"{name} {value}" for name, value in row.subject.items()) or row.key), style="dim")
    return lines
