"""Commands about campaigns: submit, list, show, and the orders a person gives."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from api.client import ApiClient
from api.schemas.campaign import CampaignDryRunOut, CampaignOut, RoundOut
from commands.call import call, collect, find
from commands.findings import findings
from commands.order_file import File, read_order, with_ids
from commands.view import out

campaigns = typer.Typer(no_args_is_help=True, help="Several rounds to one list.")

Campaign = Annotated[str, typer.Argument(metavar="CAMPAIGN", help="Id or name.")]


@campaigns.command("submit")
def submit(
    context: typer.Context,
    file: Annotated[Path, File],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be sent.")] = False,
) -> None:
    """Start a campaign; `contactList` and `template` in its file may be names."""

    async def work(api: ApiClient) -> CampaignOut | CampaignDryRunOut:
        order = await with_ids(api, read_order(file))
        return await api.dry_run_campaign(order) if dry_run else await api.submit_campaign(order)

    made = call(context, work)
    if isinstance(made, CampaignOut):
        rounds = f"{len(made.rounds)} round{'' if len(made.rounds) == 1 else 's'}"
        out.print(f"submitted {made.name} ({made.id}): {rounds}", markup=False, soft_wrap=True)
        return
    out.print(f"{made.to_send:,} of {made.total:,} contacts would get the first mail", markup=False)
    for problem in made.problems:
        out.print(f"{problem.pointer}: {problem.message}", style="red", markup=False, soft_wrap=True)
    for found in made.findings:
        named = f", variant {found.variant}" if found.variant else ""
        out.print(f"\nround {found.round_no}{named}", style="bold", markup=False)
        out.print(findings(found.findings))
    if made.problems:
        raise typer.Exit(1)


@campaigns.command("list")
def list_all(context: typer.Context) -> None:
    """List campaigns, the newest first."""
    out.print(table(call(context, lambda api: collect(api.campaigns()))))


@campaigns.command("show")
def show(context: typer.Context, campaign: Campaign) -> None:
    """Show where a campaign and its rounds stand."""

    async def work(api: ApiClient) -> CampaignOut:
        return await api.campaign((await find("campaign", api.campaigns(), campaign)).id)

    out.print(whole(call(context, work)))


@campaigns.command("pause")
def pause(context: typer.Context, campaign: Campaign) -> None:
    """Let nothing new go out and begin no round; mails under way end."""
    _order(context, campaign, "pause")


@campaigns.command("resume")
def resume(context: typer.Context, campaign: Campaign) -> None:
    """Go on after a pause."""
    _order(context, campaign, "resume")


@campaigns.command("cancel")
def cancel(
    context: typer.Context,
    campaign: Campaign,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Send nothing more of it, ever; mails under way end."""
    if not yes:
        found = call(context, lambda api: find("campaign", api.campaigns(), campaign))
        typer.confirm(f"Cancel {found.name} for good?", abort=True, err=True)
    _order(context, campaign, "cancel")


def _order(context: typer.Context, word: str, order: str) -> None:
    async def work(api: ApiClient) -> CampaignOut:
        return await api.order_campaign((await find("campaign", api.campaigns(), word)).id, order)

    changed = call(context, work)
    out.print(f"{changed.name}: {changed.status}", markup=False, soft_wrap=True)


def table(rows: Sequence[CampaignOut]) -> Table:
    """Campaigns with how far each is."""
    shown = Table("campaign", "status", "rounds", "sent", "next", "id", box=None, pad_edge=False)
    for row in rows:
        begun = [each for each in row.rounds if each.began_at is not None]
        sent = sum(each.by_status.sent for each in begun)
        shown.add_row(
            escape(row.name), row.status, f"{len(begun)} of {len(row.rounds)}", f"{sent:,}", _next(row), str(row.id)
        )
    return shown


def whole(row: CampaignOut) -> RenderableType:
    """One campaign: a row for each round, and below it why its mails wait."""
    shown = Table("round", "audience", "begins", "status", "total", "sent", "waits", box=None, pad_edge=False)
    for each in row.rounds:
        counts = each.by_status
        shown.add_row(
            str(each.round_no), each.audience.replace("_", " "), _begins(each), each.status or "–", f"{each.total:,}",
            f"{counts.sent:,}", f"{counts.pending:,}",
        )  # fmt: skip
    waits = [
        Text(f"round {each.round_no}: {wait.count:,} wait for {wait.reason} until {_moment(wait.retry_at)}")
        for each in row.rounds
        for wait in each.waiting
    ]
    return Group(Text(f"{row.name}: {row.status}", style="bold"), shown, *waits)


def _begins(each: RoundOut) -> str:
    if each.began_at is not None:
        return _moment(each.began_at)
    if each.begins_at is not None:
        return f"on {_moment(each.begins_at)}"
    return "after the round before" if each.round_no > 1 else "at once"


def _moment(moment: datetime) -> str:
    return f"{moment.astimezone():%d %b %H:%M}"


def _next(row: CampaignOut) -> str:
    waiting = next((each for each in row.rounds if each.began_at is None), None)
    if waiting is None or row.status not in ("scheduled", "sending"):
        return "–"
    return f"{waiting.round_no} {_begins(waiting)}"
