"""Simulated providers and the accounts that Tempost has there: one description for both sides."""

import secrets
import sys
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Literal

from stack.certificates import Certificates
from stack.child import Child
from stack.files import write_private
from stack.ports import LOOPBACK, free_ports
from stack.programs import CHECKOUT, tempost_programs
from stack.simulator.config import ProviderConfig, Refusal, Rule, SimulatorConfig
from stack.simulator.rules import chosen
from stack.surroundings import Surroundings

SEED = "demo"
GONE = Refusal(stage="rcpt", code=550, text="5.1.1 No such user here", share=0.01)
BUSY = Refusal(stage="rcpt", code=451, text="4.7.1 Greylisted, please try again later", share=0.02, times=1)
"""Its addresses are accepted at their second try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """One provider with one account."""

    interval: timedelta
    daily_quota: int
    """What Tempost is told; see `refuses_beyond_quota`."""
    name: str = ""
    port: int = 0
    password: str | None = None
    """None: no login."""
    kind: Literal["mailbox", "relay"] = "mailbox"
    security: Literal["none", "starttls"] = "starttls"
    connections: int = 1
    time_zone: str = "UTC"
    latency_ms: float = 20.0
    command_latency_ms: float = 0.0
    rules: tuple[Rule, ...] = ()
    refuses_beyond_quota: bool = False

    @property
    def sender(self) -> str:
        """Login and address of the account."""
        return f"{self.name}@sender.example"

    def simulated(self) -> ProviderConfig:
        """The provider, for the simulator."""
        return ProviderConfig(
            name=self.name,
            port=self.port,
            security=self.security,
            username=self.sender if self.password else None,
            password=self.password or "",
            auth_required=self.password is not None,
            latency_ms=self.latency_ms,
            command_latency_ms=self.command_latency_ms,
            quota_per_day=self.daily_quota if self.refuses_beyond_quota else None,
            time_zone=self.time_zone,
            rules=self.rules,
        )

    def service(self) -> dict[str, object]:
        """The account, as a service of the API."""
        login = {"username": self.sender, "password": self.password} if self.password else {}
        return {
            "name": self.name,
            "kind": self.kind,
            "host": LOOPBACK,
            "port": self.port,
            "security": self.security,
            **login,
            "fromAddress": self.sender,
            "fromName": "Tempost Demo",
            "dailyQuota": self.daily_quota,
            "sendingInterval": self.interval.total_seconds(),
            "maxConnections": self.connections,
            "timeZone": self.time_zone,
        }


Providers = Sequence[Provider]


def demo_provider(interval: timedelta, daily_quota: int) -> Provider:
    """Describe what people try: some addresses are refused for good, some for now."""
    return Provider(interval=interval, daily_quota=daily_quota, rules=(GONE, BUSY), refuses_beyond_quota=True)


def make_providers(like: Provider, count: int, taken: Collection[int] = (), word: str = "service") -> list[Provider]:
    """Choose names, ports and a password. `taken` are the ports of a stack that has not begun to use them."""
    names = [f"{word}-{number:03}" for number in range(1, count + 1)]
    return with_ports(like, dict(zip(names, free_ports(count, taken), strict=True)), secrets.token_urlsafe(16))


def with_ports(like: Provider, ports: dict[str, int], password: str) -> list[Provider]:
    """Make a provider for each name and port; those without TLS need no password."""
    login = None if like.security == "none" else password
    return [replace(like, name=name, port=port, password=login) for name, port in ports.items()]


def intervals(providers: Providers) -> dict[str, timedelta]:
    """By name, as the journal's judge wants them."""
    return {provider.name: provider.interval for provider in providers}


def quotas(providers: Providers) -> dict[str, int]:
    """By name, as the journal's judge wants them."""
    return {provider.name: provider.daily_quota for provider in providers}


def services(providers: Iterable[Provider]) -> list[dict[str, object]]:
    """All accounts, as services for the API."""
    return [provider.service() for provider in providers]


def refused_for_good(addresses: set[str]) -> int:
    """Count the addresses that no provider ever accepts."""
    return sum(chosen(SEED, GONE, address) for address in addresses)


def simulator_config(
    providers: Providers, folder: Path, certificates: Certificates, mailboxes: Path | None = None
) -> SimulatorConfig:
    """All providers, for the simulator, whose files are in `folder`."""
    return SimulatorConfig(
        journal=folder / "journal.jsonl",
        mailboxes=mailboxes,
        ready=folder / "simulator-ready.json",
        certificate=certificates.certificate_file,
        key=certificates.key_file,
        seed=SEED,
        providers=tuple(provider.simulated() for provider in providers),
    )


def with_simulator(  # noqa: PLR0913 - an option each
    where: Surroundings,
    providers: Providers,
    folder: Path,
    *,
    workers: int = 1,
    settings: Mapping[str, str] | None = None,
    mailboxes: Path | None = None,
) -> Sequence[Child]:
    """Tempost's own processes, with more settings if wanted, and the simulator, whose files are in `folder`.

    In the folder `mailboxes` the mails that it takes are kept whole.
    """
    config = simulator_config(providers, folder, where.certificates, mailboxes)
    return [_simulator_child(config, folder), *tempost_programs(workers, settings)(where)]


def _simulator_child(config: SimulatorConfig, folder: Path) -> Child:
    """Return the simulator as a part of the local stack."""
    path, ready = folder / "simulator.json", config.ready
    write_private(path, config.model_dump_json(indent=1))

    async def listens(_: int) -> bool:
        return ready is not None and ready.exists()

    command = (sys.executable, "-m", "stack.simulator", "--config", str(path))
    return Child(name="simulator", command=command, ready=listens, folder=CHECKOUT)
