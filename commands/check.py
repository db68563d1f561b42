"""`tempost check`: whether the ledger is as it must be."""

import asyncio
from typing import TYPE_CHECKING

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from commands.call import CliError, said_plainly
from commands.local import database_url
from commands.view import out

if TYPE_CHECKING:
    from database.queries.check import Finding


def check() -> None:
    """Check the ledger's sums, states, orphans and schedules. Reads only, and may run while mails flow."""
    with said_plainly():
        findings = asyncio.run(_findings(database_url()))
    out.print(shown(findings))
    if any(finding.broken for finding in findings):
        raise typer.Exit(1)


def shown(findings: "list[Finding]") -> RenderableType:
    """Every invariant with how many rows were looked at and how many break it; below, what is wrong."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("invariant", "rows", "broken", "what must hold"):
        table.add_column(title, justify="right" if title in ("rows", "broken") else "left", overflow="fold")
    for each in findings:
        mark = f"[bold red]{each.broken:,}[/]" if each.broken else "[green]0[/]"
        table.add_row(each.invariant.name, f"{each.looked_at:,}", mark, each.invariant.rule)
    wrong = [Text(f"\n{each.invariant.name}: {each.text}", style="red") for each in findings if each.broken]
    return Group(table, *(wrong or [Text("\nThe ledger is as it must be.", style="green")]))


async def _findings(url: str) -> "list[Finding]":
    import asyncpg

    from database.connect import connected
    from database.queries import check as checker

    try:
        async with connected(url) as connection:
            return await checker.check(connection)
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        cause = str(error) or "no answer"
        raise CliError(f"nothing was checked: the database does not do it ({cause}). Is it up and migrated?") from error
