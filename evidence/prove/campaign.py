"""The campaign beside the task of a trial: two rounds, and between them all that comes back for the first.

The second round would be due in a day; once the first has ended and every answer is taken, it is brought forward. So
whoever answered did so before anything of the second round could go, and any mail to them is one too many.
"""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Final, TypeVar
from uuid import UUID, uuid4

from api.client_errors import ApiError, ApiUnreachableError
from api.schemas.campaign import CampaignOut
from evidence.bench.admin import AdminClient
from evidence.campaign.habit import Act
from evidence.campaign.mailbox import Mailboxes
from evidence.journal import Tail
from evidence.progress import FINAL
from evidence.prove.readers import HABITS, Done, Readers
from evidence.verdict import open_mails

Answer = TypeVar("Answer")
MAILBOXES: Final = "mailboxes"
"""Folder of a stack in which mails are kept whole."""
POLL: Final = 0.5
SETTLED: Final = 20
"""Times that events are asked for, half a second apart, until every click is among them: some are written later."""
CONTENT: Final = {
    "subject": "A question, {{ first_name }}",
    "html": '<p>Good day {{ first_name }},</p><p><a href="https://tempost.example/offer">our offer</a> ends soon.</p>',
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """What is known of a campaign when it has ended; addresses are those of its recipients."""

    status: str
    done: Mapping[str, Done]
    turned_away: int
    """How often recipients and their servers had to come again."""
    refused: Sequence[str] = ()
    """What was refused for good, which nothing should be."""
    events: Mapping[tuple[str, str], int]
    """How often the ledger holds an event, by address and kind."""
    fates: Sequence[Mapping[str, str]]
    """For each round that began, what became of the mail to each address."""
    threads: Mapping[str, tuple[str, str | None]]
    """For each mail of the second round that arrived, by address: its Message-ID, and which mail it answers."""
    first_ids: Mapping[str, str]
    """The Message-IDs of the first round, by address."""


@dataclass(slots=True, kw_only=True)
class Campaign:
    """One campaign from its order on. Outages of the API are waited out."""

    api: AdminClient
    order: Mapping[str, object]
    request_key: str
    id: UUID
    acts: Mapping[str, Act | None]
    """What each recipient does."""
    readers: Readers
    tail: Tail
    mailboxes: Mailboxes
    second_round: bool = False
    """It was brought forward."""
    threads: dict[str, tuple[str, str | None]] = field(default_factory=dict)

    async def live(self) -> None:
        """Live through both rounds, as far as people let it."""
        async with asyncio.TaskGroup() as acting:
            while not _has_ended(campaign := await self._look(), 0):
                self._read(campaign, acting)
                await asyncio.sleep(POLL)
            self._read(campaign, acting)
        if campaign.status not in FINAL:
            await self._bring_forward()
        while not all(_has_ended(campaign, place) for place in (0, 1)):
            self._read(campaign, None)
            await asyncio.sleep(POLL)
            campaign = await self._look()
        self._read(campaign, None)

    async def tell(self) -> Lived:
        """Ask what came of it; to be called once it has ended."""
        campaign = await self._look()
        mails = [
            [mail async for mail in self.api.subtasks(each.task_id)]
            for each in campaign.rounds
            if each.task_id is not None
        ]
        return Lived(
            status=campaign.status,
            done=dict(self.readers.done),
            turned_away=self.readers.turned_away,
            refused=tuple(self.readers.refused),
            events=await self._events(campaign),
            fates=[{mail.email: mail.status for mail in each} for each in mails],
            threads=dict(self.threads),
            first_ids={mail.email: (mail.message_id or "").strip("<>") for mail in mails[0]} if mails else {},
        )

    def _read(self, campaign: CampaignOut, acting: asyncio.TaskGroup | None) -> None:
        """Look into the mailboxes: who has the first mail acts, as far as `acting` is given."""
        first = campaign.rounds[0].task_id
        for mail in self.mailboxes.new(one for one in self.tail.new() if self.acts.keys() & set(one.recipients)):
            address = mail.received.recipient
            if first is not None and _task(mail.received.message_id) != first.hex:
                self.threads[address] = mail.received.message_id, mail.in_reply_to
            elif acting is not None and (act := self.acts[address]) is not None:
                acting.create_task(self.readers.act(act, mail))

    async def _bring_forward(self) -> None:
        """Have the second round begin now; where an answer was lost it may have begun already, or been cancelled."""
        self.second_round = True
        try:
            await persist(lambda: self.api.change_round(self.id, 2, {"delay": 0}))
        except ApiError as error:
            if error.status != HTTPStatus.CONFLICT:
                raise

    async def _look(self) -> CampaignOut:
        return await persist(lambda: self.api.campaign(self.id))

    async def _events(self, campaign: CampaignOut) -> dict[tuple[str, str], int]:
        """Count what the ledger holds of the first round; a click is written a moment after it was answered."""
        found: Counter[tuple[str, str]] = Counter()
        for _ in range(SETTLED):
            found = Counter()
            for task_id in tasks(campaign)[:1]:
                found.update([(event.email, event.kind) async for event in self.api.events(taskId=str(task_id))])
            if all(found[address, done.act] for address, done in self.readers.done.items()):
                break
            await asyncio.sleep(0.5)
        return dict(found)


async def ordered(api: AdminClient, name: str, addresses: Sequence[str], folder: Path, readers: Readers) -> Campaign:
    """Order a campaign to these addresses; `folder` is the stack's."""
    audience = await api.create_list(name)
    await api.add_contacts(audience.id, [{"email": each, "fields": {"first_name": name}} for each in addresses])
    order: dict[str, object] = {
        "name": name,
        "contactListId": str(audience.id),
        "rounds": [{"content": CONTENT}, {"content": CONTENT, "delay": 1, "audience": "not_replied"}],
    }
    request_key = str(uuid4())
    made = await api.submit_campaign_once(order, request_key)
    return Campaign(
        api=api,
        order=order,
        request_key=request_key,
        id=made.id,
        acts={each: HABITS[place % len(HABITS)] for place, each in enumerate(addresses)},
        readers=readers,
        tail=Tail(folder / "journal.jsonl"),
        mailboxes=Mailboxes(folder / MAILBOXES),
    )


async def persist(call: Callable[[], Awaitable[Answer]]) -> Answer:
    """Ask until the API answers, whatever is broken meanwhile."""
    while True:
        try:
            return await call()
        except ApiUnreachableError:
            pass
        except ApiError as error:
            if error.status < HTTPStatus.INTERNAL_SERVER_ERROR:
                raise
        await asyncio.sleep(POLL)


def tasks(campaign: CampaignOut) -> list[UUID]:
    """The tasks of the rounds that have begun."""
    return [each.task_id for each in campaign.rounds if each.task_id is not None]


def _has_ended(campaign: CampaignOut, place: int) -> bool:
    """Whether a round has ended, or will never begin."""
    told = campaign.rounds[place]
    if told.task_id is None:
        return campaign.status in FINAL
    return told.status in FINAL and open_mails(told.by_status) == 0


def _task(message_id: str) -> str:
    """Which task a mail is of."""
    return message_id.partition(".")[0]
