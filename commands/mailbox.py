"""Commands about the mailboxes of services."""

from typing import Annotated

import typer

from api.client import ApiClient
from api.schemas.mailbox import MailboxOut
from commands.call import call, find
from commands.service import asked_password
from commands.view import out

mailbox = typer.Typer(no_args_is_help=True, help="Mailboxes of services, read for bounces and replies.")

Service = Annotated[str, typer.Argument(help="Id or name of the service.")]


@mailbox.command("set")
def set_up(
    context: typer.Context,
    service: Service,
    host: Annotated[str, typer.Option(help="IMAP server.")],
    port: Annotated[int, typer.Option()] = 993,
    security: Annotated[str, typer.Option(help="tls, starttls or none")] = "tls",
    username: Annotated[str | None, typer.Option(help="The service's login unless said; asks for a password.")] = None,
    marks_read: Annotated[bool, typer.Option("--mark-read", help="Mark what was read as read.")] = False,
) -> None:
    """Have a service's mailbox read."""
    order: dict[str, object] = {"host": host, "port": port, "security": security, "marksRead": marks_read}
    if username is not None:
        order |= {"username": username, "password": asked_password(username)}

    async def work(api: ApiClient) -> MailboxOut:
        return await api.put_mailbox((await find("service", api.services(), service)).id, order)

    _tell(call(context, work))


@mailbox.command("show")
def show(context: typer.Context, service: Service) -> None:
    """Show how a mailbox is read, and how that goes."""

    async def work(api: ApiClient) -> MailboxOut:
        return await api.mailbox((await find("service", api.services(), service)).id)

    _tell(call(context, work))


@mailbox.command("test")
def test(context: typer.Context, service: Service) -> None:
    """Log in to a mailbox now; status 1 if that fails."""

    async def work(api: ApiClient) -> tuple[bool, str]:
        tried = await api.test_mailbox((await find("service", api.services(), service)).id)
        return tried.ok, tried.detail

    ok, detail = call(context, work)
    out.print(detail, markup=False, soft_wrap=True)
    if not ok:
        raise typer.Exit(1)


@mailbox.command("remove")
def remove(context: typer.Context, service: Service) -> None:
    """Read a mailbox no more."""

    async def work(api: ApiClient) -> None:
        await api.delete_mailbox((await find("service", api.services(), service)).id)

    call(context, work)


def _tell(row: MailboxOut) -> None:
    read = f"{row.mails_read:,} mails read, {row.mails_matched:,} about mails of ours"
    checked = f"last read {row.checked_at:%Y-%m-%d %H:%M} UTC" if row.checked_at else "not read yet"
    out.print(
        f"{row.username} at {row.host}:{row.port} ({row.security}): {read}; {checked}", markup=False, soft_wrap=True
    )
    if row.error:
        out.print(row.error, style="red", markup=False, soft_wrap=True)
