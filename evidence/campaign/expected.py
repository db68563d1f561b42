"""What must come of the habits, by the campaign's rules in the plainest words: it knows nothing of the product's code.

A fact is one sentence about one recipient, such as `round 2: not sent, replied` or `round 1: opened`; what is compared
is how many recipients of each class it holds for.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from evidence.campaign.habit import Act, Habit
from evidence.campaign.recipient import Recipient

ROUNDS = 3
EVENTS: dict[Act, str] = {
    "open": "opened",
    "open_by_proxy": "opened by a machine",
    "click": "clicked",
    "click_by_scanner": "clicked by a machine",
    "reply": "replied",
    "reply_from_elsewhere": "replied",
    "away": "answered by a machine",
    "auto_reply": "answered by a machine",
    "hard_bounce": "bounced",
    "soft_bounce": "bounced softly",
    "complain": "complained",
    "unsubscribe": "unsubscribed",
    "unsubscribe_on_page": "unsubscribed",
}
STOPS: dict[Act, str] = {
    "reply": "replied",
    "reply_from_elsewhere": "replied",
    "hard_bounce": "bounced",
    "complain": "complained",
    "unsubscribe": "unsubscribed",
    "unsubscribe_on_page": "unsubscribed",
}
"""After these no follow-up goes out; the first of them is the reason."""


@dataclass(slots=True)
class Course:
    """How one recipient fares."""

    facts: list[str] = field(default_factory=list)
    stop: str | None = None
    clicked: bool = False


@dataclass(frozen=True, slots=True)
class Lot:
    """What chance gave a recipient, by the journal."""

    variant: str | None = None
    """Of the first mail."""
    rounds: frozenset[int] = frozenset((1, 2, 3))
    """Of which a mail reached them. Asked of colleagues only: who of the two is written first is drawn."""


def facts(recipients: Sequence[Recipient], lots: Mapping[str, Lot]) -> dict[str, Counter[str]]:
    """Count by class of recipients how many of them each fact holds for; `lots` are by address."""
    found: dict[str, Counter[str]] = {}
    for recipient in recipients:
        lot = lots.get(recipient.email, Lot(rounds=frozenset()))
        found.setdefault(recipient.habit.name, Counter()).update(set(course(recipient, lot)))
    return found


def course(recipient: Recipient, lot: Lot = Lot()) -> list[str]:
    """Let one recipient live through all rounds."""
    walk = Course()
    for round_no in range(1, ROUNDS + 1):
        if recipient.follows and round_no not in lot.rounds and _has_answered(recipient.habit, round_no):
            walk.stop = walk.stop or "colleague_replied"  # whose mail went before this one
        fate = _fate(walk, recipient, round_no)
        walk.facts.append(f"round {round_no}: {fate}")
        if fate != "sent":
            break  # follow-ups follow a mail
        _live(walk, round_no, recipient.acts(round_no, lot.variant))
        if recipient.habit.colleagues and walk.stop is None and _answers(recipient.habit, round_no):
            walk.stop = "colleague_replied"
    return walk.facts


def _fate(walk: Course, recipient: Recipient, round_no: int) -> str:
    """Whether the mail of a round goes out: to all, then to who did not answer, then to who did not click either."""
    if recipient.habit.suppressed:
        return "not sent, suppressed"
    if recipient.habit.outside:
        return "not sent, not_in_segment"
    if recipient.habit.refused:
        return "failed"
    if walk.stop is not None:
        return f"not sent, {walk.stop}"
    if round_no == ROUNDS and walk.clicked:
        return "not sent, audience"
    return "sent"


def _live(walk: Course, round_no: int, acts: Iterable[Act]) -> None:
    for act in acts:
        walk.facts.append(f"round {round_no}: {EVENTS[act]}")
        walk.stop = walk.stop or STOPS.get(act)
        walk.clicked = walk.clicked or act == "click"


def _has_answered(habit: Habit, round_no: int) -> bool:
    """Whether the colleague who does something may have answered before everyone has the mail of this round."""
    return any(_answers(habit, number) for number in range(1, round_no + 1))


def _answers(habit: Habit, round_no: int) -> bool:
    """Whether the colleague who does something answers the mail of this round."""
    return any(STOPS.get(act) == "replied" for act in habit.acts.get(round_no, ()))
