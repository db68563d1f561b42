"""The campaign of the demo: what is ordered, and how its days go by."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final
from uuid import UUID

from api.client import ApiClient
from api.schemas.campaign import CampaignOut, RoundOut
from contracts.identifiers import campaign_workflow_id, task_workflow_id
from evidence import journal
from evidence.campaign.acting import Crowd
from evidence.campaign.calendar import Calendar
from evidence.campaign.mailbox import Mail, Mailboxes
from evidence.campaign.variant import CONFIDENCE, SHARES, SUBJECTS, Tally, tallies
from evidence.errors import EvidenceError

HTML: Final = """\
<p>Good day {{ first_name }},</p>
<p><a href="https://tempost.example/offer?from=round-{round}">Our offer</a> ends soon.</p>
"""
WINDOW: Final = {"opens": "09:00", "closes": "17:00", "weekdays": ["mon", "tue", "wed", "thu", "fri"]}
ZONE: Final = "Europe/London"
DELAY: Final = {2: timedelta(days=4), 3: timedelta(days=5)}
"""The second is due only when those who waited for the best first mail have it too, a weekend between."""
PATIENCE: Final = 90.0
"""Seconds in which all that may go now must have gone."""
POLL: Final = 0.25
UNTIL_READ: Final = timedelta(minutes=40)
"""From the sending until people read: what is opened at once, was opened by a machine."""
ENOUGH: Final = timedelta(days=40)
SETTLED: Final = 2.5
"""Seconds in which a click that came last is written: whether it came alone is seen only a moment later."""


def order(list_id: UUID, segment_id: UUID) -> dict[str, object]:
    """Three rounds, as the API takes them; the first to a segment, in two variants of which the better one wins."""
    first, *later = [HTML.replace("{round}", str(number)) for number in (1, 2, 3)]
    contents = [{"subject": SUBJECTS["offer"], "html": html} for html in later]
    variants = [
        {"name": name, "share": float(SHARES[name]), "subject": subject, "html": first}
        for name, subject in SUBJECTS.items()
    ]
    rule = {"measure": "replies", "after": "PT24H", "confidence": float(CONFIDENCE)}
    return {
        "name": "demo",
        "contactListId": str(list_id),
        "timeZone": ZONE,
        "window": WINDOW,
        "colleaguesStop": True,
        "rounds": [
            {"variants": variants, "winnerRule": rule, "segmentId": str(segment_id)},
            {"content": contents[0], "delay": DELAY[2].days, "delayUnit": "days", "audience": "not_replied"},
            {"content": contents[1], "delay": DELAY[3].days, "delayUnit": "days", "audience": "not_clicked"},
        ],
    }


@dataclass(slots=True)
class Course:
    """What was seen on the way."""

    campaign: CampaignOut
    mails: list[tuple[int, Mail]] = field(default_factory=list)
    """All that arrived, with their round."""
    trial: dict[str, Tally] | None = None
    """What was known of the variants when the winner was decided."""
    before: dict[str, Tally] = field(default_factory=dict)
    """What was known of them when the clock was last moved."""
    moves: int = 0
    days: float = 0.0


@dataclass(slots=True, kw_only=True)
class Guide:
    """Leads the days on: as long as mails may go they go, then the next moment comes at which something may."""

    api: ApiClient
    calendar: Calendar
    crowd: Crowd
    journal: Path
    mailboxes: Mailboxes
    say: Callable[[str], None]

    async def through(self, campaign: CampaignOut) -> Course:
        """Live through a campaign until it is completed."""
        course = Course(campaign)
        began = self.calendar.now
        while True:
            await self._quiet(course)
            await self._read(course)
            if course.campaign.status == "completed":
                break
            moment = self._next(course.campaign)
            if moment - began > ENOUGH:
                raise EvidenceError(f"after {ENOUGH.days} days the campaign has not ended: {course.campaign.rounds}")
            await self._pass(course, moment - self.calendar.now)
            course.moves += 1
        course.days = (self.calendar.now - began) / timedelta(days=1)
        await asyncio.sleep(SETTLED)
        return course

    async def _quiet(self, course: Course) -> None:
        """Wait until nothing may go before the clock is moved; a winner was decided when it was moved last."""
        until = time.monotonic() + PATIENCE
        while True:
            course.campaign = campaign = await self.api.campaign(course.campaign.id)
            if campaign.status == "completed" or self._is_quiet(campaign):
                break
            if time.monotonic() > until:
                raise EvidenceError(f"what may go has not gone within {PATIENCE:.0f} s: {campaign.rounds}")
            await asyncio.sleep(POLL)
        if campaign.rounds[0].winner is not None and course.trial is None:
            course.trial = course.before

    def _is_quiet(self, campaign: CampaignOut) -> bool:
        """Every mail that is not finished waits for a time that has not come, and so does the next round."""
        now = self.calendar.now
        begun = [each for each in campaign.rounds if each.task_id is not None]
        waits = all(_waits(each, now) for each in begun)
        moments = [each.begins_at for each in campaign.rounds if each.task_id is None and each.begins_at]
        return bool(begun) and waits and all(moment > now for moment in moments) and self._moments(campaign) != []

    def _moments(self, campaign: CampaignOut) -> list[datetime]:
        """When anything may happen next."""
        waiting = [wait.retry_at for each in campaign.rounds for wait in each.waiting]
        return waiting + [each.begins_at for each in campaign.rounds if each.task_id is None and each.begins_at]

    def _next(self, campaign: CampaignOut) -> datetime:
        return min(self._moments(campaign)) + timedelta(seconds=1)

    async def _read(self, course: Course) -> None:
        """Some time after the sending, people do what they do with the mails that came."""
        seen = await asyncio.to_thread(journal.load, self.journal)
        new = await asyncio.to_thread(self.mailboxes.new, seen.tries)
        if not new:
            return
        rounds = {each.task_id.hex: each.round_no for each in course.campaign.rounds if each.task_id is not None}
        mails = [(rounds[mail.received.message_id.partition(".")[0]], mail) for mail in new]
        course.mails += mails
        self.say(f"{self.calendar.now:%a %d %b %H:%M} UTC: {len(mails):,} mails are read")
        await self._pass(course, UNTIL_READ)
        await self._quiet(course)  # what is due meanwhile goes first: nobody can say which of the two came first else
        await self.crowd.live(mails, self.calendar.now)

    async def _pass(self, course: Course, span: timedelta) -> None:
        campaign = course.campaign
        if course.trial is None and (first := campaign.rounds[0].task_id) is not None:
            seen = await asyncio.to_thread(journal.load, self.journal)
            course.before = tallies(seen.tries, first.hex, self.crowd.replied_at)
        workflows = [task_workflow_id(each.task_id) for each in campaign.rounds if each.task_id is not None]
        await self.calendar.let_pass(span, [campaign_workflow_id(campaign.id), *workflows])


def _waits(told: RoundOut, now: datetime) -> bool:
    counts = told.by_status
    waiting = sum(wait.count for wait in told.waiting)
    return (
        counts.claimed + counts.transmitting == 0
        and counts.pending == waiting
        and all(wait.retry_at > now for wait in told.waiting)
    )
