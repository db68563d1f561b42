"""Commands about statistics: what became of mails."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from api.client import ApiClient
from api.schemas.statistics import CountsOut, FunnelOut, StagesOut, StatisticsOut
from commands.call import call, find
from commands.view import out

statistics = typer.Typer(no_args_is_help=True, help="What became of mails: opened, clicked, answered, bounced.")

By = Annotated[str | None, typer.Option(help="round, variant, service, provider, day or hour")]
Zone = Annotated[str | None, typer.Option(help="Time zone in which a day begins, such as Asia/Shanghai.")]
Campaign = Annotated[UUID, typer.Argument(help="Its id.")]

SHOWN = {
    "sent": "sent", "delivered": "delivered", "opened": "opened", "clicked": "clicked", "replied": "replied",
    "auto_replied": "auto", "hard_bounced": "bounced", "soft_bounced": "for a time", "complained": "complained",
    "unsubscribed": "left",
}  # fmt: skip
"""Columns and their titles."""
STAGES = ("contacts", "mailed", "delivered", "opened", "clicked", "replied")
NOTE = "Shares are of delivered mails, delivered and bounced ones of sent. Each mail counts once in a column."


@statistics.command("task")
def of_task(
    context: typer.Context,
    task: Annotated[str, typer.Argument(help="Id or name.")],
    by: By = None,
    time_zone: Zone = None,
) -> None:
    """Show what became of the mails of a task."""

    async def work(api: ApiClient) -> StatisticsOut:
        return await api.task_statistics((await find("task", api.tasks(), task)).id, by, time_zone)

    out.print(table(call(context, work)))


@statistics.command("campaign")
def of_campaign(context: typer.Context, campaign: Campaign, by: By = None, time_zone: Zone = None) -> None:
    """Show what became of the mails of a campaign."""
    out.print(table(call(context, lambda api: api.campaign_statistics(campaign, by, time_zone))))


@statistics.command("account")
def of_account(
    context: typer.Context,
    since: Annotated[datetime | None, typer.Option("--from", help="Sent then or later; 30 days back.")] = None,
    before: Annotated[datetime | None, typer.Option("--to", help="Sent before then; now unless said.")] = None,
    by: Annotated[str | None, typer.Option(help="task, service, provider, day or hour")] = None,
    time_zone: Zone = None,
) -> None:
    """Show what became of all mails that were sent within a time."""
    out.print(table(call(context, lambda api: api.account_statistics(since, before, by, time_zone))))


@statistics.command("funnel")
def funnel(context: typer.Context, campaign: Campaign) -> None:
    """Show how far the contacts of a campaign came."""
    out.print(stages(call(context, lambda api: api.funnel(campaign))))


def table(answer: StatisticsOut) -> RenderableType:
    """Groups, and below them the total."""
    shown = _columns("" if answer.by is None else answer.by, list(SHOWN.values()))
    for group in answer.groups:
        shown.add_row(escape(group.name), *_cells(group))
    shown.add_row("all", *_cells(answer.total), style="bold" if answer.groups else None)
    return Group(shown, Text(NOTE, style="dim"))


def stages(answer: FunnelOut) -> Table:
    """A campaign's contacts, and below them those of each round."""
    shown = _columns("", list(STAGES))
    shown.add_row("campaign", *_stage_cells(answer), style="bold")
    for row in answer.rounds:
        shown.add_row(f"round {row.round}", *_stage_cells(row))
    return shown


def _columns(first: str, titles: Sequence[str]) -> Table:
    shown = Table(box=None, header_style="bold", pad_edge=False)
    shown.add_column(first)
    for title in titles:
        shown.add_column(title, justify="right", no_wrap=True)
    return shown


def _cells(row: CountsOut) -> list[str]:
    return [_with_share(getattr(row, column), getattr(row.rates, column, None)) for column in SHOWN]


def _with_share(count: int, rate: object) -> str:
    value = getattr(rate, "value", None)
    return f"{count:,}" if value is None else f"{count:,} ({value:.1%})"


def _stage_cells(row: StagesOut) -> list[str]:
    return [f"{getattr(row, stage):,}" for stage in STAGES]
