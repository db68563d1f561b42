"""One provider: its port, its settings, which may change at any time, and what it has taken today."""

import asyncio
import socket
import ssl
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from stack.simulator.config import Drop, ProviderConfig, Refusal
from stack.simulator.journal import Event, Journal, now_ns
from stack.simulator.mailboxes import Mailboxes
from stack.simulator.rules import AnyRule, Memory

if TYPE_CHECKING:
    from stack.simulator.connection import Connection

HOST = "127.0.0.1"
BACKLOG = 1024
TLS_END_SECONDS = 2.0
CLOSE_SECONDS = 5.0
"""How long the answers that are due are waited for at the end."""


@dataclass(slots=True)
class World:
    """What all providers of one simulator share."""

    journal: Journal
    memory: Memory
    tls: ssl.SSLContext | None
    mailboxes: Mailboxes | None = None
    """Where the mails that were taken are kept, if anywhere."""
    first_seen: dict[tuple[str, str], float] = field(default_factory=dict)
    """When a sender was first seen by a recipient's greylist; monotonic seconds."""


class Provider:
    """A named port. Connections ask it what to do; it counts, and writes the journal's lines."""

    def __init__(self, config: ProviderConfig, world: World) -> None:
        self.world = world
        self.port = config.port
        self.connections: set[Connection] = set()
        self.counts: Counter[str] = Counter()
        self.numbers = count(1)
        self._socket: socket.socket | None = None
        self._server: asyncio.Server | None = None
        self._listens_with_tls = False
        self._set(config)
        self._day: date | None = None
        self._taken_today = 0

    async def apply(self, config: ProviderConfig) -> None:
        """Take new settings; open connections follow them from their next command on."""
        self._set(config)
        if not config.listening:
            for connection in self.connections:
                self.note("dropped", connection.dialogue.connection, stage="port")
            await self.close()
        elif self._server is None or self._tls_first() != self._listens_with_tls:
            await self._listen()

    def _set(self, config: ProviderConfig) -> None:
        self.config = config
        self._zone = ZoneInfo(config.time_zone)
        self._refusals = _by_stage([rule for rule in config.rules if isinstance(rule, Refusal)])
        self._drops = _by_stage([rule for rule in config.rules if isinstance(rule, Drop)])

    async def _listen(self) -> None:
        from stack.simulator.connection import Connection

        if self._socket is None:
            self._socket = socket.create_server((HOST, self.port), backlog=BACKLOG)
            self._socket.settimeout(0)
            self.port = self._socket.getsockname()[1]
        if self._server is not None:
            self._server.close()
        self._listens_with_tls = self._tls_first()
        # A copy: the port stays bound while one server follows another, so no client is refused meanwhile.
        self._server = await asyncio.get_running_loop().create_server(
            lambda: Connection(self),
            sock=self._socket.dup(),
            backlog=BACKLOG,
            ssl=self.world.tls if self._listens_with_tls else None,
            ssl_shutdown_timeout=TLS_END_SECONDS if self._listens_with_tls else None,
        )

    def _tls_first(self) -> bool:
        return self.config.security == "tls" and not self.config.tls_broken

    async def close(self) -> None:
        """Refuse new connections and drop the open ones, each after the answer it owes for a mail."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self.disconnect()
        if self.connections:
            await asyncio.wait([connection.closed for connection in self.connections], timeout=CLOSE_SECONDS)
        for connection in list(self.connections):
            connection.abort()
        while self.connections:
            await asyncio.wait([connection.closed for connection in self.connections])

    def disconnect(self) -> None:
        """Say 421 to all open connections."""
        for connection in list(self.connections):
            connection.shut()

    def refusal(self, stage: str, addresses: Sequence[str], draw: str | None = None) -> Refusal | None:
        """Return the rule that refuses this try, counting it as one of its times."""
        return self.world.memory.first(self._refusals.get(stage, ()), addresses, draw)

    def drop(self, stage: str, addresses: Sequence[str], draw: str | None = None) -> Drop | None:
        """Return the rule that drops the connection here, counting it as one of its times."""
        return self.world.memory.first(self._drops.get(stage, ()), addresses, draw)

    def taken_today(self) -> int:
        """Mails taken since the provider's own midnight."""
        today = datetime.now(UTC).astimezone(self._zone).date()
        if today != self._day:
            self._day, self._taken_today = today, 0
        return self._taken_today

    def over_quota(self) -> bool:
        """Whether the day's mails are spent."""
        return self.config.quota_per_day is not None and self.taken_today() >= self.config.quota_per_day

    def take(self) -> None:
        """Count a mail for today."""
        self._taken_today = self.taken_today() + 1

    def greylisted(self, sender: str, recipient: str) -> bool:
        """Whether the recipient does not know the sender long enough; a first try begins the wait."""
        if not self.config.greylist_seconds:
            return False
        now = time.monotonic()
        first = self.world.first_seen.setdefault((sender.casefold(), recipient.casefold()), now)
        return now - first < self.config.greylist_seconds

    def note(self, event: Event, connection: str, **values: object) -> None:
        """Write a line of the journal and count it."""
        self.world.journal.write(event, provider=self.config.name, connection=connection, at=now_ns(), **values)
        self.counts[event] += 1


def _by_stage(rules: Sequence[AnyRule]) -> dict[str, list[AnyRule]]:
    stages: dict[str, list[AnyRule]] = {}
    for rule in rules:
        stages.setdefault(rule.stage, []).append(rule)
    return stages
