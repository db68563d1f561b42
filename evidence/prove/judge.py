"""What each trial showed, by the journal of its providers. Pure functions."""

from collections import defaultdict
from collections.abc import Container, Mapping, Sequence

from evidence import verdict
from evidence.bench.judge import interval_breaches
from evidence.journal import NS_PER_SECOND, Journal, Try, taken
from evidence.prove import campaign_judge
from evidence.prove.fault import TURNED_AWAY
from evidence.prove.trial import Hit, Trial
from evidence.report import Bound, Figure

NONE = (
    "failed_hits", "lost", "doubled", "unrecorded", "unaccounted", "too_early", "unknown_beyond_bound",
    "invariants_broken",
)  # fmt: skip
"""Sums over all trials that must be 0."""
RECORDED_WITHIN = NS_PER_SECOND
"""Ns from the answer to a final dot until it is written down. One whose answer came less than 0.2 s before a kill was
left unknown, on a machine with much other work."""


def row(trial: Trial, seen: Journal) -> dict[str, Figure]:
    """Return the figures of one trial; `seen` is the journal of all providers.

    `met` are the dialogues that a provider's or the receiver's fault met, `cut_short` the tries that did not end with
    a mail accepted.
    """
    names = {each.name for each in trial.plan.providers}
    own = [found for found in seen.tries if found.provider in names]
    arrived = {found.message_id for found in taken(own)}
    first = max(trial.hits, key=lambda hit: (hit.counts, hit.claimed + hit.transmitting), default=Hit(0, 0, 0, 0))
    return {
        "hits": len(trial.hits),
        "failed_hits": sum(hit.failure is not None for hit in trial.hits),
        "claimed": first.claimed,
        "transmitting": first.transmitting,
        "met": _met(trial, seen),
        "mails": trial.ledger.total,
        "taken": len(arrived),
        "cut_short": sum(found.code is None or found.code >= 400 for found in own),
        "lost": verdict.lost(trial.ledger, own),
        "doubled": _doubled(own),
        "unrecorded": len(arrived - set(trial.ledger.sent) - set(trial.unknown)),
        "unknown": trial.ledger.counts.unknown,
        "unknown_bound": unknown_bound(trial, own),
        "unaccounted": verdict.unaccounted(trial.ledger),
        "too_early": interval_breaches(own, trial.plan.providers),
        "ended": trial.ledger.status == trial.plan.fault.ends,
        "invariants_broken": len(trial.wrong),
        "seconds": round(trial.seconds, 1),
    }


def _met(trial: Trial, seen: Journal) -> int | None:
    """Count the dialogues that a provider's or the receiver's fault met; None for other faults."""
    trouble = trial.plan.fault.trouble
    if trouble == TURNED_AWAY:
        return trial.campaign.turned_away
    return None if trouble is None else sum(seen.troubles[each.name, trouble] for each in trial.plan.providers)


def _doubled(own: Sequence[Try]) -> int:
    """Count what was doubled within a task or round: a campaign writes to an address in each of its rounds."""
    of_task: defaultdict[str, list[Try]] = defaultdict(list)
    for found in taken(own):
        of_task[(found.message_id or "").partition(".")[0]].append(found)
    return sum(verdict.doubled(tries) for tries in of_task.values())


def unknown_bound(trial: Trial, own: Sequence[Try]) -> int:
    """Count the mails of which nobody can know what became of them."""
    match trial.plan.fault.unknowns:
        case "none":
            return 0
        case "unanswered":
            return sum(found.data_at is not None and found.code is None for found in own)
        case "killed":
            return sum(any(_cut_off(found, hit, trial.unknown) for hit in trial.hits) for found in own)


def _cut_off(found: Try, hit: Hit, unknown: Container[str]) -> bool:
    """Whether the hit may have cut off a body that had been asked for, before its final dot was answered.

    Or, of a mail that is unknown, the record of an answer that had just come.
    """
    begun = found.data_at is not None and found.data_at <= hit.ended_at
    since = hit.begun_at - (RECORDED_WITHIN if found.message_id in unknown else 0)
    return begun and (found.answered_at is None or found.answered_at >= since)


def figures(
    rows: Mapping[str, Mapping[str, Figure]], campaigns: Mapping[str, Mapping[str, Figure]]
) -> dict[str, Figure]:
    """Return the sums over all trials, and over their campaigns."""
    lived = list(campaigns.values())
    judged = [{**each, "unknown_beyond_bound": _beyond(each)} for each in rows.values()]
    return {
        "faults": len(rows),
        "hits": _sum(judged, "hits"),
        "mails": _sum(judged, "mails"),
        "taken": _sum(judged, "taken"),
        "unknown": _sum(judged, "unknown"),
        **{name: _sum(judged, name) for name in NONE},
        "not_hit": sum(not (each["claimed"] and each["transmitting"]) for each in judged),
        "not_met": sum(each["met"] == 0 for each in judged),
        "not_ended": sum(not each["ended"] for each in judged),
        "answers": _sum(lived, "answers"),
        "second_mails": _sum(lived, "second_mails"),
        **{name: _sum(lived, name) for name in campaign_judge.NOTHING},
        "campaigns_not_ended": sum(not each["ended"] for each in lived),
    }


def bounds(known: Mapping[str, Figure]) -> tuple[Bound, ...]:
    """Return what they must be. A fault that met no mail in one of the phases, or no dialogue, has proved nothing."""
    names = (*NONE, "not_hit", "not_met", "not_ended", *campaign_judge.NOTHING, "campaigns_not_ended")
    return (
        Bound("faults", _number(known["faults"]), "≥", 1),
        *(Bound(name, _number(known[name]), "=", 0) for name in names),
    )


def _beyond(found: Mapping[str, Figure]) -> float:
    return max(0, _number(found["unknown"]) - _number(found["unknown_bound"]))


def _sum(rows: Sequence[Mapping[str, Figure]], name: str) -> float:
    return sum(_number(each[name]) for each in rows)


def _number(figure: Figure) -> float:
    assert isinstance(figure, int | float), figure
    return figure
