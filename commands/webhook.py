"""Commands about webhooks: receivers outside that are told what came back for mails."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

import typer
from rich.markup import escape
from rich.table import Table

from api.client import ApiClient
from api.schemas.webhook import WebhookDeliveryOut, WebhookOut, WebhookTestOut
from commands.call import CliError, call, collect
from commands.view import out

webhooks = typer.Typer(no_args_is_help=True, help="Receivers that are told what came back for mails.")

Id = Annotated[UUID, typer.Argument(help="Of the webhook, see `tempost webhooks list`.")]


@webhooks.command("add")
def add(
    context: typer.Context,
    url: Annotated[str, typer.Argument(help="https://…")],
    only: Annotated[
        list[str] | None, typer.Option(help="Such as mail.replied; may be repeated; all unless said.")
    ] = None,
) -> None:
    """Tell a receiver what comes back from now on. Its secret is shown this once."""
    order: dict[str, object] = {"url": url} | ({"types": only} if only else {})
    made = call(context, lambda api: api.create_webhook(order))
    out.print(f"added {made.id}\nsecret {made.secret}", markup=False, soft_wrap=True)


@webhooks.command("list")
def list_own(context: typer.Context) -> None:
    """List webhooks and how they do."""
    out.print(table(call(context, lambda api: collect(api.webhooks()))))


@webhooks.command("deliveries")
def deliveries(context: typer.Context, webhook: Id, most: Annotated[int, typer.Option(min=1, max=1000)] = 20) -> None:
    """Show the last tries, the newest first."""
    out.print(tries(call(context, lambda api: collect(api.webhook_deliveries(webhook), most))))


@webhooks.command("test")
def test(context: typer.Context, webhook: Id) -> None:
    """Post a message that means nothing, and show how it was taken."""

    async def work(api: ApiClient) -> WebhookTestOut:
        answer = await api.test_webhook(webhook)
        if not answer.taken:
            raise CliError(f"it was not taken: {answer.error}")
        return answer

    answer = call(context, work)
    out.print(f"taken: HTTP {answer.status} after {answer.seconds:.2f} s", markup=False)


@webhooks.command("resume")
def resume(
    context: typer.Context,
    webhook: Id,
    skip_missed: Annotated[bool, typer.Option(help="Do not tell what came meanwhile.")] = False,
) -> None:
    """Go on with one that was given up, or that waits."""
    row = call(context, lambda api: api.resume_webhook(webhook, skip_missed=skip_missed))
    out.print(f"{row.url}: {row.status}", markup=False, soft_wrap=True)


@webhooks.command("rotate-secret")
def rotate(context: typer.Context, webhook: Id) -> None:
    """Give it a new secret. For a day messages are signed with both."""
    made = call(context, lambda api: api.rotate_webhook_secret(webhook))
    out.print(f"secret {made.secret}", markup=False, soft_wrap=True)


@webhooks.command("delete")
def delete(context: typer.Context, webhook: Id) -> None:
    """Tell it nothing more."""
    call(context, lambda api: api.delete_webhook(webhook))
    out.print(f"deleted {webhook}", markup=False)


def table(rows: Sequence[WebhookOut]) -> Table:
    """Webhooks with what is wrong with them."""
    shown = Table("webhook", "status", "gets", "last error", "id", box=None, header_style="bold", pad_edge=False)
    for row in rows:
        gets = ", ".join(each.removeprefix("mail.") for each in row.types)
        shown.add_row(escape(row.url), row.status, gets, escape(row.last_error or "–"), str(row.id))
    return shown


def tries(rows: Sequence[WebhookDeliveryOut]) -> Table:
    """Tries to tell, with the mail each is about."""
    shown = Table("when", "type", "mail", "answer", "took", box=None, header_style="bold", pad_edge=False)
    for row in rows:
        mail = "–" if row.task_id is None else f"{row.task_id} {row.seq}"
        answer = escape(row.error or f"HTTP {row.status_code}")
        shown.add_row(f"{row.attempted_at.astimezone():%m-%d %H:%M:%S}", row.type, mail, answer, f"{row.seconds:.2f} s")
    return shown
