"""Simulated providers beside a stack that people try: the same ones at every start, and a file to make services of."""

import csv
import io
import json
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from evidence.providers import Provider, Providers, demo_provider, make_providers, services, with_ports, with_simulator
from stack.child import Child
from stack.files import made_once, open_folder, write_private
from stack.programs import dashboard_program, inbound_program
from stack.simulator.config import Drop, Refusal
from stack.surroundings import Surroundings

COUNT = 100
INTERVAL = timedelta(seconds=3)
DAILY_QUOTA = 2_000
TRIED = (
    Refusal(stage="rcpt", code=550, text="5.1.1 No such user here", pattern="*@refused.example"),
    Refusal(stage="rcpt", code=452, text="4.2.2 The mailbox is full", pattern="*@full.example"),
    Refusal(stage="dot", code=554, text="5.7.1 This message looks like spam", pattern="*@spam.example"),
    Drop(action="drop", stage="dot_after", pattern="*@silent.example"),
)
"""Addresses whose mails fail as one wants to see it; those of the last end with an outcome that nobody knows."""
COLUMNS = (
    "name", "kind", "host", "port", "security", "username", "password", "fromAddress", "fromName", "dailyQuota",
    "sendingInterval",
)  # fmt: skip


def programs(where: Surroundings) -> Sequence[Child]:
    """Tempost's own processes, the dashboard, the receiver of mail and the simulator."""
    folder = open_folder(where.folder / "providers")
    providers = known_providers(folder, where.ports.values())
    write_private(services_file(where.folder), services_csv(providers))
    return [*with_simulator(where, providers, folder), dashboard_program(where), inbound_program(where)]


def services_file(folder: Path) -> Path:
    """Where a stack keeps the providers as services: `tempost services import` takes it."""
    return folder / "providers" / "services.csv"


def known_providers(folder: Path, taken: Collection[int]) -> list[Provider]:
    """Ports and password are chosen once: services that were made of them stay right."""
    like = demo_provider(INTERVAL, DAILY_QUOTA)
    like = replace(like, rules=(*TRIED, *like.rules))

    def make() -> str:
        new = make_providers(like, COUNT, taken)
        return json.dumps({"ports": {each.name: each.port for each in new}, "password": new[0].password})

    kept = json.loads(made_once(folder / "providers.json", make))
    return with_ports(like, kept["ports"], kept["password"])


def services_csv(providers: Providers) -> str:
    """One row per provider, columns as the API names them."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(services(providers))
    return file.getvalue()
