"""Makes GET requests at a fixed rate over few connections, cheaply enough not to disturb what it measures."""

import asyncio
import time
from contextlib import closing
from dataclasses import dataclass, field

from stack.ports import LOOPBACK

CONNECTIONS = 20
ANSWER_LIMIT = 10.0
"""Seconds after which a request counts as an error."""


@dataclass(slots=True)
class Answers:
    """What came back: seconds from the moment a request was due, a late one included, and what was no 200."""

    seconds: list[float] = field(default_factory=list)
    errors: int = 0


async def read_steadily(port: int, path: str, key: str, per_second: float, seconds: float) -> Answers:
    """Ask for one path, each connection at moments of its own; a late one asks on at once, and its wait counts.

    What could not be asked within the time and a little more counts as errors.
    """
    lines = (f"GET {path} HTTP/1.1", f"Host: {LOOPBACK}", f"Authorization: Bearer {key}", "Accept: */*", "", "")
    request, answers, now = "\r\n".join(lines).encode("ascii"), Answers(), time.monotonic()
    moments = [_Moments(now + number / per_second, CONNECTIONS / per_second) for number in range(CONNECTIONS)]
    asking = [asyncio.create_task(_ask(port, request, each, now + seconds, answers)) for each in moments]
    _, late = await asyncio.wait(asking, timeout=seconds + ANSWER_LIMIT)
    for each in late:
        each.cancel()
    await asyncio.gather(*asking, return_exceptions=True)
    answers.errors += max(0, round(per_second * seconds) - len(answers.seconds) - answers.errors)
    return answers


@dataclass(slots=True)
class _Moments:
    """When a connection is to ask: next, and how long after that again."""

    due: float
    pause: float

    async def next(self) -> float:
        asked, self.due = self.due, self.due + self.pause
        await asyncio.sleep(asked - time.monotonic())
        return asked


async def _ask(port: int, request: bytes, moments: _Moments, until: float, answers: Answers) -> None:
    """Ask over one connection, which is made anew after an error."""
    while moments.due < until:
        try:
            reader, writer = await asyncio.open_connection(LOOPBACK, port)
            with closing(writer):
                while moments.due < until:
                    asked = await moments.next()
                    writer.write(request)
                    status = await asyncio.wait_for(_status(reader), ANSWER_LIMIT)
                    answers.seconds.append(time.monotonic() - asked)
                    answers.errors += status != 200
        except (OSError, TimeoutError, EOFError, ValueError):
            answers.errors += 1


async def _status(reader: asyncio.StreamReader) -> int:
    """Read a whole answer; its status."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    _, _, rest = head.partition(b"content-length:")
    await reader.readexactly(int(rest.partition(b"\r")[0]))
    return int(head.split(b" ", 2)[1])
