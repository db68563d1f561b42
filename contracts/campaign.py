"""A campaign: the words of its rounds, what the ledger says of it, and what its workflow carries."""

from datetime import datetime
from typing import Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from contracts.task import TaskStatus

Audience = Literal["all", "not_opened", "not_clicked", "not_replied", "clicked_not_replied"]
AUDIENCES: Final = ("all", "not_opened", "not_clicked", "not_replied", "clicked_not_replied")
"""Who gets a follow-up. Whoever bounced, complained or unsubscribed gets none, whatever the rule; who replied, or has a
colleague who did, only one of a round for `all`."""

DelayUnit = Literal["days", "business_days"]
DELAY_UNITS: Final = ("days", "business_days")
"""Business days are Monday to Friday without the campaign's holidays, in the recipient's time zone."""

StopReason = Literal["replied", "bounced", "complained", "unsubscribed", "colleague_replied"]
STOP_REASONS: Final = ("replied", "bounced", "complained", "unsubscribed", "colleague_replied")

MOST_ROUNDS: Final = 20


class RoundSurvey(BaseModel, frozen=True):
    """What the ledger says of one round."""

    round_no: int
    task_id: UUID | None = None
    began_at: datetime | None = None
    """Set: it has begun, and cannot be changed any more."""
    due_at: datetime | None = None
    """When it is to begin, on the guard's clock. Empty: it has begun, or nothing of the round before was sent yet."""
    total: int = 0
    sent: int = 0
    open: int = 0
    """Mails that may still change by themselves."""
    first_sent_at: datetime | None = None
    ended: bool = False
    """It has begun, and its task has ended."""


class CampaignSurvey(BaseModel, frozen=True):
    """What the ledger says of a campaign at one instant. Its workflow knows nothing else of it."""

    campaign_id: UUID
    user_id: UUID
    pool_id: UUID
    as_of: datetime
    """The guard's clock: timers are set for how much later than this something is due."""
    status: TaskStatus
    name: str = ""
    priority: int = 0
    start_at: datetime | None = None
    ended: bool = False
    """Completed, or cancelled and every task of it has ended."""
    rounds: tuple[RoundSurvey, ...] = ()

    @property
    def next_round(self) -> RoundSurvey | None:
        """The first round that has not begun."""
        return next((each for each in self.rounds if each.began_at is None), None)

    @property
    def begins_at(self) -> datetime | None:
        """When the next round is to begin; none of a campaign that is paused or ended, or while nobody knows."""
        waits = self.next_round is not None and self.status in ("scheduled", "sending")
        return self.next_round.due_at if waits and self.next_round is not None else None

    @property
    def round_is_due(self) -> bool:
        """Whether the next round is to begin at once."""
        return self.begins_at is not None and self.begins_at <= self.as_of

    @property
    def may_close(self) -> bool:
        """Whether nothing is left to do: all that has begun has ended, and nothing is to begin any more."""
        begun = [each for each in self.rounds if each.began_at is not None]
        last = self.next_round is None or self.status == "cancelled"
        return not self.ended and last and all(each.ended for each in begun)


class CampaignState(BaseModel):
    """All that a campaign's workflow carries through continue-as-new."""

    campaign_id: UUID
    started: list[UUID] = Field(default_factory=list)
    """Tasks whose workflows were started, or found running."""


class CampaignTotals(BaseModel, frozen=True):
    """How a campaign ended: the result of its workflow."""

    status: TaskStatus
    rounds: int
    """Those that had begun."""
    total: int
    sent: int
