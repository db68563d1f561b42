"""A service reached by SMTP, on aiosmtplib.

Its one-call senders are not used: when they fail they cannot tell "not sent" from "maybe sent". Here body and final dot
are written apart, and nothing can come between writing the dot and knowing that it was written.
"""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from enum import Enum
from typing import cast

import aiosmtplib
from aiosmtplib.protocol import SMTPProtocol

from mail.address import needs_smtputf8
from mail.errors import NotSentError, OutcomeUnknownError
from mail.opening import open_client
from mail.pipeline import execute
from mail.reason import Reason
from mail.reply import Reply, make_reply, printable
from mail.transport import Account, Timeouts
from mail.wire import FINAL_DOT, path, stuffed

CHUNK = 64 * 1024
"""Bytes of a body that are written before the peer must have taken them."""


class Step(Enum):
    """Where the dialogue stands."""

    CLOSED = "closed"
    IDLE = "idle"
    """Between two mails."""
    BUSY = "busy"
    """A command is under way."""
    OFFERED = "offered"
    """354: the server waits for the body."""
    SENT = "sent"
    """The final dot was written."""


class SmtpTransport:
    """One connection to one account; see `mail.transport.Transport`. A closed one may be opened again."""

    def __init__(self, account: Account, timeouts: Timeouts, tls_context: ssl.SSLContext, local_hostname: str) -> None:
        self._account = account
        self._timeouts = timeouts
        self._client = aiosmtplib.SMTP(
            hostname=account.host,
            port=account.port,
            use_tls=account.security == "tls",
            start_tls=False,
            tls_context=tls_context,
            local_hostname=local_hostname,
            timeout=timeouts.command.total_seconds(),
        )
        self._step = Step.CLOSED
        self._envelope_open = False
        self._reading: asyncio.Task[aiosmtplib.SMTPResponse] | None = None

    @property
    def usable(self) -> bool:
        """Open, authenticated, in step with the server and without a mail under way."""
        return self._step is Step.IDLE and self._client.is_connected and self._in_step()

    async def open(self) -> None:
        """Connect, greet, encrypt and log in."""
        try:
            await open_client(self._client, self._account, self._timeouts)
        except BaseException:
            self.abort()
            raise
        # The body counts as written when the system has all of it, not when it fits a buffer here.
        cast("asyncio.WriteTransport", self._client.transport).set_write_buffer_limits(high=1, low=0)
        self._step, self._envelope_open = Step.IDLE, False

    async def offer(self, sender: str, recipient: str, *, size: int, utf8: bool) -> None:
        """MAIL, RCPT and DATA, until 354. A refusal leaves the connection usable, unless it was 421."""
        if not self.usable:
            self.abort()
            raise self._not_sent("the connection is closed", Reason.CONNECTION_LOST)
        from_path, to_path = path(sender), path(recipient)
        options = self._mail_options(size=size, utf8=utf8 or needs_smtputf8(sender) or needs_smtputf8(recipient))
        reset = [b"RSET"] if self._envelope_open else []
        commands = [*reset, b" ".join((b"MAIL FROM:" + from_path, *options)), b"RCPT TO:" + to_path, b"DATA"]
        self._step, self._envelope_open = Step.BUSY, True
        try:
            if self._client.supports_extension("pipelining"):
                await self._at_once(commands)
            else:
                for command in commands:
                    await self._command(command)
        except NotSentError as error:
            self._settle(error.code)
            raise
        except BaseException:
            self.abort()
            raise
        self._step = Step.OFFERED

    async def transmit(self, message: bytes) -> None:
        """Write the body and the final dot. Only after a normal return may a dot be on its way."""
        protocol = self._client.protocol
        if self._step is not Step.OFFERED or protocol is None:
            self.abort()
            raise self._not_sent("the connection was lost before the body", Reason.CONNECTION_LOST)
        self._reading = _read(protocol)
        try:
            await asyncio.sleep(0)  # let the reading begin: aiosmtplib drops what comes while nobody reads
            async with asyncio.timeout(self._timeouts.upload.total_seconds()):
                await self._write_body(protocol, stuffed(message))
            protocol.write(FINAL_DOT)  # no await from here on: a cancellation finds the dot written or not at all
        except TimeoutError as error:
            self.abort()
            raise self._not_sent("the body was not taken in time", Reason.TIMEOUT) from error
        except (OSError, aiosmtplib.SMTPException) as error:
            self.abort()
            raise self._not_sent("the connection was lost within the body", Reason.CONNECTION_LOST) from error
        except BaseException:
            self.abort()
            raise
        self._step = Step.SENT

    async def reply(self, within: timedelta) -> Reply:
        """Wait for the acceptance of the mail. `TimeoutError`: not yet, ask again."""
        if self._step is not Step.SENT or self._reading is None:
            raise OutcomeUnknownError(f"{self._account.place}: closed before the server had answered the mail")
        reading = self._reading
        done, _ = await asyncio.wait({reading}, timeout=within.total_seconds())
        if not done:
            raise TimeoutError(f"{self._account.place}: no answer to the mail yet")
        answer = self._answer_to_dot(reading)
        self._reading, self._envelope_open = None, False
        self._settle(answer.code)
        if answer.refused:
            raise self._refused(answer)
        return answer

    async def quit(self) -> None:
        """QUIT if the dialogue allows it, then close. Never raises."""
        try:
            if self.usable:
                self._step = Step.BUSY
                await self._client.execute_command(b"QUIT", timeout=self._timeouts.quit.total_seconds())
        except (OSError, aiosmtplib.SMTPException):
            pass  # nothing depends on a farewell
        finally:
            self.abort()

    def abort(self) -> None:
        """Close at once, dropping what was not yet written."""
        self._step = Step.CLOSED
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        if self._client.transport is not None:
            cast("asyncio.WriteTransport", self._client.transport).abort()
        self._client.close()

    def _mail_options(self, *, size: int, utf8: bool) -> list[bytes]:
        """Tell MAIL what the mail is like, and refuse here what the server has announced it would refuse."""
        options = []
        limit = self._client.esmtp_extensions.get("size", "").strip()
        if limit.isdecimal() and 0 < int(limit) < size:
            problem = f"takes mails of up to {limit} bytes, this one has {size}"
            raise self._not_sent(problem, Reason.UNSUPPORTED, permanent=True)
        if self._client.supports_extension("size"):
            options.append(b"SIZE=%d" % size)
        if utf8:
            if not self._client.supports_extension("smtputf8"):
                problem = "does not offer SMTPUTF8, which an address with characters beyond ASCII needs"
                raise self._not_sent(problem, Reason.UNSUPPORTED, permanent=True)
            options += [b"BODY=8BITMIME", b"SMTPUTF8"]
        return options

    async def _command(self, command: bytes) -> None:
        """One command and its success."""
        with self._explained([command], []):
            answer = make_reply(*await self._client.execute_command(command))
        if not _welcome(command, answer):
            raise self._refused(answer)
        if not self._in_step():
            raise self._not_sent("the server answers more than it is asked", Reason.OTHER)

    async def _at_once(self, commands: list[bytes]) -> None:
        """RSET, MAIL, RCPT and DATA in one go. The first refusal counts, whatever came after it."""
        protocol, answers = self._client.protocol, list[aiosmtplib.SMTPResponse]()
        assert protocol is not None
        try:
            with self._explained(commands, answers):
                async with asyncio.timeout(self._timeouts.command.total_seconds() * len(commands)):
                    await execute(protocol, commands, answers)
        except NotSentError:
            self.abort()
            self._raise_refusal(commands, [make_reply(*answer) for answer in answers])
            raise
        if not self._in_step():
            raise self._not_sent("the server answers more than it is asked", Reason.OTHER)
        replies = [make_reply(*answer) for answer in answers]
        if any(reply.code == 421 for reply in replies):
            self.abort()
        elif not all(map(_welcome, commands, replies)) and replies[-1].code == 354:
            await self._decline(replies[-2])
        self._raise_refusal(commands, replies)

    async def _decline(self, recipient: Reply) -> None:
        """Send no body although it is asked for: a lone dot, which no recipient can get (RFC 2920, 3.1), or nothing."""
        with suppress(OSError, aiosmtplib.SMTPException):
            if recipient.refused and (await self._client.execute_command(b".")).code != 421:
                return
        self.abort()

    def _raise_refusal(self, commands: list[bytes], replies: list[Reply]) -> None:
        for command, reply in zip(commands, replies, strict=False):
            if not _welcome(command, reply):
                raise self._refused(reply)

    @contextmanager
    def _explained(self, commands: list[bytes], answers: list[aiosmtplib.SMTPResponse]) -> Iterator[None]:
        """Say of aiosmtplib's errors what they mean for the mail, and at which command."""
        try:
            yield
        except aiosmtplib.SMTPResponseException as error:
            raise self._not_sent(f"not an SMTP answer: {printable(error.message)}", Reason.OTHER) from error
        except (OSError, aiosmtplib.SMTPException) as error:
            word = commands[len(answers)][:4].decode()
            if isinstance(error, TimeoutError):
                raise self._not_sent(f"no answer to {word}", Reason.TIMEOUT) from error
            raise self._not_sent(f"the connection was lost at {word}", Reason.CONNECTION_LOST) from error

    async def _write_body(self, protocol: SMTPProtocol, body: bytes) -> None:
        """Hand all of the body to the system. An answer before its end is a refusal."""
        assert self._reading is not None
        for start in range(0, len(body), CHUNK):
            protocol.write(body[start : start + CHUNK])
            await protocol._drain_helper()  # the hook that asyncio's own StreamWriter uses; there is no public one
            if self._reading.done():
                answer = make_reply(*self._reading.result())
                raise self._refused(answer)

    def _answer_to_dot(self, reading: asyncio.Task[aiosmtplib.SMTPResponse]) -> Reply:
        try:
            answer = make_reply(*reading.result())
        except (OSError, aiosmtplib.SMTPException, asyncio.CancelledError) as error:
            self.abort()
            raise OutcomeUnknownError(f"{self._account.place}: the mail was sent, but not answered: {error}") from error
        if not (answer.accepted or answer.refused):
            self.abort()
            raise OutcomeUnknownError(f"{self._account.place}: the mail was sent, and answered oddly: {answer}")
        return answer

    def _settle(self, code: int | None) -> None:
        """After an answer: go on with the connection, or drop it if the server is leaving or out of step."""
        if code is not None and code != 421 and self._client.is_connected and self._in_step():
            self._step = Step.IDLE
        else:
            self.abort()

    def _in_step(self) -> bool:
        """No bytes are left over: they would be taken for the answer to the next command."""
        return self._client.protocol is not None and not self._client.protocol._buffer

    def _refused(self, answer: Reply) -> NotSentError:
        text = f"{self._account.place}: {answer}"
        return NotSentError(text, reason=answer.reason, permanent=answer.permanent, code=answer.code)

    def _not_sent(self, problem: str, reason: Reason, *, permanent: bool = False) -> NotSentError:
        return NotSentError(f"{self._account.place}: {problem}", reason=reason, permanent=permanent)


def _welcome(command: bytes, answer: Reply) -> bool:
    """Whether the command had the success that was asked for (2xx, or 354 for DATA)."""
    return answer.code // 10 == (35 if command == b"DATA" else 25)


def _read(protocol: SMTPProtocol) -> asyncio.Task[aiosmtplib.SMTPResponse]:
    """Read the next answer, however long it takes, in a task of its own: asking twice must not lose it."""

    def finished(task: asyncio.Task[aiosmtplib.SMTPResponse]) -> None:
        protocol.resume_writing()  # a server that has answered takes no more of the body: do not wait for it
        if not task.cancelled():
            task.exception()  # nobody may come to ask for it

    reading = asyncio.create_task(protocol.read_response())
    reading.add_done_callback(finished)
    return reading
