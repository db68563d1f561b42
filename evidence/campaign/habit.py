"""What the recipients of the demo do with the mails they get: a class of people for each way to behave."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Act = Literal[
    "open", "open_by_proxy", "click", "click_by_scanner", "reply", "reply_from_elsewhere", "away", "auto_reply",
    "hard_bounce", "soft_bounce", "complain", "unsubscribe", "unsubscribe_on_page",
]  # fmt: skip
"""Done once with a mail, in the days after it came. `away` is an answer that names the day of the return."""


@dataclass(frozen=True, slots=True)
class Habit:
    """People who all do the same."""

    name: str
    acts: Mapping[int, tuple[Act, ...]] = field(default_factory=dict)
    """By the round whose mail they are done with."""
    suppressed: bool = False
    """On the list of those who want no mail, before the campaign begins."""
    refused: bool = False
    """Their provider knows no such address."""
    outside: bool = False
    """On the list, but not of the segment that the campaign is for."""
    likes: str | None = None
    """They do something with the first mail only if it is this variant."""
    colleagues: bool = False
    """Every second of them shares an organisation with the one before, and only the first of the two does anything."""


HABITS: Final = (
    Habit("silent"),
    Habit("wants no mail", suppressed=True),
    Habit("unknown address", refused=True),
    Habit("of another trade", outside=True),
    Habit("of another trade, and wants no mail", outside=True, suppressed=True),
    # The variants of the first mail.
    Habit("answers a question", {1: ("reply",)}, likes="question"),
    Habit("opens and answers a question", {1: ("open", "reply")}, likes="question"),
    Habit("clicks in a question", {1: ("open", "click")}, likes="question"),
    # Opens and clicks, by people and by machines.
    Habit("opens the first", {1: ("open",)}),
    Habit("opens the second", {2: ("open",)}),
    Habit("opens the last", {3: ("open",)}),
    Habit("opens all", {1: ("open",), 2: ("open",), 3: ("open",)}),
    Habit("opens twice", {1: ("open", "open")}),
    Habit("opened by a proxy", {1: ("open_by_proxy",)}),
    Habit("opened by a proxy, then a person", {1: ("open_by_proxy", "open")}),
    Habit("clicks the first", {1: ("open", "click")}),
    Habit("clicks the second", {2: ("open", "click")}),
    Habit("clicks the last", {3: ("open", "click")}),
    Habit("clicks without opening", {1: ("click",)}),
    Habit("clicks twice", {1: ("open", "click", "click")}),
    Habit("clicked by a scanner", {1: ("click_by_scanner",)}),
    Habit("clicked by a scanner, then a person", {2: ("click_by_scanner", "click")}),
    # Answers.
    Habit("answers the first", {1: ("open", "reply")}),
    Habit("answers without opening", {1: ("reply",)}),
    Habit("answers the second", {2: ("open", "reply")}),
    Habit("answers the last", {3: ("reply",)}),
    Habit("answers twice", {1: ("reply", "reply")}),
    Habit("answers from elsewhere", {1: ("reply_from_elsewhere",)}),
    Habit("clicks, then answers", {1: ("click",), 2: ("reply",)}),
    Habit("answers for the colleague", {1: ("reply",)}, colleagues=True),
    Habit("answers for the colleague later", {2: ("reply",)}, colleagues=True),
    # Machines that answer.
    Habit("away at the first", {1: ("away",)}),
    Habit("away at the second", {2: ("away",)}),
    Habit("away, then answers", {1: ("away",), 2: ("reply",)}),
    Habit("away and opens", {1: ("away", "open")}),
    Habit("answered by a machine", {1: ("auto_reply",)}),
    Habit("always answered by a machine", {1: ("auto_reply",), 2: ("auto_reply",), 3: ("auto_reply",)}),
    Habit("answered by a machine, then answers", {1: ("auto_reply",), 2: ("reply",)}),
    # Bounces and complaints.
    Habit("bounces", {1: ("hard_bounce",)}),
    Habit("bounces twice", {1: ("hard_bounce", "hard_bounce")}),
    Habit("bounces the second", {2: ("hard_bounce",)}),
    Habit("bounces the last", {3: ("hard_bounce",)}),
    Habit("mailbox full", {1: ("soft_bounce",)}),
    Habit("mailbox full all along", {1: ("soft_bounce",), 2: ("soft_bounce",), 3: ("soft_bounce",)}),
    Habit("mailbox full, then gone", {1: ("soft_bounce",), 2: ("hard_bounce",)}),
    Habit("complains", {1: ("complain",)}),
    Habit("opens and complains", {1: ("open", "complain")}),
    Habit("complains of the second", {2: ("complain",)}),
    # People who leave.
    Habit("leaves with one click", {1: ("unsubscribe",)}),
    Habit("leaves on the page", {1: ("unsubscribe_on_page",)}),
    Habit("leaves twice", {1: ("unsubscribe", "unsubscribe")}),
    Habit("leaves after the second", {2: ("unsubscribe",)}),
    Habit("clicks, then leaves", {1: ("click", "unsubscribe")}),
    Habit("answers and leaves", {1: ("reply", "unsubscribe")}),
    Habit("away and leaves", {1: ("away", "unsubscribe")}),
)
