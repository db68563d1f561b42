"""The recipients of the demo: who they are, where they live, and the file that they are imported from."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from evidence.campaign.habit import HABITS, Act, Habit

COLUMNS: Final = ("email", "first_name", "organisation", "time_zone", "trade")
TRADE: Final = "baker"
"""Of those whom the campaign is for."""
ZONES: Final = ("Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Adelaide", "")
"""The last of them does not say where they live: the campaign's own time zone stands for it."""
DOMAINS: Final = ("example.com", "example.org", "mail.example", "post.example")


@dataclass(frozen=True, slots=True)
class Recipient:
    """One person."""

    number: int
    habit: Habit

    @property
    def email(self) -> str:
        """Their address; it says nothing of the habit, but for those whom no provider knows."""
        local = "gone" if self.habit.refused else "person"
        return f"{local}.{self.number}@{DOMAINS[self.number % len(DOMAINS)]}"

    @property
    def time_zone(self) -> str:
        """Where they live; empty if nobody knows."""
        return ZONES[self.number % len(ZONES)]

    @property
    def organisation(self) -> str:
        """Their own, but for every second of those who have colleagues."""
        return f"Organisation {self.number - len(HABITS) if self.follows else self.number}"

    @property
    def follows(self) -> bool:
        """Is the second of two colleagues, who does nothing."""
        return self.habit.colleagues and self.number // len(HABITS) % 2 == 1

    @property
    def trade(self) -> str:
        """What they work as."""
        return "smith" if self.habit.outside else TRADE

    def acts(self, round_no: int, variant: str | None = None) -> tuple[Act, ...]:
        """What they do with the mail of a round, of which the first has variants."""
        likes = self.habit.likes in (None, variant) or round_no > 1
        return self.habit.acts.get(round_no, ()) if likes and not self.follows else ()


def recipients(count: int) -> list[Recipient]:
    """Make as many, the habits in turn. A multiple of twice the number of habits gives every class the same size."""
    return [Recipient(number, HABITS[number % len(HABITS)]) for number in range(count)]


def as_csv(people: Sequence[Recipient]) -> bytes:
    """Write them as a file that an import takes."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(COLUMNS)
    writer.writerows((one.email, f"Person {one.number}", one.organisation, one.time_zone, one.trade) for one in people)
    return text.getvalue().encode("utf-8")
