"""Statistics as they are answered. How is counted: `contracts.statistics`."""

from datetime import datetime
from typing import Literal
from uuid import UUID

from api.schemas.base import Outgoing
from api.schemas.sending_rule import VariantOut, WinnerRuleOut
from contracts.task import TaskStatus


class Happenings(Outgoing):
    """Mails to which each kind of thing happened, every mail at most once in each."""

    sent: int
    opened: int
    """By a person, as far as can be told."""
    machine_opened: int
    """By machines only: privacy proxies and scanners."""
    clicked: int
    machine_clicked: int
    """By machines only."""
    replied: int
    auto_replied: int
    """Answered by a machine: away, or a receipt."""
    hard_bounced: int
    """Came back for good."""
    soft_bounced: int
    """Came back for a time, at least once."""
    complained: int
    """Marked as spam by the recipient."""
    unsubscribed: int


class Counts(Happenings):
    """The same, with what was delivered."""

    delivered: int
    """As far as is known: sent and not bounced for good."""


class Rate(Outgoing):
    """A share, and of what."""

    value: float | None
    """From 0 to 1; empty where the denominator is 0."""
    of: Literal["sent", "delivered"]
    """The denominator."""


class Rates(Outgoing):
    """The columns as shares. Each says of what."""

    delivered: Rate
    opened: Rate
    machine_opened: Rate
    clicked: Rate
    machine_clicked: Rate
    replied: Rate
    auto_replied: Rate
    hard_bounced: Rate
    soft_bounced: Rate
    complained: Rate
    unsubscribed: Rate


class CountsOut(Counts):
    """Counts and shares."""

    rates: Rates


class GroupOut(CountsOut):
    """Those of one group."""

    key: str
    """Its id: a round's number, a variant's place in its round (`2.0`), a service's or task's id, a provider's name, a
    day, or the beginning of an hour in UTC."""
    name: str


class StatisticsOut(Outgoing):
    """What became of mails: together, and by group."""

    by: str | None
    total: CountsOut
    groups: list[GroupOut]
    """Those with mails that were sent. Empty unless `by` was asked."""


class AccountStatisticsOut(StatisticsOut):
    """The same of all mails that were sent within a time."""

    since: datetime
    before: datetime


class MomentOut(Happenings):
    """What first happened to mails within an hour or a day, whenever they were sent."""

    start: datetime


class TimelineOut(Outgoing):
    """Hours or days in which something happened, the first first."""

    per: Literal["hour", "day"]
    data: list[MomentOut]


class StagesOut(Outgoing):
    """How far contacts came."""

    contacts: int
    """Of the campaign; of a round: for whom a mail was written."""
    mailed: int
    delivered: int
    opened: int
    """By a person. Many mail readers load no pictures: a contact may have clicked or replied and not be here."""
    clicked: int
    replied: int


class RoundStagesOut(StagesOut):
    """Those of one round."""

    round: int


class FunnelOut(StagesOut):
    """How far a campaign's contacts came with any of its mails, and with those of each round that has begun."""

    rounds: list[RoundStagesOut]


class VariantResultOut(VariantOut):
    """A variant and what became of it. Only what people did counts."""

    sent: int
    """Of all its mails so far; as in the statistics, so are the next three."""
    opened: int
    clicked: int
    replied: int
    tried: int | None
    """Mails of the trial that were sent; empty where no winner is looked for, and where none was noted."""
    hits: int | None
    """Of those opened, clicked or replied to, whatever the rule measures. Who clicked has opened too."""
    rate: float | None
    """The one as a share of the other, which the rule compares."""


class VerdictOut(Outgoing):
    """What a trial says: of a winner that was decided what it said then, else what it says now."""

    variant: str
    """The best where `significant`, else the first."""
    p_value: float
    """How often chance alone makes two equal variants differ as the best two do, or more; 1 where numbers are too small
    to tell."""
    significant: bool
    """Whether that is as seldom as the rule asks for."""


class RoundVariantsOut(Outgoing):
    """The variants of a round."""

    round_no: int
    task_id: UUID | None
    status: TaskStatus | None
    """Of its task."""
    winner_rule: WinnerRuleOut | None
    decides_at: datetime | None
    """When the winner is to be decided, at the earliest; empty before its mails are written, and afterwards."""
    decided_at: datetime | None
    winner: str | None
    """The variant that the rest gets."""
    verdict: VerdictOut | None
    variants: list[VariantResultOut]


class CampaignVariantsOut(Outgoing):
    """The rounds of a campaign that have variants."""

    data: list[RoundVariantsOut]
