"""Commands about mailings: submit, list, watch, and the orders a person gives."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from api.client import ApiClient
from api.schemas.forecast import ForecastOut
from api.schemas.task import TaskOut
from commands import view
from commands.call import CliError, call, collect, find
from commands.order_file import File, read_order, with_ids
from commands.view import out

tasks = typer.Typer(no_args_is_help=True, help="Mailings.")

Task = Annotated[str, typer.Argument(metavar="TASK", help="Id or name.")]


@tasks.command("submit")
def submit(
    context: typer.Context,
    to: Annotated[str | None, typer.Option("--list", help="Contact list: id or name.")] = None,
    template: Annotated[str | None, typer.Option(help="Template: id or name.")] = None,
    file: Annotated[Path | None, File] = None,
    name: Annotated[str | None, typer.Option(help="The template's name unless said.")] = None,
    pool: Annotated[str | None, typer.Option()] = None,
    priority: Annotated[int, typer.Option(min=-1, max=1, help="1 goes before 0, 0 before -1.")] = 0,
    start_at: Annotated[datetime | None, typer.Option(help="Local time.")] = None,
    track_opens: Annotated[bool, typer.Option(help="Learn when mails are opened.")] = True,
    track_clicks: Annotated[bool, typer.Option(help="Learn when links are clicked.")] = True,
    unknown: Annotated[str, typer.Option(help="hold, resend or count_as_sent")] = "hold",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be sent.")] = False,
    watch: Annotated[bool, typer.Option("--watch", help="Show it until it has ended.")] = False,
) -> None:
    """Send a template to a list, or what a file orders; `contactList` and `template` in it may be names."""
    given: dict[str, object] = {
        "name": name, "contactList": to, "template": template, "priority": priority,
        "unknownPolicy": unknown, "tracksOpens": track_opens, "tracksClicks": track_clicks,
    }  # fmt: skip
    given |= {"pool": pool} if pool else {}
    given |= {"startAt": start_at.astimezone().isoformat()} if start_at else {}

    async def work(api: ApiClient) -> TaskOut | None:
        order = await with_ids(api, read_order(file) if file else await _named(api, given))
        if dry_run:
            out.print(view.dry_run(await api.dry_run(order)))
            return None
        return await api.submit_task(order)

    made = call(context, work)
    if made is None:
        return
    out.print(f"submitted {made.name} ({made.id}): {made.total:,} mails", markup=False, soft_wrap=True)
    if watch:
        _watch(context, str(made.id))


async def _named(api: ApiClient, order: dict[str, object]) -> dict[str, object]:
    """The same with a name: the template's unless said. Raises `CliError` where it says too little."""
    if order["contactList"] is None or order["template"] is None:
        raise CliError("say what to send to whom: --list and --template, or --file")
    template = await find("template", api.templates(), str(order["template"]))
    return order | {"name": order["name"] or template.name}


@tasks.command("list")
def list_all(context: typer.Context) -> None:
    """List tasks, the newest first."""
    out.print(view.tasks(call(context, lambda api: collect(api.tasks()))))


@tasks.command("watch")
def watch_one(context: typer.Context, task: Task) -> None:
    """Show a task until it has ended. Ctrl-C ends the view, not the task."""
    _watch(context, task)


@tasks.command("forecast")
def forecast(
    context: typer.Context,
    task: Task,
    by: Annotated[datetime | None, typer.Option(help="Also say what is needed to end by then. Local time.")] = None,
) -> None:
    """Say when a task ends with the services of its pool, and what limits it."""

    async def work(api: ApiClient) -> ForecastOut:
        return await api.forecast((await find("task", api.tasks(), task)).id, by)

    out.print(view.forecast(call(context, work)))


@tasks.command("pause")
def pause(context: typer.Context, task: Task) -> None:
    """Let nothing new go out; mails under way end."""
    _order(context, task, "pause")


@tasks.command("resume")
def resume(context: typer.Context, task: Task) -> None:
    """Go on after a pause."""
    _order(context, task, "resume")


@tasks.command("cancel")
def cancel(
    context: typer.Context,
    task: Task,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Send nothing more, ever; mails under way end."""
    if not yes:
        found = call(context, lambda api: find("task", api.tasks(), task))
        typer.confirm(f"Cancel {found.name} for good?", abort=True, err=True)
    _order(context, task, "cancel")


def _order(context: typer.Context, word: str, order: str) -> None:
    async def work(api: ApiClient) -> TaskOut:
        return await api.order_task((await find("task", api.tasks(), word)).id, order)

    changed = call(context, work)
    out.print(f"{changed.name}: {changed.status}", markup=False, soft_wrap=True)


def _watch(context: typer.Context, word: str) -> None:
    async def work(api: ApiClient) -> None:
        await view.watch(api, await find("task", api.tasks(), word))

    try:
        call(context, work)
    except KeyboardInterrupt:
        out.print(f"The task goes on. To see it again: tempost tasks watch {word}", markup=False, soft_wrap=True)
        raise typer.Exit(130) from None
