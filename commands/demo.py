"""`tempost demo` and `tempost demo campaign`: the whole product at work on this machine, judged at the journal."""

from typing import Annotated

import typer

from commands.local import FOLDER

demo = typer.Typer(invoke_without_command=True)

Keep = Annotated[bool, typer.Option("--keep", help="Leave the data in .tempost.")]


@demo.callback()
def mailing(
    context: typer.Context,
    contacts: Annotated[int, typer.Option(min=1, help="How many contacts to write to.")] = 10_000,
    interval: Annotated[float | None, typer.Option(min=0, help="Seconds between two mails of a service.")] = None,
    keep: Keep = False,
) -> None:
    """Start everything, send a mailing to simulated providers, and check each mail at their journal."""
    if context.invoked_subcommand is not None:
        return
    from evidence import demo as evidence_demo

    raise typer.Exit(evidence_demo.run(contacts, interval, FOLDER, keep=keep))


@demo.command()
def campaign(
    contacts: Annotated[int, typer.Option(min=110, help="How many recipients: 110, 220, 330 …")] = 1_100,
    keep: Keep = False,
) -> None:
    """Live through a campaign of three rounds in two simulated weeks, and count every class of recipients."""
    from evidence.campaign.run import TOGETHER, run

    if contacts % TOGETHER:
        raise typer.BadParameter(
            f"{contacts} is no multiple of {TOGETHER}: every class has as many recipients as every other",
            param_hint="--contacts",
        )
    raise typer.Exit(run(contacts, FOLDER, keep=keep))
