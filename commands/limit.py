"""Commands about limits per recipient domain."""

from typing import Annotated

import typer

from commands import view
from commands.call import call, collect
from commands.view import out

limits = typer.Typer(no_args_is_help=True, help="How fast may be written to a domain.")

Domain = Annotated[str, typer.Argument(help="Such as gmail.com.")]
Pool = Annotated[str | None, typer.Option(help="Name or id; your own unless said.")]


@limits.command("list")
def list_all(context: typer.Context, pool: Pool = None) -> None:
    """List limits: those that were set, and what refusals have taught."""
    out.print(view.domain_limits(call(context, lambda api: collect(api.domain_limits(pool)))))


@limits.command("set")
def put(
    context: typer.Context,
    domain: Domain,
    per_minute: Annotated[int, typer.Argument(help="Most mails in any minute, all services together.")],
    also: Annotated[list[str] | None, typer.Option(help="Another domain that counts too; may be repeated.")] = None,
    pool: Pool = None,
) -> None:
    """Limit a domain, or change its limit. It counts at once."""
    order: dict[str, object] = {"perMinute": per_minute} | ({"alsoCounts": also} if also else {})
    row = call(context, lambda api: api.set_domain_limit(domain, order, pool))
    out.print(f"{row.domain}: {row.per_minute:,} a minute", markup=False)


@limits.command("remove")
def remove(context: typer.Context, domain: Domain, pool: Pool = None) -> None:
    """Limit a domain no longer, and forget what was learnt."""
    call(context, lambda api: api.delete_domain_limit(domain, pool))
    out.print(f"{domain}: no limit", markup=False)
