"""What each trial showed of its campaign: nobody written to again, nobody forgotten, nothing lost that came back."""

from typing import Final

from evidence.journal import NS_PER_SECOND, Journal, Try
from evidence.prove.campaign import Lived
from evidence.prove.readers import STOPS
from evidence.prove.trial import Trial
from evidence.report import Figure

NOTHING: Final = (
    "answers_lost", "answers_doubled", "clicks_beyond_bound", "written_again", "not_followed", "wrong_thread",
)  # fmt: skip
"""Sums over all campaigns that must be 0."""
HELD: Final = 2 * NS_PER_SECOND
"""For so long at most a click waits in memory: a second until it is seen whether it came alone, and its writing."""
OUT: Final = frozenset({"sent", "unknown"})
"""Fates of mails whose body was out: a follow-up follows them."""


def row(trial: Trial, seen: Journal) -> dict[str, Figure]:
    """Return the figures of one campaign.

    `answers` are replies, bounces and people who left, each taken once; `turned_away` how often their bringers had to
    come again; `may_lose` how many clicks the fault may have taken with it.
    """
    lived = trial.campaign
    answers = {address for address, done in lived.done.items() if done.act in STOPS}
    clicks = {address: done for address, done in lived.done.items() if done.act == "click"}
    lost = {address for address, done in lived.done.items() if not lived.events.get((address, done.act))}
    may_lose = sum(_held(done.taken_at, trial) for done in clicks.values())
    return {
        "hit_in": trial.moment,
        "rounds": len(lived.fates),
        "first_mails": len(lived.fates[0]) if lived.fates else 0,
        "answers": len(answers),
        "turned_away": lived.turned_away,
        "answers_lost": len(lost & answers),
        "answers_doubled": sum(max(0, count - 1) for count in lived.events.values()),
        "clicks": len(clicks),
        "clicks_lost": len(lost & clicks.keys()),
        "may_lose": may_lose,
        "clicks_beyond_bound": max(0, len(lost & clicks.keys()) - may_lose),
        "second_mails": len(lived.threads),
        "written_again": len(answers & _written_to(lived, seen.tries)),
        "not_followed": len(_not_followed(lived, answers)),
        "wrong_thread": sum(answered != lived.first_ids.get(who) for who, (_, answered) in lived.threads.items()),
        "ended": lived.status == trial.plan.fault.ends,
    }


def _held(taken_at: int, trial: Trial) -> bool:
    """Whether the process that was hit may still have held a click that was answered then."""
    return trial.plan.fault.drops_clicks and any(hit.begun_at - HELD <= taken_at <= hit.ended_at for hit in trial.hits)


def _written_to(lived: Lived, tries: tuple[Try, ...]) -> set[str]:
    """Who is named in any try of a mail of the second round, as far as its Message-ID is known, or it arrived."""
    second = {message_id.partition(".")[0] for message_id, _ in lived.threads.values()}
    return {
        address
        for found in tries
        if found.message_id and found.message_id.partition(".")[0] in second
        for address in found.recipients
    } | {address for address, fate in _second(lived).items() if fate in OUT}


def _not_followed(lived: Lived, answers: set[str]) -> set[str]:
    """Who had the first mail, did not answer, and was to get no second one, though the campaign went on to its end."""
    if lived.status != "completed":
        return set()
    had = {address for address, fate in (lived.fates[0] if lived.fates else {}).items() if fate in OUT}
    return {address for address in had - answers if _second(lived).get(address) not in OUT | {"failed"}}


def _second(lived: Lived) -> dict[str, str]:
    return dict(lived.fates[1]) if len(lived.fates) > 1 else {}
