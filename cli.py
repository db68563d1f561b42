"""The `tempost` command: a client of the REST API, and what works on this machine alone (`commands.local`)."""

import os
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from api.client import ApiClient
from api.client_errors import ApiError
from api.schemas.template import PreflightOut
from commands import (
    alert,
    backup,
    campaign,
    check,
    config,
    contact,
    demo,
    doctor,
    domain,
    findings,
    inbound,
    limit,
    local,
    mailbox,
    prepare,
    repair,
    service,
    stack,
    statistics,
    task,
    unknown,
    upload,
    view,
    webhook,
)
from commands.call import Address, CliError, call, collect, find, say
from commands.view import out
from runtime.ending import ending

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
lists = typer.Typer(no_args_is_help=True, help="Contact lists.")
templates = typer.Typer(no_args_is_help=True, help="Templates.")
suppress = typer.Typer(no_args_is_help=True, help="Addresses that are never written to.")
groups = {
    "services": service.services,
    "limits": limit.limits,
    "domains": domain.domains,
    "config": config.config,
    "lists": lists,
    "contacts": contact.contacts,
    "segments": contact.segments,
    "templates": templates,
    "suppress": suppress,
    "statistics": statistics.statistics,
    "inbound": inbound.inbound,
    "webhooks": webhook.webhooks,
}
for title, group in {**groups, "tasks": task.tasks, "campaigns": campaign.campaigns, "keys": local.keys}.items():
    app.add_typer(group, name=title)
for command in (unknown.unknown, unknown.decide, unknown.evidence):
    task.tasks.command()(command)
service.services.add_typer(mailbox.mailbox, name="mailbox")
if find_spec("stack") is not None:  # the image has neither this nor the evidence
    app.add_typer(stack.stack, name="stack")
    app.add_typer(demo.demo, name="demo")
    app.command()(local.up)
    app.command()(local.bench)
    app.command()(local.prove)
app.command()(inbound.receive)
app.command()(alert.alerts)
app.command()(check.check)
app.command()(repair.repair)
app.command()(doctor.doctor)
app.command()(prepare.prepare)
app.command()(backup.backup)
app.command()(backup.restore)

File = Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)]


@app.callback()
def options(
    context: typer.Context,
    api_url: Annotated[str | None, typer.Option(envvar="TEMPOST_API_URL", help="Where the API is.")] = None,
    key: Annotated[str | None, typer.Option(envvar="TEMPOST_API_KEY", help="API key.", show_envvar=True)] = None,
) -> None:
    """Send bulk and outreach mail through many mail accounts. Without options, the stack of this folder is used."""
    context.obj = Address(api_url, key)


@app.command()
def status(context: typer.Context) -> None:
    """Show how the installation does."""
    out.print(view.health(call(context, lambda api: api.health())))


@lists.command("import")
def lists_import(
    context: typer.Context,
    file: File,
    name: Annotated[str | None, typer.Option(help="Of the new list; the file's name unless said.")] = None,
    into: Annotated[str | None, typer.Option(help="A list that exists: id or name.")] = None,
    email_column: Annotated[str | None, typer.Option(help="Title of the column with the addresses.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="comma, semicolon, tab, pipe or a sign")] = None,
    encoding: Annotated[str | None, typer.Option(help="Such as utf-8, windows-1252 or gb18030.")] = None,
    mode: Annotated[str | None, typer.Option(help="merge, replace, insert or update contacts that exist.")] = None,
    tags: Annotated[str | None, typer.Option(help="For all contacts of the file; commas between.")] = None,
    tags_column: Annotated[str | None, typer.Option(help="Title of a column with tags.")] = None,
    column: Annotated[list[str] | None, typer.Option(help='"Title=field", or "Title=" to leave it out.')] = None,
    errors: Annotated[Path | None, typer.Option(help="Write the refused rows here.")] = None,
) -> None:
    """Upload a CSV file of contacts into a new list, or one that exists."""
    given: dict[str, str | list[str] | None] = {
        "emailColumn": email_column, "delimiter": delimiter, "encoding": encoding, "column": column or None,
    }  # fmt: skip
    given |= {"mode": mode, "tags": tags, "tagsColumn": tags_column}
    reading = {option: value for option, value in given.items() if value is not None}

    async def work(api: ApiClient) -> None:
        target = await (find("list", api.lists(), into) if into else api.create_list(name or file.stem))
        try:
            row = await upload.import_contacts(api, target.id, file, reading)
        except ApiError:
            if not into:
                await api.delete_list(target.id)
            raise
        out.print(f"{target.name} ({target.id})", style="bold", markup=False, soft_wrap=True)
        out.print(view.imported(row))
        if row.rejected:
            await upload.show_refusals(api, row, errors)
        if row.error:
            raise CliError(row.error)

    call(context, work)


@lists.command("list")
def lists_list(context: typer.Context) -> None:
    """List contact lists."""
    out.print(view.lists(call(context, lambda api: collect(api.lists()))))


@templates.command("add")
def templates_add(
    context: typer.Context,
    name: Annotated[str, typer.Option()],
    subject: Annotated[str, typer.Option(help="May hold variables such as {{ first_name }}.")],
    html: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="File with the HTML body.")] = None,
    text: Annotated[Path | None, typer.Option(exists=True, dir_okay=False, help="File with the plain body.")] = None,
) -> None:
    """Keep a template."""
    bodies = {"html": html, "text": text}
    order = {"name": name, "subject": subject}

    async def work(api: ApiClient) -> None:
        read = {kind: path.read_text(encoding="utf-8-sig") for kind, path in bodies.items() if path}
        made = await api.create_template(order | read)
        out.print(f"added {made.name} ({made.id})", markup=False, soft_wrap=True)

    call(context, work)


@templates.command("list")
def templates_list(context: typer.Context) -> None:
    """List templates with the fields they need."""
    out.print(view.templates(call(context, lambda api: collect(api.templates()))))


@templates.command("preflight")
def templates_preflight(
    context: typer.Context,
    template: Annotated[str, typer.Argument(help="Id or name.")],
    to: Annotated[str | None, typer.Option("--list", help="Also name fields that nobody on this list has.")] = None,
) -> None:
    """Say what of a template may cost it readers; status 1 if there is an error."""

    async def work(api: ApiClient) -> PreflightOut:
        order = {"contactListId": str((await find("list", api.lists(), to)).id)} if to else {}
        return await api.preflight((await find("template", api.templates(), template)).id, order)

    found = call(context, work).findings
    out.print(findings.findings(found))
    if findings.has_errors(found):
        raise typer.Exit(1)


@suppress.command("add")
def suppress_add(context: typer.Context, emails: list[str], reason: Annotated[str, typer.Option()] = "manual") -> None:
    """Never write to these addresses again."""
    answer = call(context, lambda api: api.suppress(emails, reason))
    out.print(f"{answer.added:,} of {answer.received:,} are new", markup=False)


@suppress.command("list")
def suppress_list(context: typer.Context) -> None:
    """List suppressed addresses."""
    for row in call(context, lambda api: collect(api.suppressions())):
        typer.echo(f"{row.email}\t{row.reason}")


def main() -> None:
    """Run the command line. The outermost place: what nobody foresaw is told in one line too."""
    with ending():
        try:
            app(prog_name="tempost")
        except Exception as error:
            if os.environ.get("TEMPOST_DEBUG"):
                raise
            say(f"unexpected fault: {type(error).__name__}: {error}. TEMPOST_DEBUG=1 shows where.")
            sys.exit(1)


if __name__ == "__main__":
    main()
