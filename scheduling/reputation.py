"""When bounces and complaints of a service or a task are too many to go on.

The bounds are those that large receivers publish: mail is slowed or refused from about 5 % bounces and 0.3 % complaints
on, and complaints should stay below 0.1 %.
"""

from dataclasses import dataclass
from typing import Literal

State = Literal["good", "warned", "paused"]
Cause = Literal["bounces", "complaints"]

MANY_BOUNCES = 20
"""So many are judged however few mails were sent: a bad list shows itself at its beginning."""
FEW_COMPLAINTS = 2
"""One person's complaint pauses nothing."""
CALM = 0.8
"""A warning lasts until the share is below so much of its bound: at the bound, it comes and goes with each mail."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares of the mails that were tried; 1 switches a rule off."""

    bounce_rate: float
    """From here on paused; from half of it on warned."""
    complaint_warn_rate: float
    complaint_rate: float
    least_sent: int
    """Fewer mails say nothing."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the mails of a service or task."""

    sent: int
    """Accepted, or refused because there is no such address."""
    bounced: int
    """Hard bounces and such refusals, each mail once."""
    complained: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What follows."""

    state: State
    cause: Cause | None = None


def judge(counts: Counts, limits: Limits, before: State = "good") -> Verdict:
    """Say whether to go on, after what was said before. Pausing goes before warning, bounces before complaints."""
    warned = CALM if before == "warned" else 1.0
    enough = counts.sent >= max(limits.least_sent, 1)
    bounces = counts.bounced / max(counts.sent, 1)
    complaints = counts.complained / max(counts.sent, 1)
    rules: tuple[tuple[bool, float, float, Verdict], ...] = (
        (enough or counts.bounced >= MANY_BOUNCES, bounces, limits.bounce_rate, Verdict("paused", "bounces")),
        (
            enough and counts.complained >= FEW_COMPLAINTS, complaints, limits.complaint_rate,
            Verdict("paused", "complaints"),
        ),
        (enough and limits.bounce_rate < 1, bounces, warned * limits.bounce_rate / 2, Verdict("warned", "bounces")),
        (
            enough and counts.complained > 0 and limits.complaint_warn_rate < 1, complaints,
            warned * limits.complaint_warn_rate, Verdict("warned", "complaints"),
        ),
    )  # fmt: skip
    broken = (verdict for judged, rate, limit, verdict in rules if judged and 0 < limit < 1 and rate >= limit)
    return next(broken, Verdict("good"))
