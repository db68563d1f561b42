"""One permit used: wait, connect, claim, write, send, record. What is decided here is written down in the ledger."""

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from opentelemetry.trace import NoOpTracer, SpanKind, Tracer

from activities.connection import Connection, Connections, NoConnectionError
from activities.letter import Letter, Letters
from activities.letter_content import Content
from activities.pace import Pace
from activities.signing import Signers, signed
from content.errors import ContentError, MissingFieldError
from contracts.about import about
from database.errors import UNREACHABLE
from database.ledger import Ledger
from database.queries.ledger import ClaimedMail, Record, Verdict
from database.queries.survey import TaskGoneError
from mail.dkim import Signer
from mail.errors import NotSentError, OutcomeUnknownError, UnsafeHeaderError
from mail.reason import Reason
from mail.reply import printable
from mail.transport import Transport
from scheduling.permit import Permit

log = logging.getLogger(__name__)

CONNECT_AHEAD = 1.0
"""Seconds before its moment that a permit asks for its connection: connecting takes about as long in the open."""
LONGEST_RETRY = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a mail may take; see `runtime.settings.SmtpSettings`."""

    upload: timedelta
    patience: timedelta
    reply: timedelta


@dataclass(frozen=True, slots=True)
class Means:
    """What every try of a process shares."""

    ledger: Ledger
    connections: Connections
    letters: Letters
    signers: Signers
    limits: Limits
    pace: Pace = field(default_factory=Pace)
    tracer: Tracer = field(default_factory=NoOpTracer)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a permit: an outcome, `waiting` for the answer to the dot, or `lapsed` with the reason."""

    word: str
    reason: str | None = None


class Attempt:
    """The use of one permit. `settled` is set as soon as its activity may end; `run` may go on after that."""

    def __init__(self, permit: Permit, task_id: UUID, means: Means) -> None:
        self.permit = permit
        self.task_id = task_id
        self.transmitting = False
        """The body may be out: the deadline is renewed until it is recorded how it ended."""
        self.settled: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._ledger = means.ledger
        self._connections = means.connections
        self._letters = means.letters
        self._signers = means.signers
        self._limits = means.limits
        self._pace = means.pace
        self._tracer = means.tracer
        self._claimed_at = 0.0
        """By the loop's clock, of the last try to claim: from then on the guard keeps the service for this mail."""
        self._connection: Connection | None = None
        self._lapsing = False
        self._waiting: asyncio.Task[Result] | None = None
        """The task of `run`, while nothing is lost if it is interrupted."""

    def lapse(self) -> None:
        """Take no mail any more. A mail that was taken is brought to its end."""
        self._lapsing = True
        if self._waiting is not None:
            self._waiting.cancel()

    async def run(self) -> Result:
        """Use the permit. What goes wrong is in the result; a mail whose end is not recorded is swept."""
        about(task_id=self.task_id, service_id=self.permit.service_id)
        try:
            result = await self._use()
        except asyncio.CancelledError:
            result = Result("lapsed", "drained")
        except (NoConnectionError, TaskGoneError) as error:
            result = Result("lapsed", str(error))
        except UNREACHABLE as error:
            log.warning("permit %s lapses, the database is unreachable: %s", self.permit.id, error)
            result = Result("lapsed", "ledger_unreachable")
        except Exception:  # the outermost loop of a permit: one mail's trouble is no other's
            log.exception("permit %s of task %s failed", self.permit.id, self.task_id)
            result = Result("lapsed", "internal_error")
        if not self.settled.done():
            self.settled.set_result(result)
        return result

    async def _use(self) -> Result:
        self._waiting = None if self._lapsing else asyncio.current_task()
        if self._waiting is None:
            return Result("lapsed", "drained")
        await self._ledger.ready()
        content = await self._letters.compiled(self.task_id)
        signers = await self._signers.of(self.permit.service_id)
        await self._ledger.wait_until(self.permit.not_before, CONNECT_AHEAD)
        left = max(0.0, self._ledger.seconds_until(self.permit.expires_at))
        connection = await self._connections.acquire(self.permit.service_id, self.permit.no, left)
        self._connection = connection
        try:
            verdict = await self._claim()
            if verdict.mail is None:
                return Result("lapsed", verdict.word)
            if verdict.spacing is not None and verdict.available_at is not None:
                left = self._ledger.seconds_until(verdict.available_at)
                await self._pace.wait(self.permit.service_id, left, verdict.spacing)
            return await self._traced(self._deliver(connection, content, verdict.mail, signers), verdict.mail.seq)
        finally:
            self._hand_on()

    async def _traced(self, dialogue: Coroutine[object, object, Result], seq: int) -> Result:
        """The same, as a span where a trace is kept."""
        about(seq=seq)
        named: dict[str, str | int] = {
            "taskId": str(self.task_id),
            "seq": seq,
            "serviceId": str(self.permit.service_id),
        }
        with self._tracer.start_as_current_span("smtp", kind=SpanKind.CLIENT, attributes=named) as span:
            result = await dialogue
            span.set_attributes({"outcome": result.word, "reason": result.reason or ""})
            return result

    def _hand_on(self) -> None:
        """Let the next one have the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            self._connections.give_back(connection)

    async def _claim(self) -> Verdict:
        """Wait for the permit's moment and then for the guard, as long as the permit lives."""
        moment = self.permit.not_before
        while True:
            await self._ledger.wait_until(moment)
            waiting, self._waiting = self._waiting, None
            self._claimed_at = asyncio.get_running_loop().time()
            verdict = await self._ledger.claim(self.permit, self.task_id)
            if verdict.word != "early" or verdict.available_at is None or self._lapsing:
                return verdict
            if verdict.available_at >= self.permit.expires_at:
                return verdict
            moment, self._waiting = verdict.available_at, waiting

    async def _deliver(
        self, connection: Connection, content: Content, mail: ClaimedMail, signers: Sequence[Signer]
    ) -> Result:
        """Bring a claimed mail to an outcome."""
        try:
            letter = self._letters.write(self.task_id, content, mail, connection.reservation)
            letter = signed(letter, signers, connection.reservation.host)
        except (ContentError, UnsafeHeaderError) as error:
            reason = "missing_field" if isinstance(error, MissingFieldError) else "content"
            return await self._record(Record(self.permit.id, "failed", reason, reply_text=printable(str(error))))
        try:
            async with asyncio.timeout_at(self._claimed_at + self._limits.upload.total_seconds()):
                sent = await self._send(connection.transport, letter)
        except NotSentError as error:
            return await self._not_sent(error, mail, dot_sent=False)
        except TimeoutError:
            connection.transport.abort()
            slow = NotSentError("no dot within the upload limit", reason=Reason.TIMEOUT, permanent=False)
            return await self._not_sent(slow, mail, dot_sent=False)
        except UNREACHABLE:
            connection.transport.abort()
            return await self._record(Record(self.permit.id, "returned", "ledger_unreachable", mail_begun=True))
        if not sent:
            return Result("lapsed", "taken_away")
        return await self._answer(connection.transport, mail)

    async def _send(self, transport: Transport, letter: Letter) -> bool:
        """MAIL to the final dot, with the mark before the body. False: the delivery is not ours any more."""
        await transport.offer(letter.sender, letter.recipient, size=len(letter.message), utf8=False)
        if not await self._ledger.mark(self.permit.id):
            transport.abort()
            return False
        self.transmitting = True
        await transport.transmit(letter.message)
        return True

    async def _answer(self, transport: Transport, mail: ClaimedMail) -> Result:
        """Wait for the answer to the dot: the activity for a while, this process for as long as RFC 5321 says."""
        try:
            try:
                reply = await transport.reply(self._limits.patience)
            except TimeoutError:
                self.settled.set_result(Result("waiting"))
                reply = await transport.reply(self._limits.reply)
        except NotSentError as error:
            return await self._not_sent(error, mail, dot_sent=True)
        except (OutcomeUnknownError, TimeoutError) as error:
            transport.abort()
            record = Record(self.permit.id, "unknown", "no_answer", reply_text=printable(str(error)))
        else:
            record = Record(self.permit.id, "sent", reply_code=reply.code, reply_text=reply.text)
        span = timedelta(seconds=asyncio.get_running_loop().time() - self._claimed_at)
        return await self._record(replace(record, mail_begun=True, dot_sent=True, dialogue=span))

    async def _not_sent(self, error: NotSentError, mail: ClaimedMail, *, dot_sent: bool) -> Result:
        """A refusal, or a connection lost before the dot: failed for good, or another try later.

        The first time that an account is to blame, its mail goes through another at once. A second time the mail itself
        is suspect, and waits like any other: one mail must not rest all services, nor be tried for ever.
        """
        record = Record(
            self.permit.id,
            "failed" if error.permanent else "returned",
            error.reason.value,
            reply_code=error.code,
            reply_text=error.text,
            mail_begun=True,
            dot_sent=dot_sent,
        )
        if error.service_fault:
            await self._rest(error)
            record = replace(record, outcome="returned")
        if record.outcome == "returned" and not (error.service_fault and mail.attempt == 1):
            delay = min(self._ledger.settings.retry_interval * 2**mail.retry_count, LONGEST_RETRY)
            record = replace(record, retry_after=delay, costs_retry=True)
        return await self._record(record)

    async def _rest(self, error: NotSentError) -> None:
        """The account is to blame, not the mail: every other mail would be answered the same."""
        with suppress(*UNREACHABLE):
            await self._ledger.rest(self.permit.service_id, f"{error.reason.value}: {error.text}")

    async def _record(self, record: Record) -> Result:
        if self._connection is not None and self._connection.reservation.kind == "relay":
            self._hand_on()  # a mailbox has one mail at a time: its next may be claimed only after this is recorded
        await self._ledger.record(record)
        self.transmitting = False
        return Result(record.outcome, record.reason)
