"""Invented contacts with all that a segment can ask for, in a database and as plain objects; rules drawn by chance."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from contracts.segment import EngagementKind
from database.queries.segment_rules import TIMES

WORDS = (
    "Graz",
    "graz",
    "Wien",
    "Straße",
    "ÉCOLE",
    "école",
    "12",
    "-3.5",
    " 40 ",
    "1e2",
    "NaN",
    "Infinity",
    "true",
    "x12",
)
SCALARS: tuple[Any, ...] = (*WORDS, 12, 40.5, -3, True, False, 0)
FIELDS = ("city", "age", "vip", "ort")
TAGS = ("vip", "customer", "über uns")
DOMAINS = ("example.org", "example.com", "bücher.example")
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
KINDS: tuple[EngagementKind, ...] = ("sent", "opened", "clicked", "replied", "bounced", "complained")


@dataclass
class Mail:
    """One mail to a contact and what came back, in days before now."""

    task_id: UUID
    sent: int | None
    came: dict[str, int] = field(default_factory=dict)


@dataclass
class Person:
    """A contact."""

    id: int
    email: str
    fields: dict[str, Any]
    tags: list[str]
    lists: list[UUID]
    suppressed: bool
    created: datetime
    mails: list[Mail] = field(default_factory=list)


@dataclass
class Town:
    """Everyone there is, and what rules may name."""

    user_id: UUID
    lists: tuple[UUID, ...]
    tasks: tuple[UUID, ...]
    people: list[Person]


def invented(draw: Random, count: int) -> Town:
    """Make up people."""
    town = Town(uuid4(), (uuid4(), uuid4()), (uuid4(), uuid4()), [])
    for number in range(1, count + 1):
        domain = draw.choice(("example.org", "example.com", "xn--bcher-kva.example"))
        names = draw.sample(FIELDS, draw.randint(0, len(FIELDS)))
        person = Person(
            number, f"{draw.choice('AbC')}{number}@{domain}", {name: draw.choice(SCALARS) for name in names},
            sorted(draw.sample(TAGS, draw.randint(0, 2))), draw.sample(town.lists, draw.randint(0, 2)),
            draw.random() < 0.2, NOW - timedelta(days=draw.randint(0, 100), hours=1),
        )  # fmt: skip
        for task_id in draw.sample(town.tasks, draw.randint(0, 2)):
            came = {kind: draw.randint(1, 90) for kind in TIMES if draw.random() < 0.4}
            person.mails.append(Mail(task_id, draw.choice((None, 5, 50)), came))
        town.people.append(person)
    return town


async def settle(pool: "asyncpg.Pool[asyncpg.Record]", town: Town) -> None:
    """Write everyone into the database, ledger included; its triggers stay out of it."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL session_replication_role = replica")
        await connection.execute(
            "INSERT INTO users (id, email, name, role) VALUES ($1, 'town@example.org', 'T', 'member')", town.user_id
        )
        for statement, rows in _rows(town):
            await connection.executemany(statement, list(rows))


def _rows(town: Town) -> Iterator[tuple[str, Iterator[tuple[object, ...]]]]:
    people, user = town.people, town.user_id
    yield (
        "INSERT INTO contacts (id, user_id, email, email_key, fields, tags, created_at, updated_at) "
        "OVERRIDING SYSTEM VALUE VALUES ($1, $2, $3, $7, $4, $5, $6, $6)",
        ((each.id, user, each.email, each.fields, each.tags, each.created, each.email.lower()) for each in people),
    )
    yield (
        "INSERT INTO contact_list_members (contact_list_id, contact_id) VALUES ($1, $2)",
        ((list_id, each.id) for each in people for list_id in each.lists),
    )
    yield (
        "INSERT INTO suppressions (user_id, email, reason) VALUES ($1, $2, 'manual')",
        ((user, each.email.lower()) for each in people if each.suppressed),
    )
    yield (
        "INSERT INTO subtasks (task_id, seq, contact_id, email, status, sent_at) VALUES ($1, $2, $2::int, $3, $4, $5)",
        (
            (mail.task_id, each.id, each.email, "pending" if mail.sent is None else "sent", _ago(mail.sent))
            for each in people
            for mail in each.mails
        ),
    )
    columns = list(TIMES.values())
    places = ", ".join(f"${place}" for place in range(3, len(columns) + 3))
    yield (
        f"INSERT INTO engagements (task_id, seq, {', '.join(columns)}) VALUES ($1, $2, {places})",
        (
            (mail.task_id, each.id, *(_ago(mail.came.get(kind)) for kind in TIMES))
            for each in people
            for mail in each.mails
            if mail.came
        ),
    )


def _ago(days: int | None) -> datetime | None:
    return None if days is None else NOW - timedelta(days=days, hours=-1)


def rule(draw: Random, town: Town, depth: int = 1) -> dict[str, Any]:
    """Draw a rule, as JSON."""
    if depth < 5 and draw.random() < 0.75 / depth:
        if draw.random() < 0.25:
            return {"not": rule(draw, town, depth + 1)}
        return {draw.choice(("all", "any")): [rule(draw, town, depth + 1) for _ in range(draw.randint(1, 3))]}
    made: dict[str, Any] = draw.choice((_field, _field, _other, _engagement))(draw, town)
    return json.loads(json.dumps(made))  # type: ignore[no-any-return]


def _field(draw: Random, _: Town) -> dict[str, Any]:
    name = draw.choice((*FIELDS, "email"))
    word, number = draw.choice((*WORDS, "a", "EXAMPLE")), draw.choice((12, 40.5, -3.5, 0, 100))
    return draw.choice((
        {"field": name, "op": draw.choice(("equals", "notEquals")), "value": draw.choice((word, number, True))},
        {"field": name, "op": draw.choice(("contains", "startsWith")), "value": word},
        {"field": name, "op": draw.choice(("greater", "less")), "value": number},
        {"field": name, "op": "in", "value": [word, number, False]},
        {"field": name, "op": "exists"},
    ))  # fmt: skip


def _other(draw: Random, town: Town) -> dict[str, Any]:
    spans: tuple[dict[str, Any], ...] = (
        {"withinDays": 40}, {"after": "2026-04-01T00:00:00Z"}, {"before": "2026-05-01T00:00:00+02:00", "withinDays": 70}
    )  # fmt: skip
    return draw.choice((
        {"tag": draw.choice((*TAGS, " VIP ", "nobody's"))},
        {"list": str(draw.choice(town.lists))},
        {"domain": draw.choice(DOMAINS)},
        {draw.choice(("created", "updated")): draw.choice(spans)},
        {"suppressed": draw.choice((True, False))},
    ))  # fmt: skip


def _engagement(draw: Random, town: Town) -> dict[str, Any]:
    asked: dict[str, Any] = {"engagement": draw.choice((*KINDS, "autoReplied", "unsubscribed"))}
    if draw.random() < 0.5:
        asked["withinDays"] = draw.choice((7, 30, 60))
    if draw.random() < 0.3:
        asked["task"] = str(draw.choice(town.tasks))
    return asked
