"""Tries faults by name: those that everyone feels one after the other, all others side by side on the same stack."""

import asyncio
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import groupby
from pathlib import Path

from rich.console import Console

from evidence.bench.site import Site, play
from evidence.journal import Journal
from evidence.mailing import UNGUARDED
from evidence.prove import campaign_judge, dashboard, judge, machine, orders, outages, processes, provider, workflows
from evidence.prove.campaign import MAILBOXES
from evidence.prove.fault import Fault
from evidence.prove.rig import Rig, changed
from evidence.prove.trial import Plan, Trial, make_trial_providers, try_out
from evidence.report import Report
from evidence.show import emptied, shown
from stack.child import Child
from stack.programs import inbound_program
from stack.surroundings import Surroundings, stack_ports

FAULTS: Mapping[str, Fault] = {
    fault.name: fault
    for fault in (
        *processes.FAULTS,
        *outages.FAULTS,
        *machine.FAULTS,
        *workflows.FAULTS,
        *dashboard.FAULTS,
        *orders.FAULTS,
        *provider.FAULTS,
    )
}
MAILS = 300
SIDE_BY_SIDE = 6
WIDTH = 160
"""Columns of the table where no terminal says how many fit."""
QUICK = {
    "TEMPOST_SMTP__CONNECT_TIMEOUT": "PT3S",
    "TEMPOST_SMTP__COMMAND_TIMEOUT": "PT3S",
    "TEMPOST_SMTP__UPLOAD_LIMIT": "PT5S",
    "TEMPOST_SMTP__PATIENCE": "PT2S",
    "TEMPOST_SMTP__REPLY_TIMEOUT": "PT20S",
    "TEMPOST_WORKER__GRACE": "PT30S",
}
"""Times of minutes, shortened for everyone's sake."""
QUICK_CONFIG = {"queue.pending_retry_interval": 30, "queue.service_reservation_timeout": 10, **UNGUARDED}
"""The shortest that are allowed, and no guard against campaigns with so many bounces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Which faults are tried, and how often. The same seed draws the same moments and choices."""

    names: Sequence[str] = tuple(FAULTS)
    seed: str | None = None
    """None: a new one."""
    rounds: int = 1
    mails: int | None = None


def run(options: Options, folder: Path, *, keep: bool = False) -> int:
    """Try the faults in `folder`/prove and return the exit status; `evidence.show.shown` says what is left."""
    console = Console(highlight=False, width=None if sys.stdout.isatty() else WIDTH)
    data = folder.resolve() / "prove"
    return shown(_report(options, emptied(data), console), folder, data, console, keep=keep)


async def _report(options: Options, data: Path, console: Console) -> Report:
    started_at, began = datetime.now(UTC), time.monotonic()
    seed = options.seed or secrets.token_hex(4)
    console.print(f"seed {seed}")
    missing = {name: why for name in options.names if (why := FAULTS[name].rig.missing())}
    options = replace(options, names=[name for name in options.names if name not in missing])
    trials, seen = await _trials(options, seed, data)
    rows = {trial.plan.name: judge.row(trial, seen) for trial in trials}
    for trial in trials:
        for text in (*(hit.failure for hit in trial.hits if hit.failure), *trial.wrong):
            console.print(f"{trial.plan.name}: {text}", style="red", markup=False, soft_wrap=True)
    campaigns = {trial.plan.name: campaign_judge.row(trial, seen) for trial in trials}
    figures = judge.figures(rows, campaigns)
    return Report(
        name="prove",
        started_at=started_at,
        seconds=time.monotonic() - began,
        figures={"seed": seed, **figures, "not_possible_here": len(missing)},
        bounds=judge.bounds(figures),
        faults=rows | {name: {"not_possible_here": why} for name, why in missing.items()},
        campaigns=campaigns,
    )


async def _trials(options: Options, seed: str, data: Path) -> tuple[list[Trial], Journal]:
    """Try all faults; those of the same rig share a stack, in one folder and on one ledger after all."""
    ports = [*stack_ports(data, well_known=False).values()]
    plans = _plans(options, seed, ports)
    everyone = [each for plan in plans for each in plan.providers]
    trials: list[Trial] = []
    seen = Journal()
    for _, group in groupby(plans, key=lambda plan: plan.fault.rig.name):
        chosen = list(group)
        rig = chosen[0].fault.rig

        async def story(site: Site, chosen: Sequence[Plan] = chosen) -> list[Trial]:
            for key, value in QUICK_CONFIG.items():
                await site.api.configure(key, value)
            return await _in_turn(site, chosen)

        with rig.held(data):
            told, seen = await play(
                data, everyone, story, workers=2, temporal_settings=rig.temporal_settings, settings=QUICK,
                fitted=partial(_fitted, rig), mailboxes=data / MAILBOXES,
            )  # fmt: skip
        trials += told
    return trials, seen


def _fitted(rig: Rig, where: Surroundings, children: Sequence[Child]) -> Sequence[Child]:
    """Beside what the rig wants, a public address for links, and the process that takes in mail."""
    public = {"TEMPOST_API__PUBLIC_URL": where.api_url}
    every = [*children, inbound_program(where)]
    for name in ("api", "inbound", *processes.WORKERS):
        every = changed(every, name, public)
    return rig.fitted(where, every)


def _plans(options: Options, seed: str, ports: list[int]) -> list[Plan]:
    """All trials: in the order of their faults, those of one stack together."""
    plans = []
    for turn in range(1, options.rounds + 1):
        for name in options.names:
            word = name if options.rounds == 1 else f"{name}-{turn}"
            providers = make_trial_providers(word, ports)
            ports += [each.port for each in providers]
            mails = options.mails or MAILS
            plans.append(Plan(fault=FAULTS[name], name=word, providers=providers, mails=mails, seed=f"{seed} {word}"))
    return sorted(plans, key=lambda plan: plan.fault.rig.name)


async def _in_turn(site: Site, plans: Sequence[Plan]) -> list[Trial]:
    gate = asyncio.Semaphore(SIDE_BY_SIDE)

    async def tried(plan: Plan) -> Trial:
        async with gate:
            return await try_out(site, plan)

    alone = [await tried(plan) for plan in plans if plan.fault.alone]
    return [*alone, *await asyncio.gather(*(tried(plan) for plan in plans if not plan.fault.alone))]
