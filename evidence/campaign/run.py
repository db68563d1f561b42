"""`tempost demo campaign`: three rounds over two simulated weeks, and every class of recipients counted."""

import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock
from itertools import pairwise
from pathlib import Path
from typing import Final
from uuid import uuid4

import httpx
from rich.console import Console
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from api.client import ApiClient
from api.operations.admin_key import make_admin_key
from evidence import journal
from evidence.campaign import expected, variant
from evidence.campaign.acting import Crowd
from evidence.campaign.calendar import SETTINGS, Calendar
from evidence.campaign.counted import Counted, counted, outside_window
from evidence.campaign.course import DELAY, WINDOW, ZONE, Course, Guide, order
from evidence.campaign.habit import HABITS
from evidence.campaign.mailbox import Mail, Mailboxes
from evidence.campaign.recipient import TRADE, Recipient, as_csv, recipients
from evidence.campaign.table import differences, show
from evidence.mailing import UNGUARDED, import_file, register
from evidence.prove.rig import changed
from evidence.providers import Provider, Providers, make_providers, with_simulator
from evidence.report import Bound, Figure, Report
from evidence.show import emptied, shown, until_told
from stack.child import Child
from stack.local import LocalStack
from stack.programs import inbound_program
from stack.simulator.config import Refusal
from stack.surroundings import INBOUND_PORT, Surroundings, stack_ports

SERVICES: Final = 12
INTERVAL: Final = timedelta(seconds=0.05)
GONE: Final = Refusal(stage="dot", code=550, text="5.1.1 No such user here", pattern="gone.*")
"""Refused at the final dot, so that the journal tells which variant it was."""
BOUNCES: Final = "bounces@sender.example"
TOGETHER: Final = 2 * len(HABITS)
"""Recipients come in groups of so many: then every class has as many as every other, colleagues in pairs."""


@dataclass(frozen=True, slots=True)
class Told:
    """What was seen while the stack ran."""

    course: Course
    counted: Counted
    absences: dict[str, tuple[datetime, date]]
    replied_at: dict[str, datetime]


def run(contacts: int, folder: Path, *, keep: bool = False) -> int:
    """Run it in `folder`/demo-campaign, write `folder`/reports/demo-campaign.json, and return the exit status."""
    console = Console(highlight=False)
    data = folder.resolve() / "demo-campaign"
    return shown(_run(contacts, data, console), folder, data, console, keep=keep)


async def _run(contacts: int, data: Path, console: Console) -> Report:
    started_at, began = datetime.now(UTC), time.monotonic()
    people = {one.email: one for one in recipients(contacts)}
    emptied(data)
    providers = make_providers(
        Provider(interval=INTERVAL, daily_quota=10_000, rules=(GONE,)), SERVICES, taken=stack_ports(data).values()
    )
    console.print(f"starting PostgreSQL, Temporal, API, worker, receiver and {SERVICES} simulated providers …")
    stack = LocalStack(data, programs=lambda where: _programs(where, providers), temporal_settings=SETTINGS)
    async with stack:
        told = await until_told(stack, _live(stack.surroundings, providers, people, console))
    seen = journal.load(data / "journal.jsonl")
    wanted = expected.facts(list(people.values()), _lots(told, seen))
    show(wanted, told.counted.facts, console)
    figures = _figures(people, wanted, told, seen)
    return Report(
        name="demo-campaign",
        started_at=started_at,
        seconds=time.monotonic() - began,
        figures=figures,
        bounds=_bounds(figures),
    )


def _programs(where: Surroundings, providers: Providers) -> Sequence[Child]:
    """All processes with a public address, and the one that takes in mail."""
    public = {"TEMPOST_API__PUBLIC_URL": where.api_url}
    children = with_simulator(where, providers, where.folder, settings=public, mailboxes=where.folder / "mailboxes")
    return [*children, *changed([inbound_program(where)], "inbound", public)]


async def _live(where: Surroundings, providers: Providers, people: dict[str, Recipient], console: Console) -> Told:
    key = await make_admin_key(where.database_url, f"{uuid4().hex}@tempost.example", "evidence")
    client = await Client.connect(where.temporal_address, data_converter=pydantic_data_converter)
    async with ApiClient(where.api_url, key) as api, httpx.AsyncClient(trust_env=False, timeout=30) as http:
        for setting, value in UNGUARDED.items():
            await api.change_config(setting, value)
        await register(api, [each.service() | {"bounceAddress": BOUNCES} for each in providers])
        await api.suppress([one.email for one in people.values() if one.habit.suppressed], "wants no mail")
        file = where.folder / "contacts.csv"
        file.write_bytes(as_csv(list(people.values())))
        audience = await api.create_list("demo")
        await import_file(api, audience.id, file)
        guide = Guide(
            api=api,
            calendar=Calendar(where.database_url, client),
            crowd=Crowd(people, http, where.ports[INBOUND_PORT]),
            journal=where.folder / "journal.jsonl",
            mailboxes=Mailboxes(where.folder / "mailboxes"),
            say=lambda line: console.print(line, soft_wrap=True),
        )
        segment = await api.create_segment("bakers", {"field": "trade", "op": "equals", "value": TRADE})
        course = await guide.through(await api.submit_campaign(order(audience.id, segment.id)))
        crowd = guide.crowd
        return Told(course, await counted(api, course.campaign, people), crowd.absences, crowd.replied_at)


def _lots(told: Told, seen: journal.Journal) -> dict[str, expected.Lot]:
    """What chance gave each recipient: the variant of the first mail, and who was written before whom."""
    variants = _dealt(told, seen)
    rounds: defaultdict[str, set[int]] = defaultdict(set)
    for round_no, mail in told.course.mails:
        rounds[mail.received.recipient].add(round_no)
    return {
        address: expected.Lot(variants.get(address), frozenset(rounds[address]))
        for address in variants.keys() | rounds.keys()
    }


def _dealt(told: Told, seen: journal.Journal) -> dict[str, str]:
    first = told.course.campaign.rounds[0].task_id
    return variant.dealt(seen.tries, first.hex) if first is not None else {}


def _figures(
    people: dict[str, Recipient], wanted: dict[str, Counter[str]], told: Told, seen: journal.Journal
) -> dict[str, Figure]:
    """What is held to its bounds, and what is good to know."""
    sent = {(mail.message_id or "").strip("<>") for _, mail in told.counted.sent}
    taken = journal.taken_by_message_id(seen.tries)
    opens, closes = (clock.fromisoformat(str(WINDOW[name])) for name in ("opens", "closes"))
    return {
        "recipients": len(people),
        "classes": len(HABITS),
        "mails": len(told.counted.sent),
        "simulated_days": round(told.course.days, 1),
        "clock_moves": told.course.moves,
        "completed": int(told.course.campaign.status == "completed"),
        "differences": len(differences(wanted, told.counted.facts)),
        "lost": len(sent - set(taken)),
        "unrecorded": len(set(taken) - sent),
        "doubled": len(journal.doubled(taken)),
        "outside_window": outside_window(told.counted, people, opens, closes, ZONE),
        **_of_rounds(told),
        **_of_variants(people, told, seen),
    }


def _of_variants(people: dict[str, Recipient], told: Told, seen: journal.Journal) -> dict[str, Figure]:
    """Whether each variant had its share, whether the right one won, and who was written after a colleague's answer."""
    lots, trial = _dealt(told, seen), told.course.trial
    winner = told.course.campaign.rounds[0].winner or ""
    written = sum(not (one.habit.suppressed or one.habit.outside) for one in people.values())
    addresses = list(people)
    late = sum(
        mail.sent_at > told.replied_at.get(addresses[one.number - len(HABITS)], mail.sent_at)
        for _, mail in told.counted.sent
        if mail.sent_at and (one := people[mail.email]).follows
    )
    return {
        "winner": winner,
        "tried": ", ".join(f"{name} {hits} of {mails}" for name, (mails, hits) in (trial or {}).items()),
        "wrong_winner": int(trial is None or winner != variant.best(trial)),
        "wrong_shares": variant.wrong_shares(lots, written, winner),
        "after_colleague": late,
    }


def _of_rounds(told: Told) -> dict[str, Figure]:
    """Follow-ups: too early, in the wrong thread, through another service than the first."""
    sent_at = {(mail.email, round_no): mail.sent_at for round_no, mail in told.counted.sent}
    early = sum(
        at - before < DELAY[round_no]
        for (email, round_no), at in sent_at.items()
        if at and round_no > 1 and (before := sent_at.get((email, round_no - 1)))
    )
    of_person: dict[str, list[Mail]] = {}
    for _, mail in sorted(told.course.mails, key=lambda found: found[0]):
        of_person.setdefault(mail.received.recipient, []).append(mail)
    return {
        "too_early": early,
        "while_away": _while_away(told),
        "wrong_thread": sum(not _one_thread(mails) for mails in of_person.values()),
        "other_service": sum(len({mail.provider for mail in mails}) > 1 for mails in of_person.values()),
    }


def _while_away(told: Told) -> int:
    """Follow-ups to people between their answer and the day on which they said that they would be back."""
    return sum(
        absence[0] < mail.sent_at and mail.sent_at.date() < absence[1]
        for _, mail in told.counted.sent
        if mail.sent_at and (absence := told.absences.get(mail.email))
    )


def _one_thread(mails: Sequence[Mail]) -> bool:
    """Each mail answers the one before, names all before it, and is called as an answer to the first."""
    ids = [mail.received.message_id for mail in mails]
    linked = all(
        later.in_reply_to == earlier.received.message_id and later.references == tuple(ids[:place])
        for place, (earlier, later) in enumerate(pairwise(mails), start=1)
    )
    return linked and mails[0].in_reply_to is None


def _bounds(figures: dict[str, Figure]) -> tuple[Bound, ...]:
    nothing = (
        "differences", "lost", "unrecorded", "doubled", "outside_window", "too_early", "while_away", "wrong_thread",
        "other_service", "wrong_winner", "wrong_shares", "after_colleague",
    )  # fmt: skip
    return (
        Bound("completed", float(figures["completed"] or 0), "=", 1),
        *(Bound(name, float(figures[name] or 0), "=", 0) for name in nothing),
    )
