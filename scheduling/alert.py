"""When an alert is raised and when it is cleared: once each, however often its cause comes and goes in between."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, Literal
from uuid import UUID

AlertKind = Literal[
    "stuck_task", "service_rested", "quota_nearly_used", "error_rate", "workers_missing", "temporal_down",
    "unknown_waiting", "reputation",
]  # fmt: skip
Severity = Literal["warning", "critical"]


@dataclass(frozen=True, slots=True)
class Rule:
    """How long a sign must last before anybody is told, and how long it must be gone before it is over."""

    severity: Severity
    hold: timedelta
    calm: timedelta


RULES: Final[dict[AlertKind, Rule]] = {
    "stuck_task": Rule("warning", timedelta(0), timedelta(seconds=20)),
    "service_rested": Rule("warning", timedelta(seconds=30), timedelta(seconds=60)),
    "quota_nearly_used": Rule("warning", timedelta(0), timedelta(minutes=5)),
    "error_rate": Rule("warning", timedelta(seconds=30), timedelta(minutes=2)),
    "workers_missing": Rule("critical", timedelta(seconds=5), timedelta(seconds=10)),
    "temporal_down": Rule("critical", timedelta(seconds=5), timedelta(seconds=10)),
    "unknown_waiting": Rule("warning", timedelta(0), timedelta(seconds=20)),
    "reputation": Rule("warning", timedelta(0), timedelta(seconds=20)),
}
"""What was measured over a span (a threshold, five minutes) needs no long hold on top of it."""


@dataclass(frozen=True, slots=True)
class Sign:
    """A trouble as it is seen now."""

    key: str
    """`kind` or `kind:id`: the same trouble has the same key."""
    kind: AlertKind
    code: str
    """Which sentences say it; the rest of them is `params`."""
    what: str
    to_do: str
    owner_id: UUID | None = None
    """Whose it is; None: the installation's."""
    subject: dict[str, str] = field(default_factory=dict)
    params: dict[str, str | int | float] = field(default_factory=dict)
    strong: bool = True
    """Beyond the bound at which it is raised. A weak one raises nothing, and keeps what is raised from being over."""


@dataclass(frozen=True, slots=True)
class Standing:
    """An alert that is not over."""

    id: int
    key: str
    kind: AlertKind
    first_seen_at: datetime
    raised_at: datetime | None = None
    gone_at: datetime | None = None
    subject: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moves:
    """What is to be done to the alerts that stand."""

    begin: tuple[Sign, ...] = ()
    """Seen for the first time."""
    raised: tuple[tuple[Standing, Sign], ...] = ()
    back: tuple[Standing, ...] = ()
    """Seen again before they were over."""
    gone: tuple[Standing, ...] = ()
    cleared: tuple[Standing, ...] = ()
    forgotten: tuple[Standing, ...] = ()
    """Gone before anybody was told."""


def moves(signs: Sequence[Sign], standing: Sequence[Standing], now: datetime) -> Moves:
    """Decide by what is seen now and what stood before; of each key there is at most one in either."""
    seen = {sign.key: sign for sign in signs}
    stood = {alert.key: alert for alert in standing}
    raised, back, gone, cleared, forgotten = [], [], [], [], []
    for key, alert in sorted(stood.items()):
        sign, rule = seen.get(key), RULES[alert.kind]
        if alert.raised_at is None:
            if sign is None or not sign.strong:
                forgotten.append(alert)
            elif now - alert.first_seen_at >= rule.hold:
                raised.append((alert, sign))
        elif sign is not None:
            if alert.gone_at is not None:
                back.append(alert)
        elif alert.gone_at is None:
            gone.append(alert)
        elif now - alert.gone_at >= rule.calm:
            cleared.append(alert)
    begin = [sign for key, sign in sorted(seen.items()) if key not in stood and sign.strong]
    return Moves(tuple(begin), tuple(raised), tuple(back), tuple(gone), tuple(cleared), tuple(forgotten))
