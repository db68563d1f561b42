"""`tempost backup` and `tempost restore`: the database in a file, and back. Both work on this machine, without the API.

The key that seals passwords is not in a backup: it must be kept apart, and put back first.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import JustifyMethod
from rich.markup import escape
from rich.table import Table

from commands.call import CliError, said_plainly, say
from commands.local import FOLDER, running_stack
from commands.unknown import read_evidence, show_counts
from commands.view import out

if TYPE_CHECKING:
    from database.backup import Programs
    from runtime.restore import Evidence, Restored

EVIDENCE_HELP = "What is known to have been sent since: a provider's journal (JSON lines), an mbox file or a Maildir."


def backup(file: Annotated[Path, typer.Argument(dir_okay=False, help="Where to write it; must not exist.")]) -> None:
    """Write all that the database holds into one file. May run while mails flow."""
    from database import backup as database

    async def work() -> None:
        async with _database(stopped=False) as url:
            await database.write(_programs(url), file)

    with _said_plainly():
        asyncio.run(work())
    size = file.stat().st_size
    out.print(f"{file}: {size:,} bytes. The key of the settings is not in it: keep that apart.", markup=False)


def restore(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, readable=True)],
    sent: Annotated[list[Path] | None, typer.Option(exists=True, readable=True, help=EVIDENCE_HELP)] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Put it in place of what is there.")] = False,
) -> None:
    """Bring a backup back, while API and workers are stopped. Tasks that would send are paused."""
    from runtime import restore as runtime

    evidence = sent or []

    async def work() -> tuple["Restored", int]:
        seen = read_evidence(evidence)  # what cannot be read is told before anything is changed
        async with _database(stopped=True) as url:
            found = await runtime.restore(_programs(url), file, seen, replace=replace)
            key = _key()
            return found, await runtime.wrong_seals(url, key) if key else 0

    with _said_plainly():
        found, wrong = asyncio.run(work())
    show(found, evidence_given=bool(evidence))
    if wrong:
        say(f"the key of this installation does not open the passwords of {wrong} services: put the right one back.")
        raise typer.Exit(1)


def show(found: "Restored", *, evidence_given: bool) -> None:
    """Say what came back and what a person has to do."""
    show_evidence(found.evidence)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("task", "of", "open", "unknown", "id"):
        justify: JustifyMethod = "right" if column in ("open", "unknown") else "left"
        table.add_column(column, justify=justify, no_wrap=column not in ("task", "of"))
    for task in found.tasks:
        waiting = f"{task.open:,}" if task.prepared else "all"
        table.add_row(escape(task.name), escape(task.owner), waiting, f"{task.unknown:,}", str(task.id))
    if not found.tasks:
        out.print("Restored. Nothing in it would be sent.")
        return
    out.print(table)
    out.print("Restored. Tasks with open mails are paused: `tempost tasks resume TASK` once you trust the figures.")
    if not evidence_given:
        out.print(
            "Mails that went out after the backup are open again, and would be sent twice: restore again with "
            "`--sent`, or give the evidence with `tempost tasks evidence` before you resume."
        )


def show_evidence(found: "Evidence") -> None:
    """What became of the mails that were seen."""
    show_counts(found.verdicts)
    for task_id, count in found.lost_tasks.items():
        out.print(
            f"{count:>9,} mails of task {task_id}, which is not in the backup: it was sent, do not submit it anew"
        )
    if found.foreign:
        out.print(f"{found.foreign:>9,} mails of others")


@contextmanager
def _said_plainly() -> Iterator[None]:
    from database.backup import BackupError
    from database.client_programs import NoClientProgramsError
    from mail.sent_folder import EvidenceError

    with said_plainly():
        try:
            yield
        except (BackupError, EvidenceError, NoClientProgramsError) as error:
            raise CliError(str(error)) from error


@asynccontextmanager
async def _database(*, stopped: bool) -> AsyncIterator[str]:
    """That of the settings, else of the stack in this folder, whose PostgreSQL is started if the stack does not run."""
    from runtime.settings import SettingsError, load_settings

    known = None
    try:
        known = load_settings().database.url.get_secret_value()
    except SettingsError as error:
        if find_spec("stack") is None:
            raise CliError(f"the settings of this installation are not complete.\n{error}") from error
    if known is None and not stopped and (running := running_stack()) is not None:
        known = str(running["environment"]["TEMPOST_DATABASE__URL"])
    if known is not None:
        yield known
        return
    async with _started_database() as url:
        yield url


@asynccontextmanager
async def _started_database() -> AsyncIterator[str]:
    from stack.alone import postgres_alone
    from stack.errors import StackError

    try:
        async with postgres_alone(FOLDER) as url:
            yield url
    except StackError as error:
        raise CliError(str(error)) from error


def _programs(url: str) -> "Programs":
    from database.backup import Programs
    from database.client_programs import client_programs

    return Programs(client_programs(), url)


def _key() -> str | None:
    """What seals passwords here: of the settings, else of the stack in this folder, where it was started once."""
    from runtime.settings import SettingsError, load_settings

    try:
        return load_settings().secrets.key.get_secret_value()
    except SettingsError:
        secret = FOLDER / "secret"
        return secret.read_text("utf-8") if secret.exists() else None
