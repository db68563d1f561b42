"""Commands that work on this machine without the API: keys, the local stack, the evidence.

What they need is imported where it is used: the other commands should not wait for it.
"""

import asyncio
import base64
import json
import os
import secrets
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.call import CLIENT_FILE, CliError, said_plainly, say
from commands.view import out

if TYPE_CHECKING:
    from runtime.settings import Settings
    from stack.local import LocalStack

FOLDER = CLIENT_FILE.parent
INTERRUPTED = 130
"""The exit status after Ctrl-C."""

keys = typer.Typer(no_args_is_help=True, help="Make keys on this machine, without the API.")


@keys.command("create")
def keys_create(
    name: Annotated[str, typer.Option(help="What the key is for.")] = "command line",
    email: Annotated[str, typer.Option(help="The administrator it belongs to; made if new.")] = "admin@tempost.example",
) -> None:
    """Make an API key of an administrator, in the database of the settings or of the stack that runs here."""
    with said_plainly():
        key = asyncio.run(_create_key(database_url(), email, name))
    out.print(key, soft_wrap=True)


@keys.command("secret")
def keys_secret() -> None:
    """Make a new value for TEMPOST_SECRETS__KEY, which seals passwords in the database."""
    out.print(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(), soft_wrap=True)


def up() -> None:
    """Run the whole stack on this machine until Ctrl-C, with simulated providers to try it on."""
    from evidence import playground
    from stack import local

    raise typer.Exit(local.up(FOLDER, on_ready=_tell_client, programs=playground.programs))


def bench(
    name: Annotated[str | None, typer.Argument(help="steady, fair, burst, relay, … All unless named.")] = None,
    mails: Annotated[int | None, typer.Option(min=1, help="Mails of the large mailing, or rows of the file.")] = None,
    seconds: Annotated[float | None, typer.Option(min=1, help="How long a load without an end goes on.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the data in .tempost/bench-NAME.")] = False,
) -> None:
    """Measure the whole on this machine, and check each mail at the journal of simulated providers."""
    from evidence.bench.runner import BENCHES, run
    from evidence.bench.site import Options

    if name is not None and name not in BENCHES:
        raise typer.BadParameter(f"there is no {name!r}: choose one of {', '.join(BENCHES)}")
    failed = []
    for each in [name] if name else BENCHES:
        status = run(each, Options(mails=mails, seconds=seconds), FOLDER, keep=keep)
        if status == INTERRUPTED:
            raise typer.Exit(status)
        failed += [each] if status else []
    if failed:
        say(f"not as it should be: {', '.join(failed)}")
        raise typer.Exit(1)


def prove(
    names: Annotated[list[str] | None, typer.Argument(help="kill-worker, task-reset, … All unless named.")] = None,
    seed: Annotated[str | None, typer.Option(help="That of an earlier run, to draw its moments again.")] = None,
    rounds: Annotated[int, typer.Option(min=1, help="How often each fault is tried.")] = 1,
    mails: Annotated[int | None, typer.Option(min=10, help="Of each fault's mailing.")] = None,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the data in .tempost/prove.")] = False,
) -> None:
    """Break things while mails flow, and show at the journal of simulated providers that none is lost or doubled."""
    from evidence.prove.runner import FAULTS, Options, run

    if unknown := [name for name in names or () if name not in FAULTS]:
        raise typer.BadParameter(f"there is no {unknown[0]!r}: choose of {', '.join(FAULTS)}")
    options = Options(names=tuple(names or FAULTS), seed=seed, rounds=rounds, mails=mails)
    raise typer.Exit(run(options, FOLDER, keep=keep))


def database_url() -> str:
    """The database of the settings, or of the stack that runs here. Raises `CliError`."""
    return settings().database.url.get_secret_value()


def settings() -> "Settings":
    """The settings of this installation, or of the stack that runs here. Raises `CliError`."""
    from runtime.settings import SettingsError, load_settings

    try:
        return load_settings()
    except SettingsError as error:
        if (stack := running_stack()) is not None:
            os.environ.update(stack["environment"])
            return load_settings()
        raise CliError(
            f"no stack runs here (`make up`), and the settings of this installation are not complete.\n{error}"
        ) from error


def running_stack() -> dict[str, Any] | None:
    """What the stack that runs in this folder says of itself; None where none does, or none can, as in the image."""
    if find_spec("stack") is None:
        return None
    from stack import local

    return local.running_stack(FOLDER)


async def _create_key(database_url: str, email: str, name: str) -> str:
    from sqlalchemy.exc import DBAPIError

    from api.operations.admin_key import make_admin_key

    try:
        return await make_admin_key(database_url, email, name)
    except (OSError, DBAPIError) as error:
        cause = getattr(error, "orig", None) or error
        raise CliError(f"no key was made: the database does not take it ({cause}). Is it up and migrated?") from error


async def _tell_client(stack: "LocalStack") -> Sequence[str]:
    """Write down a key for `tempost` in this folder, the one of the last start if it still opens."""
    from evidence import playground
    from stack.files import write_private
    from stack.ports import LOOPBACK
    from stack.surroundings import INBOUND_PORT

    where = stack.surroundings
    path = where.folder / CLIENT_FILE.name
    key = _noted_key(path)
    if key is None or not await _opens(where.database_url, key):
        key = await _create_key(where.database_url, "admin@tempost.example", "local stack")
    write_private(path, json.dumps({"apiUrl": where.api_url, "apiKey": key}, indent=1))
    providers = playground.services_file(where.folder)
    return [
        f"Dashboard     {where.dashboard_url}",
        f"API key       {key}",
        f"              also in {path}, where `tempost` finds it",
        f"Mail comes in {LOOPBACK}:{where.ports[INBOUND_PORT]} (LMTP and SMTP), for domains of services",
        f"Providers     {playground.COUNT} simulated; try them: tempost services import {providers}",
    ]


def _noted_key(path: Path) -> str | None:
    try:
        key = json.loads(path.read_text())["apiKey"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return key if isinstance(key, str) else None


async def _opens(database_url: str, key: str) -> bool:
    from api.key_holders import KeyHolders
    from api.problems import NotAuthenticatedError
    from database.connect import create_engine

    engine = create_engine(database_url, size=2)
    try:
        await KeyHolders(engine).authenticate(key)
    except NotAuthenticatedError:
        return False
    finally:
        await engine.dispose()
    return True
