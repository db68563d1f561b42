"""Recipients who answer, bounce, leave and click while things are broken: whoever is sent away comes again."""

import asyncio
import smtplib
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Final, Literal

import httpx

from evidence.campaign.acting import PERSON, post
from evidence.campaign.answer import WRITERS, write
from evidence.campaign.habit import Act
from evidence.campaign.mailbox import Mail
from evidence.errors import EvidenceError

HABITS: Final[tuple[Act | None, ...]] = ("reply", "hard_bounce", "unsubscribe", "click", None, None)
"""What the recipients do with the first mail, in turn."""
Door = Literal["mail", "link"]
"""What recipients come to: the receiver, with bounces and answers, or the API, by the links of a mail."""
STOPS: Final = frozenset({"reply", "hard_bounce", "unsubscribe"})
"""Nobody who did one of these is written to again."""
APART: Final = 0.1
"""Seconds between two of those who waited: some come before a door is closed, others after."""
AGAIN: Final = 0.25
"""Seconds until a mail server or a person who was sent away comes again."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a recipient did, and when (ns since the epoch) it was taken from them: answered 250, 200 or 302."""

    act: Act
    taken_at: int


class Readers:
    """All of a campaign's recipients; `gathered`, they wait for each other until `come` is called."""

    def __init__(self, http: httpx.AsyncClient, inbound_port: int, *, gathered: bool = False) -> None:
        self.done: dict[str, Done] = {}
        """By address."""
        self.turned_away = 0
        """Times that something was refused for now, cut off, or met nobody."""
        self.refused: list[str] = []
        """What was refused for good."""
        self._http = http
        self._inbound_port = inbound_port
        self._turns = count()
        self._let_in = asyncio.Event()
        if not gathered:
            self._let_in.set()
        self._coming: dict[Door, asyncio.Event] = {"mail": asyncio.Event(), "link": asyncio.Event()}

    async def act(self, act: Act, mail: Mail) -> None:
        """Do it until it is taken, or refused for good."""
        if not self._let_in.is_set():
            turn = next(self._turns)
            await self._let_in.wait()
            await asyncio.sleep(turn * APART)
        try:
            while not await self._taken(act, mail):
                self.turned_away += 1
                await asyncio.sleep(AGAIN)
        except EvidenceError as error:
            self.refused.append(f"{act} to {mail.received.message_id}: {error}")
        else:
            self.done[mail.received.recipient] = Done(act, time.time_ns())

    async def come(self, door: Door) -> None:
        """Have all come who waited, and return when one of them stands in this door."""
        self._coming[door].clear()
        self._let_in.set()
        await self._coming[door].wait()

    async def _taken(self, act: Act, mail: Mail) -> bool:
        try:
            if act in WRITERS:
                return await self._send(act, mail)
            if act == "click":
                return await self._visit("GET", mail.links[0])
            return await self._visit("POST", mail.unsubscribe_url, {"List-Unsubscribe": "One-Click"})
        except (OSError, httpx.TransportError) as error:  # all that `smtplib` raises is an OSError
            if _code(error) >= 500:
                raise EvidenceError(str(error)) from error
        return False

    async def _send(self, act: Act, mail: Mail) -> bool:
        """As a mail server does it: nothing is taken unless the answer to the final dot says so."""
        now = datetime.now(UTC)
        self._coming["mail"].set()
        await asyncio.to_thread(post, self._inbound_port, write(act, mail.received, 0, now, now.date()))
        return True

    async def _visit(self, method: str, url: str, form: dict[str, str] | None = None) -> bool:
        self._coming["link"].set()
        answer = await self._http.request(method, url, data=form, headers={"User-Agent": PERSON})
        if answer.status_code not in (200, 302) and answer.status_code < 500:
            raise EvidenceError(f"{url} was answered {answer.status_code}: {answer.text[:200]}")
        return answer.status_code < 500


def _code(error: Exception) -> int:
    """What a mail server answered; 0: it did not."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max(code for code, _ in error.recipients.values())
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else 0
