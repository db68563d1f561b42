"""The bytes of one connection: lines and bodies in, answers out in order, delays, TLS."""

import asyncio
import sys
from collections import deque
from collections.abc import Callable
from typing import cast

from stack.simulator.dialogue import Dialogue
from stack.simulator.journal import now_ns
from stack.simulator.provider import TLS_END_SECONDS, Provider
from stack.simulator.step import Step, Then

LINE_LIMIT = 12_288
"""The longest line that AUTH needs (RFC 4954, 4)."""
BACKLOG_LIMIT = 1 << 20
END = b"\r\n.\r\n"
SLOW_SECONDS = 1.0
"""An answer that takes as long is noted in the journal."""


class Connection(asyncio.Protocol):
    """One client. Bytes wait in arrival order, each with its time, while an answer is still due."""

    def __init__(self, provider: Provider) -> None:
        self._loop = asyncio.get_running_loop()
        self._provider = provider
        self.dialogue = Dialogue(provider, f"{provider.config.name}#{next(provider.numbers)}")
        self.closed: asyncio.Future[None] = self._loop.create_future()
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._backlog: deque[tuple[int, bytes]] = deque()
        self._backlog_size = 0
        self._arrived_at = 0
        self._in_body = self._drop_body = self._too_long = False
        self._blocked = self._paused = self._ending = self._ended = False
        self._searched = self._oversize = 0
        self._due: Step | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._tls: asyncio.Task[None] | None = None
        self._replies: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Greet the client; where the provider speaks TLS only, the handshake is done."""
        self._transport = cast("asyncio.Transport", transport)
        self._provider.connections.add(self)
        self.dialogue.encrypted = transport.get_extra_info("sslcontext") is not None
        config = self._provider.config
        if config.security == "tls" and not self.dialogue.encrypted:
            self._advance(self._break_handshake)
        else:
            self._advance(self.dialogue.ignored if config.silent else self.dialogue.greeting)

    def data_received(self, data: bytes) -> None:
        """Read on, or keep the bytes while an answer is due."""
        now = now_ns()
        if self._provider.config.silent:
            self._advance(self.dialogue.ignored)
            return
        if self._waiting():
            self._backlog.append((now, data))
            self._backlog_size += len(data)
            if self._backlog_size > BACKLOG_LIMIT and self._transport is not None:
                self._paused = True
                self._transport.pause_reading()
            return
        self._arrived_at = now
        self._buffer += data
        self._advance()

    def connection_lost(self, error: Exception | None) -> None:
        """Settle what the client did not wait for."""
        due, self._due = self._due, None
        if self._timer is not None:
            self._timer.cancel()
        self._forget()
        if due is not None and due.settle is not None:
            due.settle(False)  # noqa: FBT003 - answered: no
        self.dialogue.lost()

    def _forget(self) -> None:
        self._transport = None
        self._provider.connections.discard(self)
        if not self.closed.done():
            self.closed.set_result(None)

    def pause_writing(self) -> None:
        """Read no further commands of a client that reads no answers."""
        self._blocked = True

    def resume_writing(self) -> None:
        """Go on with the commands."""
        self._blocked = False
        self._advance()

    def shut(self) -> None:
        """Close with a 421, after the answer that is due."""
        self._ending = True
        if self._tls is not None:
            self._tls.cancel()
        elif self._due is None and self._transport is not None:
            if not (self._in_body or self._provider.config.silent):
                self._transport.write(b"421 4.3.2 Closing down\r\n")
            self._transport.close()

    def abort(self) -> None:
        """Close at once; what is due counts as not waited for."""
        if self._transport is not None:
            self._transport.abort()

    def _waiting(self) -> bool:
        return self._due is not None or self._blocked or self._tls is not None or self._ended or self._transport is None

    def _advance(self, first: Callable[[], Step | None] = lambda: None) -> None:
        """Answer all that has come in, until an answer has to wait; without a journal nothing is answered."""
        try:
            step = first()
            if step is not None:
                self._perform(step)
            self._answer_all()
        except OSError as error:
            sys.stderr.write(f"simulator: {error}\n")
            self._end(abort=True)

    def _answer_all(self) -> None:
        """Answers that come together leave together."""
        while not self._waiting():
            if self._step():
                continue
            if not self._backlog:
                break
            self._arrived_at, data = self._backlog.popleft()
            self._backlog_size -= len(data)
            self._buffer += data
        self._flush()
        if self._paused and not self._backlog and self._transport is not None:
            self._paused = False
            self._transport.resume_reading()

    def _step(self) -> bool:
        """Take one line or body from the buffer; False when it holds none."""
        if self._drop_body and self._buffer:
            self._perform(self.dialogue.body_dropped())
            return True
        if self._in_body:
            return self._read_body()
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > LINE_LIMIT:
                self._too_long = True
                self._buffer.clear()
            return False
        line = bytes(self._buffer[:end]).removesuffix(b"\r")
        del self._buffer[: end + 1]
        if self._too_long or len(line) > LINE_LIMIT:
            self._too_long = False
            self._perform(Step("500 5.5.6 Line too long"))
        else:
            self._perform(self.dialogue.line(line, self._arrived_at))
        return True

    def _read_body(self) -> bool:
        """Look for the final dot. The buffer begins with the line end in front of the body."""
        found = self._buffer.find(END, self._searched)
        if found >= 0:
            raw = bytes(self._buffer[2 : found + 2])
            del self._buffer[: found + len(END)]
            oversize = self._oversize + len(raw) if self._oversize else 0
            self._in_body = False
            self._perform(self.dialogue.dot(raw, self._arrived_at, oversize=oversize))
            return True
        if len(self._buffer) > self._provider.config.size_limit + LINE_LIMIT:
            self._oversize += len(self._buffer) - len(END)
            del self._buffer[: -len(END)]
        self._searched = max(0, len(self._buffer) - len(END) + 1)
        return False

    def _perform(self, step: Step) -> None:
        if step.seconds >= SLOW_SECONDS:
            self._provider.note("slow", self.dialogue.connection)
        if step.seconds:
            self._flush()
            self._due = step
            self._timer = self._loop.call_later(step.seconds, self._come_due)
        else:
            self._finish(step)

    def _come_due(self) -> None:
        step, self._due, self._timer = self._due, None, None
        assert step is not None
        self._advance(lambda: self._finish(step))

    def _finish(self, step: Step) -> None:
        """Settle, then answer: in this order, so that nothing answered is missing in the journal."""
        if step.settle is not None:
            step.settle(True)  # noqa: FBT003 - answered: yes
        if step.reply:
            self._replies.append(step.reply)
        if self._ending:
            self._end(abort=step.then is Then.ABORT)
        elif step.then is Then.BODY:
            self._in_body, self._searched, self._oversize = True, 0, 0
            self._buffer[:0] = b"\r\n"
        elif step.then is Then.BODY_DROPPED:
            self._drop_body = True
        elif step.then is Then.TLS:
            self._flush()
            if self._provider.config.tls_broken:
                self._break_handshake()
            else:
                self._start_tls()
        elif step.then in {Then.CLOSE, Then.ABORT}:
            self._end(abort=step.then is Then.ABORT)

    def _end(self, *, abort: bool) -> None:
        if self._transport is None or self._ended:
            return
        self._flush()
        self._ended = True
        self._transport.abort() if abort else self._transport.close()

    def _flush(self) -> None:
        if self._replies and self._transport is not None:
            self._transport.write("".join(f"{reply}\r\n" for reply in self._replies).encode("utf-8", "surrogateescape"))
        self._replies.clear()

    def _break_handshake(self) -> None:
        assert self._transport is not None
        self._provider.note("handshake_failed", self.dialogue.connection)
        self._transport.write(b"\x15nonsense\r\n")
        self._end(abort=False)

    def _start_tls(self) -> None:
        """Throw away what came in clear text, which a stranger may have slipped in, and shake hands."""
        assert self._transport is not None
        self._buffer.clear()
        self._backlog.clear()
        self._backlog_size = 0
        self._transport.pause_reading()
        self._tls = self._loop.create_task(self._shake_hands(self._transport))

    async def _shake_hands(self, transport: asyncio.Transport) -> None:
        encrypted, context = None, self._provider.world.tls
        assert context is not None
        try:
            encrypted = await self._loop.start_tls(
                transport, self, context, server_side=True, ssl_shutdown_timeout=TLS_END_SECONDS
            )
        except (OSError, TimeoutError):
            self._provider.note("handshake_failed", self.dialogue.connection)
        finally:
            self._tls = None
            if encrypted is None:
                transport.abort()
                self._forget()
        if encrypted is not None and not self.closed.done():
            self._transport = encrypted
            self.dialogue.restart()
            self._advance()
