"""Commands about the processes of the stack that runs in this folder."""

from pathlib import Path
from typing import Annotated

import typer

from commands.call import CLIENT_FILE, CliError, said_plainly
from commands.view import out

stack = typer.Typer(no_args_is_help=True, help="Processes of the stack that runs here: hold one down, start it again.")

Name = Annotated[str, typer.Argument(help="Such as worker; `tempost stack list` names all.")]


@stack.command("list")
def list_all() -> None:
    """List the processes of the stack."""
    _show(_given("list"))


@stack.command("stop")
def stop(name: Name) -> None:
    """Stop a process as a deployment would, and hold it down until `start`."""
    _show(_given("stop", name))


@stack.command("start")
def start(name: Name) -> None:
    """Start a process that was held down, and wait until it is ready."""
    _show(_given("start", name))


def _given(order: str, name: str = "") -> dict[str, int | None]:
    from stack.control import give
    from stack.errors import StackError
    from stack.local import running_stack

    with said_plainly():
        described = running_stack(CLIENT_FILE.parent)
        if described is None:
            raise CliError("no stack runs in this folder: start one with `make up`.")
        try:
            return give(Path(described["control"]), order, name)
        except StackError as error:
            raise CliError(str(error)) from error


def _show(processes: dict[str, int | None]) -> None:
    for name, pid in processes.items():
        out.print(f"{name:<12} {f'process {pid}' if pid else 'held down'}", markup=False)
