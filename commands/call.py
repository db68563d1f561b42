"""How a command calls the API, and how its errors are told: one line that says what, where and what to do."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TypeVar, cast
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape

from api.client import ApiClient
from api.client_errors import ApiError, ApiUnreachableError
from content.csv_encoding import EncodingError
from content.csv_file import CsvError

T = TypeVar("T")

CLIENT_FILE = Path(".tempost") / "client.json"
"""Where the API of this folder's stack is, and a key for it."""

problems = Console(stderr=True, soft_wrap=True, highlight=False)

MOST_FAULTS = 5


class CliError(Exception):
    """What a person asked for cannot be done; the text says why and what to do."""


@contextmanager
def said_plainly() -> Iterator[None]:
    """Say an error that is foreseen in plain words, and leave with status 1."""
    try:
        yield
    except (ApiError, ApiUnreachableError, CliError, CsvError, EncodingError, OSError) as error:
        say(explain(error))
        raise typer.Exit(1) from None


def say(line: str) -> None:
    """Tell a person of a problem."""
    problems.print(f"[bold red]tempost:[/] {escape(line)}")


def explain(error: Exception) -> str:
    """Put an error into words, with what to do about it."""
    if isinstance(error, ApiUnreachableError):
        return f"the API at {error.url} does not answer ({error.reason}). Start it with `make up`, or say where it is."
    if isinstance(error, ApiError) and error.status == 401:
        return "the API key is not accepted. Give one with --key or TEMPOST_API_KEY; `tempost keys create` makes one."
    if isinstance(error, ApiError):
        return _as_options(with_faults(str(error), [f"{pointer}: {message}" for pointer, message in error.errors]))
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    return str(error)


def _as_options(text: str) -> str:
    """Name parameters of the API as the command line does."""
    for parameter, option in {
        "?emailColumn=": "--email-column",
        "?encoding=": "--encoding",
        "?by": "--by",
        "#/": "",
    }.items():
        text = text.replace(parameter, option)
    return text


def with_faults(text: str, faults: Sequence[str]) -> str:
    """Add what the text does not say already, and not more than a person reads."""
    more = [fault for fault in faults if fault not in text and fault.partition(": ")[2] not in text]
    return "; ".join([text.rstrip("."), *more[:MOST_FAULTS]])


@dataclass(frozen=True, slots=True)
class Address:
    """Where the API is and the key for it, as far as they were said."""

    url: str | None
    key: str | None


def call(context: typer.Context, work: Callable[[ApiClient], Awaitable[T]]) -> T:
    """Do something with the API; what goes wrong is said in one line."""

    async def connected() -> T:
        url, key = find_api(cast("Address", context.obj))
        async with ApiClient(url, key) as api:
            return await work(api)

    with said_plainly():
        return asyncio.run(connected())


def find_api(said: Address) -> tuple[str, str]:
    """Address and key: as said, else those of the stack in this folder. A key is never sent to another address."""
    if said.url and said.key:
        return said.url, said.key
    try:
        noted = json.loads(CLIENT_FILE.read_text())
        url, key = str(noted["apiUrl"]), str(noted["apiKey"])
    except (OSError, ValueError, KeyError, TypeError):
        raise CliError(
            "where is the API? Start one here with `make up`, or give --api-url and --key "
            "(or TEMPOST_API_URL and TEMPOST_API_KEY)."
        ) from None
    if said.url and said.url.rstrip("/") != url.rstrip("/"):
        raise CliError(f"there is no key for {said.url}: give it with --key or TEMPOST_API_KEY.")
    return url, said.key or key


class Named(Protocol):
    """What has an id and a name."""

    @property
    def id(self) -> UUID: ...  # noqa: D102 - its name says it
    @property
    def name(self) -> str: ...  # noqa: D102 - its name says it


N = TypeVar("N", bound=Named)


async def find(kind: str, rows: AsyncIterator[N], word: str) -> N:
    """The one with this id or name; of several with one name none is meant."""
    found = [row async for row in rows if word in (str(row.id), row.name)]
    if not found:
        raise CliError(f"there is no {kind} {word!r}: see `tempost {kind}s list`.")
    if len(found) > 1:
        raise CliError(f"{len(found)} {kind}s are named {word!r}: say the id, see `tempost {kind}s list`.")
    return found[0]


async def collect(rows: AsyncIterator[T], most: int | None = None) -> list[T]:
    """All of a list, or so many from its beginning: no more of it is asked for."""
    found: list[T] = []
    async for row in rows:
        found.append(row)
        if len(found) == most:
            break
    return found
