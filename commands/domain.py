"""Commands about sending domains: keys, what to publish, and whether it is published."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from api.client import ApiClient
from api.schemas.sending_domain import SendingDomainOut
from commands.call import CliError, call, collect
from commands.findings import findings, has_errors
from commands.view import out

domains = typer.Typer(no_args_is_help=True, help="Domains that mails are signed for.")

Domain = Annotated[str, typer.Argument(help="Such as example.com.")]
Selector = Annotated[str | None, typer.Option(help="If the domain has several keys.")]
COLOURS = {"active": "green", "pending": "yellow", "off": "dim"}


@domains.command("add")
def add(
    context: typer.Context,
    domain: Domain,
    selector: Annotated[str, typer.Option(help="Names this key among those of the domain.")] = "tempost",
    algorithm: Annotated[str, typer.Option(help="rsa or ed25519")] = "rsa",
) -> None:
    """Make a DKIM key for a domain and say what to publish."""
    order = {"domain": domain, "selector": selector, "algorithm": algorithm}
    made = call(context, lambda api: api.create_sending_domain(order))
    out.print(to_publish(made))


@domains.command("list")
def list_all(context: typer.Context) -> None:
    """List sending domains."""
    out.print(listed(call(context, lambda api: collect(api.sending_domains()))))


@domains.command("show")
def show(context: typer.Context, domain: Domain, selector: Selector = None) -> None:
    """Say what to publish for a domain."""
    out.print(to_publish(call(context, lambda api: _find(api, domain, selector))))


@domains.command("check")
def check(context: typer.Context, domain: Domain, selector: Selector = None) -> None:
    """Ask the DNS what is published; status 1 if something must be put right. A key that is found is used."""

    async def work(api: ApiClient) -> SendingDomainOut:
        return await api.check_sending_domain((await _find(api, domain, selector)).id)

    found = call(context, work)
    out.print(listed([found]), findings(found.findings))
    if has_errors(found.findings):
        raise typer.Exit(1)


@domains.command("on")
def switch_on(context: typer.Context, domain: Domain, selector: Selector = None) -> None:
    """Sign with a domain's key, found or not."""
    _switch(context, domain, selector, "active")


@domains.command("off")
def switch_off(context: typer.Context, domain: Domain, selector: Selector = None) -> None:
    """Sign with a domain's key no longer."""
    _switch(context, domain, selector, "off")


@domains.command("remove")
def remove(context: typer.Context, domain: Domain, selector: Selector = None) -> None:
    """Forget a key. Leave its record published for some days: mails on their way need it."""

    async def work(api: ApiClient) -> None:
        await api.delete_sending_domain((await _find(api, domain, selector)).id)

    call(context, work)
    out.print(f"{domain}: forgotten", markup=False)


def to_publish(row: SendingDomainOut) -> RenderableType:
    """Records for a zone file or the form of a DNS provider; long values are not broken."""
    lines: list[RenderableType] = [listed([row])]
    for record in row.records:
        lines.append(Text(f"\n{record.kind} {record.name}", style="bold"))
        lines += [Text(record.value, no_wrap=True, overflow="ignore"), Text(record.note, style="dim")]
    return Group(*lines)


def listed(rows: Sequence[SendingDomainOut]) -> Table:
    """Domains with their state."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for title in ("domain", "selector", "kind", "status", "last found"):
        table.add_column(title)
    for row in rows:
        found = row.published_at.astimezone().strftime("%Y-%m-%d %H:%M") if row.published_at else "–"
        status = f"[{COLOURS[row.status]}]{row.status}[/]"
        table.add_row(escape(row.domain), escape(row.selector), row.algorithm, status, found)
    return table


def _switch(context: typer.Context, domain: str, selector: str | None, status: str) -> None:
    async def work(api: ApiClient) -> SendingDomainOut:
        return await api.change_sending_domain((await _find(api, domain, selector)).id, {"status": status})

    out.print(listed([call(context, work)]))


async def _find(api: ApiClient, domain: str, selector: str | None) -> SendingDomainOut:
    rows = [row async for row in api.sending_domains() if row.domain == domain.lower()]
    found = [row for row in rows if selector in {None, row.selector}]
    if not found:
        raise CliError(f"there is no key of {domain}: see `tempost domains list`, or add one.")
    if len(found) > 1:
        raise CliError(f"{domain} has several keys: say --selector {' or '.join(row.selector for row in found)}.")
    return found[0]
