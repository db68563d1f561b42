"""The demo's sending accounts: a hundred simulated providers, and the same as services of the API."""

import secrets
import sys
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from stack.certificates import Certificates
from stack.child import Child
from stack.files import write_private
from stack.ports import LOOPBACK, free_ports
from stack.programs import CHECKOUT, tempost_programs
from stack.simulator.config import ProviderConfig, Refusal, SimulatorConfig
from stack.simulator.rules import chosen
from stack.surroundings import Surroundings

SEED = "demo"
LATENCY_MS = 20.0
GONE = Refusal(stage="rcpt", code=550, text="5.1.1 No such user here", share=0.01)
BUSY = Refusal(stage="rcpt", code=451, text="4.7.1 Greylisted, please try again later", share=0.02, times=1)
"""Its addresses are accepted at their second try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Providers:
    """What is the same for all of them, and each one's port."""

    interval: timedelta
    daily_quota: int
    ports: dict[str, int]
    """By name."""
    password: str

    @property
    def intervals(self) -> dict[str, timedelta]:
        """By name, as the journal's judge wants them."""
        return dict.fromkeys(self.ports, self.interval)

    @property
    def quotas(self) -> dict[str, int]:
        """By name, as the journal's judge wants them."""
        return dict.fromkeys(self.ports, self.daily_quota)

    def simulator(self, folder: Path, certificates: Certificates) -> SimulatorConfig:
        """All providers, for the simulator."""
        return SimulatorConfig(
            journal=folder / "journal.jsonl",
            ready=folder / "simulator-ready.json",
            certificate=certificates.certificate_file,
            key=certificates.key_file,
            seed=SEED,
            providers=tuple(self._provider(name, port) for name, port in self.ports.items()),
        )

    def services(self) -> list[dict[str, object]]:
        """All providers, as services for the API."""
        return [
            {
                "name": name,
                "kind": "mailbox",
                "host": LOOPBACK,
                "port": port,
                "security": "starttls",
                "username": f"{name}@sender.example",
                "password": self.password,
                "fromAddress": f"{name}@sender.example",
                "fromName": "Tempost Demo",
                "dailyQuota": self.daily_quota,
                "sendingInterval": self.interval.total_seconds(),
            }
            for name, port in self.ports.items()
        ]

    def _provider(self, name: str, port: int) -> ProviderConfig:
        return ProviderConfig(
            name=name,
            port=port,
            security="starttls",
            username=f"{name}@sender.example",
            password=self.password,
            auth_required=True,
            latency_ms=LATENCY_MS,
            quota_per_day=self.daily_quota,
            rules=(GONE, BUSY),
        )


def make_providers(count: int, interval: timedelta, daily_quota: int, taken: Collection[int] = ()) -> Providers:
    """Choose names, ports and a password. `taken` are the ports of a stack that has not begun to use them."""
    names = [f"service-{number:03}" for number in range(1, count + 1)]
    ports = dict(zip(names, free_ports(count, taken), strict=True))
    return Providers(interval=interval, daily_quota=daily_quota, ports=ports, password=secrets.token_urlsafe(16))


def refused_for_good(addresses: set[str]) -> int:
    """Count the addresses that no provider ever accepts."""
    return sum(chosen(SEED, GONE, address) for address in addresses)


def with_simulator(where: Surroundings, providers: Providers, folder: Path) -> Sequence[Child]:
    """Tempost's own processes and the simulator, whose files are in `folder`."""
    return [_simulator_child(providers.simulator(folder, where.certificates), folder), *tempost_programs()(where)]


def _simulator_child(config: SimulatorConfig, folder: Path) -> Child:
    """Return the simulator as a part of the local stack."""
    path, ready = folder / "simulator.json", config.ready
    write_private(path, config.model_dump_json(indent=1))

    async def listens(_: int) -> bool:
        return ready is not None and ready.exists()

    command = (sys.executable, "-m", "stack.simulator", "--config", str(path))
    return Child(name="simulator", command=command, ready=listens, folder=CHECKOUT)
