"""What came of the campaign, as the API tells it, in the same sentences as `expected`."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo

from api.client import ApiClient
from api.schemas.campaign import CampaignOut
from api.schemas.subtask import SubtaskOut
from contracts.event import EventKind
from evidence.campaign.recipient import Recipient

EVENTS: dict[tuple[EventKind, bool], str] = {
    ("open", False): "opened",
    ("open", True): "opened by a machine",
    ("click", False): "clicked",
    ("click", True): "clicked by a machine",
    ("reply", False): "replied",
    ("auto_reply", False): "answered by a machine",
    ("hard_bounce", False): "bounced",
    ("soft_bounce", False): "bounced softly",
    ("complaint", False): "complained",
    ("unsubscribe", False): "unsubscribed",
}


@dataclass(slots=True)
class Counted:
    """Facts by class of recipients, and all mails."""

    facts: dict[str, Counter[str]] = field(default_factory=dict)
    mails: list[tuple[int, SubtaskOut]] = field(default_factory=list)
    """With their round."""

    @property
    def sent(self) -> list[tuple[int, SubtaskOut]]:
        """Those that went out."""
        return [(round_no, mail) for round_no, mail in self.mails if mail.status == "sent"]


async def counted(api: ApiClient, campaign: CampaignOut, people: Mapping[str, Recipient]) -> Counted:
    """Ask for every mail of every round, and for everything that came back."""
    told = Counted()
    for each in campaign.rounds:
        if each.task_id is None:
            continue
        happened: dict[int, set[str]] = {}
        async for event in api.events(taskId=str(each.task_id)):
            happened.setdefault(event.seq, set()).add(EVENTS[event.kind, event.machine])
        async for mail in api.subtasks(each.task_id):
            told.mails.append((each.round_no, mail))
            facts = told.facts.setdefault(people[mail.email].habit.name, Counter())
            facts.update(f"round {each.round_no}: {fact}" for fact in (_fate(mail), *happened.get(mail.seq, ())))
    return told


def _fate(mail: SubtaskOut) -> str:
    return f"not sent, {mail.reason}" if mail.status == "suppressed" else mail.status


def outside_window(told: Counted, people: Mapping[str, Recipient], opens: time, closes: time, otherwise: str) -> int:
    """How many mails went out while it was night or weekend where their recipient lives."""
    moments = [
        (_moment(mail).astimezone(ZoneInfo(people[mail.email].time_zone or otherwise)), mail) for _, mail in told.sent
    ]
    return sum(not (at.weekday() < 5 and opens <= at.time() < closes) for at, _ in moments)


def _moment(mail: SubtaskOut) -> datetime:
    assert mail.sent_at is not None, "a mail that was sent says when"
    return mail.sent_at
