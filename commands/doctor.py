"""`tempost doctor`: whether this installation reaches whom it needs, and whether its domains may send."""

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from commands.call import CliError, said_plainly, say
from commands.findings import findings, has_errors
from commands.local import settings
from commands.view import out

if TYPE_CHECKING:
    from runtime.doctor import Examined


def doctor(
    domains: Annotated[list[str] | None, typer.Argument(help="Domains to check besides those of all services.")] = None,
) -> None:
    """Examine settings, PostgreSQL, Temporal, the services' hosts and the domains of their senders. 1 if ill."""
    with said_plainly():
        examined = asyncio.run(_examined([domain.lower().rstrip(".") for domain in domains or []]))
    out.print(shown(examined))
    if any(has_errors(each.findings) for each in examined):
        raise typer.Exit(1)


def shown(examined: "list[Examined]") -> RenderableType:
    """A line for everything that was looked at; below, what was found and what to do."""
    table = Table.grid(padding=(0, 2))
    for each in examined:
        worst = each.findings[0].severity if each.findings else "ok"
        colour = {"error": "bold red", "warning": "yellow", "hint": "dim", "ok": "green"}[worst]
        told = f"{len(each.findings)} found" if each.findings else each.good
        table.add_row(f"[{colour}]{worst}[/]", Text(each.subject), Text(told))
    parts: list[RenderableType] = [table]
    for each in examined:
        if each.findings:
            parts += [Text(f"\n{each.subject}", style="bold"), findings(each.findings)]
    return Group(*parts)


async def _examined(domains: list[str]) -> "list[Examined]":
    from database.queries.sending_domain import FromDomain
    from mail.nameservers import Nameservers
    from runtime.doctor import examine, examine_domains

    try:
        known = settings()
    except CliError as error:
        if not domains:
            raise
        say(f"only the domains are checked: {error}")
        return await examine_domains([FromDomain(domain, [], []) for domain in domains], Nameservers())
    return await examine(known, domains)
