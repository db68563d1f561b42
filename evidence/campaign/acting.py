"""Recipients at work: they open, click, answer and leave, as people and machines do, through the public doors only."""

import asyncio
import smtplib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

import httpx

from evidence.campaign.answer import WRITERS, Answer, write
from evidence.campaign.habit import Act
from evidence.campaign.mailbox import Mail
from evidence.campaign.recipient import Recipient
from evidence.campaign.variant import REPLIES, variant_of
from evidence.errors import EvidenceError
from stack.ports import LOOPBACK

PERSON: Final = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Thunderbird/140.4.0"
PROXY: Final = "Mozilla/5.0"
"""All that Apple's mail privacy proxy says of itself."""
SCANNER: Final = "Mozilla/5.0 (compatible; Barracuda Sentinel)"
AWAY: Final = timedelta(days=6)
"""How long who is away stays away: longer than until the next round is due."""
AT_ONCE: Final = 8


@dataclass
class Crowd:
    """All recipients, by address. Counts what they did, and remembers who said to be away."""

    people: Mapping[str, Recipient]
    http: httpx.AsyncClient
    inbound_port: int
    absences: dict[str, tuple[datetime, date]] = field(default_factory=dict)
    """By address: since when they are away, and the day they said they would be back."""
    replied_at: dict[str, datetime] = field(default_factory=dict)
    """By address: when they answered first."""
    answers: int = 0
    visits: int = 0

    async def live(self, mails: Iterable[tuple[int, Mail]], now: datetime) -> None:
        """Do what is done with each mail, given with its round; nobody waits for another, each does things in turn."""
        limit = asyncio.Semaphore(AT_ONCE)
        async with asyncio.TaskGroup() as tasks:
            for round_no, mail in mails:
                person = self.people[mail.received.recipient]
                if acts := person.acts(round_no, variant_of(mail.received.subject)):
                    tasks.create_task(self._person(person, acts, mail, now, limit))

    async def _person(
        self, person: Recipient, acts: tuple[Act, ...], mail: Mail, now: datetime, limit: asyncio.Semaphore
    ) -> None:
        async with limit:
            for place, act in enumerate(acts):
                await self._act(act, mail, now, number=person.number * 10 + place)

    async def _act(self, act: Act, mail: Mail, now: datetime, number: int) -> None:
        if act in WRITERS:
            await self._answer(act, mail, now, number)
        elif act in ("open", "open_by_proxy"):
            await self._visit(mail.pixels, PERSON if act == "open" else PROXY)
        elif act in ("click", "click_by_scanner"):
            await self._visit(mail.links[:1], PERSON if act == "click" else SCANNER)
        elif act == "unsubscribe":
            await self._post(mail.unsubscribe_url, {"List-Unsubscribe": "One-Click"})
        else:
            await self._visit((mail.unsubscribe_url,), PERSON)
            await self._post(mail.unsubscribe_url, {})

    async def _visit(self, urls: Iterable[str], user_agent: str) -> None:
        for url in urls:
            answer = await self.http.get(url, headers={"User-Agent": user_agent})
            if answer.status_code not in (200, 302):
                raise EvidenceError(f"{url} was answered {answer.status_code}: {answer.text[:200]}")
            self.visits += 1

    async def _post(self, url: str, form: Mapping[str, str]) -> None:
        (await self.http.post(url, data=form, headers={"User-Agent": PERSON})).raise_for_status()
        self.visits += 1

    async def _answer(self, act: Act, mail: Mail, now: datetime, number: int) -> None:
        back_on = (now + AWAY).date()
        answer = write(act, mail.received, number, now, back_on)
        if act in REPLIES:
            self.replied_at.setdefault(mail.received.recipient, now)
        if act == "away":
            self.absences[mail.received.recipient] = now, back_on
        await asyncio.to_thread(post, self.inbound_port, answer)
        self.answers += 1


def post(port: int, answer: Answer) -> None:
    """Hand a mail to the receiver, as the mail server in front of it would. Machines' mails have no sender."""
    with smtplib.SMTP(LOOPBACK, port, timeout=30) as smtp:
        smtp.sendmail(answer.sender, [answer.recipient], answer.message)
