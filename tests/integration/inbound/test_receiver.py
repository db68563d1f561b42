"""The receiver takes mails for us alone, says 250 when they are written, and sends them away while it cannot write."""

import asyncio
import smtplib
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass

import pytest
from sqlalchemy.engine import make_url

import mail.receiver
from mail.receiver import Limits, Receiver, TryLaterError
from runtime.receive import Door
from stack.postgres_outage import closed
from tests.integration.inbound.conftest import Post
from tests.unit.mail.inbound.mails import answer, block, report

LIMITS = Limits(mail_bytes=200_000, kept_bytes=1_000, connections=2, command_seconds=20)


@dataclass
class Kept:
    """Takes mails in memory; `away` as when the database is."""

    mails: list[tuple[bytes, list[str]]]
    away: bool = False

    async def take(self, raw: bytes, recipients: list[str]) -> None:
        if self.away:
            raise TryLaterError("the database is away, try again later")
        self.mails.append((raw, recipients))

    async def accepts(self, address: str) -> bool:
        return address.endswith("@example.org")


@pytest.fixture
async def kept() -> AsyncIterator[tuple[Kept, int]]:
    taker = Kept([])
    receiver = Receiver(taker.take, taker.accepts, "mx.example.org", LIMITS)
    yield taker, await receiver.listen("127.0.0.1", 0)
    await receiver.close()


async def talk(port: int, *lines: bytes) -> list[str]:
    """Say these lines one after the other, and what was answered to each, the greeting first."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    answers = [(await reader.readline()).decode().strip()]
    for line in lines:
        writer.write(line + b"\r\n")
        while (got := (await reader.readline()).decode().strip())[3:4] == "-":
            pass
        answers.append(got)
    await left(writer)
    return answers


async def left(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()


async def in_dialogue(port: int, mail: bytes, word: bytes = b"EHLO", *to: bytes) -> list[str]:
    recipients = [b"RCPT TO:<%s>" % each for each in to or (b"ada@example.org",)]
    return await talk(port, word + b" peer", b"MAIL FROM:<>", *recipients, b"DATA", mail + b"\r\n.")


async def test_a_mail_is_taken_as_it_was_sent(kept: tuple[Kept, int]) -> None:
    taker, port = kept

    answers = await in_dialogue(port, b"Subject: x\r\n\r\n..dots\r\n.. and more\nno end:\n.\nstill")

    assert answers[-1].startswith("250 ")
    assert taker.mails == [(b"Subject: x\r\n\r\n.dots\r\n. and more\nno end:\n.\nstill\r\n", ["ada@example.org"])]


async def test_lmtp_answers_for_each_recipient(kept: tuple[Kept, int]) -> None:
    taker, port = kept
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    commands = (
        b"LHLO x\r\nMAIL FROM:<>\r\nRCPT TO:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nhi\r\n.\r\nQUIT\r\n"
    )

    writer.write(commands)  # all at once: it offers PIPELINING
    codes = [line[:3] for line in (await reader.read()).decode().splitlines() if line[3:4] == " "]
    await left(writer)

    assert codes == ["220", "250", "250", "250", "250", "354", "250", "250", "221"]
    assert taker.mails == [(b"hi\r\n", ["a@example.org", "b@example.org"])]


async def test_nothing_is_relayed(kept: tuple[Kept, int]) -> None:
    answers = await talk(kept[1], b"EHLO x", b"MAIL FROM:<a@b.example>", b"RCPT TO:<bob@example.net>", b"DATA")

    assert [line[:3] for line in answers] == ["220", "250", "250", "550", "503"]


async def test_what_cannot_be_written_is_sent_away_for_now(kept: tuple[Kept, int]) -> None:
    kept[0].away = True

    assert (await in_dialogue(kept[1], b"hi"))[-1].startswith("451 4.3.0 ")


async def test_a_large_mail_is_kept_in_part_and_one_too_large_is_refused(kept: tuple[Kept, int]) -> None:
    taker, port = kept

    assert (await in_dialogue(port, b"a" * 100_000))[-1].startswith("250 ")
    assert (await in_dialogue(port, b"line\r\n" * 40_000))[-1].startswith("552 ")
    assert (await talk(port, b"EHLO x", b"MAIL FROM:<> SIZE=300000"))[-1].startswith("552 ")
    assert [len(raw) for raw, _ in taker.mails] == [LIMITS.kept_bytes]


async def test_a_peer_that_talks_nonsense_is_left(kept: tuple[Kept, int]) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", kept[1])
    writer.write(b"GET / HTTP/1.1\r\n" * 30)

    assert (await reader.read()).decode().splitlines()[-1].startswith("421 ")
    await left(writer)


async def test_it_ends_although_what_a_taker_was_at_fails_just_then(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mail.receiver, "AGAIN", 0.01)
    taking = asyncio.Event()

    async def take(_: bytes, __: list[str]) -> None:
        taking.set()
        try:
            await asyncio.Event().wait()
        finally:
            raise TryLaterError("the connection to the database has died")

    receiver = Receiver(take, Kept([]).accepts, "mx.example.org", LIMITS)
    dialogue = asyncio.create_task(in_dialogue(await receiver.listen("127.0.0.1", 0), b"hi"))
    await taking.wait()
    await receiver.close()

    assert (await dialogue)[-1].startswith("451 ")


async def test_more_connections_than_allowed_are_sent_away(kept: tuple[Kept, int]) -> None:
    held = [await asyncio.open_connection("127.0.0.1", kept[1]) for _ in range(2)]
    for reader, _ in held:
        assert (await reader.readline()).startswith(b"220 ")

    assert (await talk(kept[1]))[0].startswith("421 ")
    for _, writer in held:
        await left(writer)


async def test_a_bounce_is_written_before_it_is_answered_and_sent_away_while_the_database_is_down(
    post: Post, postgres_url: str, database_url: str
) -> None:
    door = Door(post.world.pool, post.inbox)
    receiver = Receiver(door.take, door.accepts, "mx.example.org")
    port = await receiver.listen("127.0.0.1", 0)
    raw = post.about_us(report(block("5.1.1", "550 user unknown")))

    def send(kind: type[smtplib.SMTP], to: str = "ada@example.org") -> int:
        with kind("127.0.0.1", port, timeout=20) as peer:
            peer.ehlo_or_helo_if_needed()
            peer.mail("")
            code, _ = peer.rcpt(to)
            return peer.data(raw)[0] if code == 250 else code

    assert await asyncio.to_thread(send, smtplib.SMTP, "bob@elsewhere.example") == 550
    assert await asyncio.to_thread(send, smtplib.LMTP) == 250
    assert await post.events() == [("hard_bounce", "message_id")]
    async with closed(postgres_url, make_url(database_url).database or ""):
        assert await asyncio.to_thread(send, smtplib.SMTP) == 451
    assert await asyncio.to_thread(send, smtplib.SMTP) == 250
    await receiver.close()


async def test_a_mail_of_nobodys_is_taken_and_dropped(post: Post) -> None:
    door = Door(post.world.pool, post.inbox)

    await door.take(answer("Yes.", In_Reply_To="<x@y.example>", References=""), ["ada@example.org"])
    await door.take(b"\x00\xff" * 1_000, ["ada@example.org"])

    assert await post.events() == []
