"""The contact file that ships with the project, and what becomes of its first rows by plain rules.

`python -m evidence.contacts` writes `contacts.csv` and `suppressed.txt` anew, always the same. Semicolons, a byte order
mark, line ends of Windows and quoted line breaks are there on purpose: it is the kind of file that people have. All
domains are reserved ones (RFC 2606).
"""

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

from evidence.people import Person, person

HERE = Path(__file__).parent
CONTACTS, SUPPRESSED = HERE / "contacts.csv", HERE / "suppressed.txt"
SHIPPED_ROWS = 10_000
COLUMNS = ("email", "first_name", "last_name", "company", "city", "language", "note")
DELIMITER = ";"
DOMAINS = (
    "example.com", "example.org", "example.net", "mail.example.com", "post.example", "studio.example", "shop.test",
    "office.test", "bücher.example",
)  # fmt: skip
NOTES = (
    "",
    "met at the fair; call back",
    'says "yes" to everything',
    "first line\nsecond line",
    'the "Grand; Hotel"\r\nroom 12',
    "tab\there, comma, apostrophe's",
    "=1+1",
    "✓ confirmed 🎉",
)
MALFORMED = (
    "{handle}.example.com",
    "{handle}@@example.com",
    "@example.com",
    "{handle}@",
    "{handle} smith@example.org",
    "{handle}..{number}@example.net",
    ".{handle}@example.com",
    "{handle}@exam ple.com",
    "{handle}@-example.com",
    "{handle}@example..org",
    "",
    "{handle}@example.com, {handle}@example.org",
)
NOT_ASCII = ("δοκιμή", "пример", "測試", "jörg")

LABEL = r"[^\W_](?:[\w-]*[^\W_])?"
PLAIN_ADDRESS = re.compile(rf"[^\s@.,;<>()]+(?:\.[^\s@.,;<>()]+)*@{LABEL}(?:\.{LABEL})+")


@dataclass(frozen=True, slots=True)
class Expected:
    """What an import and a task make of some rows: rows = rejected + duplicates + suppressed + to_send."""

    rows: int
    rejected: int
    duplicates: int
    suppressed: int
    to_send: int


def rows(count: int) -> Iterator[tuple[str, ...]]:
    """Make the first rows; those of a shorter file are the beginning of a longer one."""
    addresses: list[str] = []
    for number in range(1, count + 1):
        random = Random(f"contacts:{number}")  # noqa: S311 - invented people
        who = person(random)
        email = _email(random, who, number, addresses)
        note = random.choice(NOTES)
        yield (email, who.first_name, who.last_name, who.company, who.city, who.language, note)


def _email(random: Random, who: Person, number: int, addresses: list[str]) -> str:
    """Mostly a new address; sometimes an earlier one in another case, or none at all."""
    chance = random.random()
    if chance < 0.008:
        return random.choice(MALFORMED).format(handle=who.handle, number=number)
    if chance < 0.0205 and addresses:
        return random.choice((str.upper, str.title))(random.choice(addresses))
    local = f"{random.choice(NOT_ASCII)}.{number}" if chance > 0.995 else f"{who.handle}.{number}"
    email = f"{local}@{random.choice(DOMAINS)}"
    if email.isascii():
        addresses.append(email)
    return email


def suppressed_addresses(records: Iterable[tuple[str, ...]]) -> list[str]:
    """Choose who does not want mail, about one in 60, some written in capitals."""
    chosen = []
    for record in records:
        random = Random(f"suppressed:{record[0].lower()}")  # noqa: S311 - invented people
        if is_address(record[0]) and record[0].isascii() and random.random() < 0.016:
            chosen.append(record[0].upper() if random.random() < 0.2 else record[0])
    return list({address.lower(): address for address in chosen}.values())


def is_address(text: str) -> bool:
    """Say whether this is an address, by a rule plain enough for this file only."""
    return PLAIN_ADDRESS.fullmatch(text) is not None


def address_key(address: str) -> str:
    """Return what two spellings of an address have in common, the domain as the wire has it."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{domain.encode('idna').decode('ascii')}".lower()


def expected(records: Iterable[tuple[str, ...]], suppressed: Collection[str]) -> Expected:
    """Count what becomes of rows, knowing nothing of the product's importer."""
    emails = [record[0] for record in records]
    recipients = to_send(((email,) for email in emails), suppressed)
    valid = [address_key(email) for email in emails if is_address(email)]
    different = set(valid)
    return Expected(
        rows=len(emails),
        rejected=len(emails) - len(valid),
        duplicates=len(valid) - len(different),
        suppressed=len(different) - len(recipients),
        to_send=len(recipients),
    )


def to_send(records: Iterable[tuple[str, ...]], suppressed: Collection[str]) -> set[str]:
    """Return the keys of the addresses that should get a mail."""
    unwilling = {address_key(address) for address in suppressed}
    return {address_key(record[0]) for record in records if is_address(record[0])} - unwilling


def first_rows(count: int) -> list[tuple[str, ...]]:
    """Read the first rows of the shipped file; with more than it has, they are made."""
    if count > SHIPPED_ROWS:
        return list(rows(count))
    with CONTACTS.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, delimiter=DELIMITER)
        next(reader)
        return [tuple(record) for record, _ in zip(reader, range(count), strict=False)]


def shipped_suppressed() -> list[str]:
    """Read the addresses that are to be suppressed before the mailing."""
    return SUPPRESSED.read_text(encoding="utf-8").split()


def as_csv(records: Iterable[tuple[str, ...]]) -> bytes:
    """Write rows as people's programs do."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=DELIMITER, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(records)
    return text.getvalue().encode("utf-8-sig")


def main() -> None:
    """Write both files."""
    records = list(rows(SHIPPED_ROWS))
    CONTACTS.write_bytes(as_csv(records))
    SUPPRESSED.write_text("\n".join(suppressed_addresses(records)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
