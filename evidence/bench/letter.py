"""The mailing of the benchmarks: one template, and audiences of any size that are written to the disk in pieces."""

from collections.abc import Iterator
from math import lcm
from pathlib import Path
from uuid import UUID

from api.client import ApiClient
from api.schemas.contact_import import ContactImportOut
from evidence.mailing import import_file

SUBJECT = "{{ first_name }}, news from {{ city }}"
TEXT = """\
Dear {{ first_name }},

on Thursday we are in {{ city }} and would like to show {{ company }} how letters find their way: who writes them, who
carries them, and what happens on a day when the road is closed. There is coffee, and nobody has to buy anything.

We would be glad to see you there.
"""
CONTENT = {"subject": SUBJECT, "text": TEXT}
CITIES = ("Vienna", "Porto", "Ghent", "Tartu", "Bergen", "Lucca", "Brno", "Cork")
COLUMNS = "email,first_name,company,city"
MALFORMED_EVERY, REPEATED_EVERY = 500, 400
"""One row in so many is no address, or the one before it once more."""


def rows(count: int, word: str = "person", *, clean: bool = True) -> Iterator[str]:
    """Make lines of a file, the same at every run. Without `clean` some rows are refused and some merged."""
    for number in range(1, count + 1):
        address = f"{word}-{number}@example{number % 50}.com"
        if not clean and number % MALFORMED_EVERY == 0:
            address = f"{word} {number}"
        elif not clean and number % REPEATED_EVERY == 0:
            address = f"{word}-{number - 1}@example{(number - 1) % 50}.com".upper()
        yield f"{address},Name{number},Company {number % 1000},{CITIES[number % len(CITIES)]}\r\n"


def malformed(count: int) -> int:
    """How many of so many rows are no address."""
    return count // MALFORMED_EVERY


def repeated(count: int) -> int:
    """How many of so many rows stand a second time: those that are not malformed."""
    return count // REPEATED_EVERY - count // lcm(MALFORMED_EVERY, REPEATED_EVERY)


def write_file(path: Path, count: int, word: str = "person", *, clean: bool = True) -> Path:
    """Write a file with a title line and so many rows."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(f"{COLUMNS}\r\n")
        file.writelines(rows(count, word, clean=clean))
    return path


async def audience(api: ApiClient, path: Path) -> tuple[UUID, ContactImportOut]:
    """Import a file into a list of its own."""
    made = await api.create_list(path.stem)
    return made.id, await import_file(api, made.id, path)


def order(name: str, list_id: UUID) -> dict[str, object]:
    """A task, as the API takes it."""
    return {"name": name, "contactListId": str(list_id), "content": CONTENT}
