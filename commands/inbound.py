"""Commands that take in mail, on this machine: `tempost receive`, and `tempost inbound read` for a pipe of an MTA."""

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from commands.call import CliError, say

if TYPE_CHECKING:
    from runtime.settings import Settings

DATA_ERROR, TRY_LATER, NOT_SET_UP = 65, 75, 78
"""Exit statuses that mail servers know (sysexits.h): EX_DATAERR, EX_TEMPFAIL, EX_CONFIG."""
MOST_READ = 50_000_000

inbound = typer.Typer(no_args_is_help=True, help="Bounces and replies, given by a mail server.")


def receive() -> None:
    """Take in mail until stopped: receive bounces and replies by LMTP or SMTP, and read the services' mailboxes."""
    import uvloop

    from runtime import receive as process

    _settings()
    uvloop.run(process.main())


@inbound.command("read")
def read(
    recipients: Annotated[list[str] | None, typer.Argument(help="Addresses of the envelope that it came for.")] = None,
) -> None:
    """Read one mail from standard input, as a pipe of a mail server. Status 75: it shall be given again later."""
    settings = _settings()
    raw = sys.stdin.buffer.read(MOST_READ)
    if not raw.strip():
        say("there is no mail on standard input: give one, such as tempost inbound read < mail.eml")
        raise typer.Exit(DATA_ERROR)
    typer.echo(asyncio.run(_take(settings, raw, recipients or [])))


async def _take(settings: "Settings", raw: bytes, recipients: list[str]) -> str:
    from database.errors import UNREACHABLE
    from runtime.receive import make_inbox, told
    from runtime.resources import open_resources

    try:
        async with open_resources(settings) as resources:
            return told(await make_inbox(resources).take(raw, recipients))
    except UNREACHABLE as error:
        say(f"the database is away ({error}); the mail shall be given again")
        raise typer.Exit(TRY_LATER) from None


def _settings() -> "Settings":
    from commands.local import settings

    try:
        return settings()
    except CliError as error:
        say(str(error))
        raise typer.Exit(NOT_SET_UP) from None
