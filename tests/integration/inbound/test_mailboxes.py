"""Mailboxes at a real IMAP server are read once, in order, and nothing in them changes."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from dataclasses import dataclass, replace

import pytest

import runtime.mailboxes
from database.queries import mailbox
from database.queries.mailbox import MailboxToRead
from mail.imap import MailboxError, MailboxSession
from mail.tls import tls_context
from runtime.mailboxes import Mailboxes, Opens
from tests.integration.inbound.conftest import Post
from tests.integration.inbound.dovecot import PASSWORD, WITHOUT_IDLE, Dovecot, running
from tests.unit.mail.inbound.mails import answer, block, mail, report

SET_UP = """
    INSERT INTO mailboxes (service_id, host, port, security, username, marks_read)
    VALUES ($1, '127.0.0.1', $2, 'none', 'ann', $3)
"""


@dataclass
class Reading:
    """A service's mailbox at a server, and who reads it."""

    post: Post
    server: Dovecot
    mailboxes: Mailboxes
    opens: Opens
    password: str = PASSWORD

    def again(self) -> "Reading":
        """As another process would."""
        return Reading(self.post, self.server, Mailboxes(self.post.world.pool, self.post.inbox, self.opens), self.opens)

    async def once(self) -> int:
        """Read to the end; how many mails there were."""
        async with self.post.world.pool.acquire() as connection:
            (settings,) = await mailbox.to_read(connection, self.post.service_id)
        async with aclosing(self.mailboxes.readings(settings)) as readings:
            return await anext(readings)

    async def arrives(self, raw: bytes, folder: str = "INBOX") -> None:
        await self.server.put(self.post.about_us(raw), folder)

    async def until_events(self, count: int) -> None:
        while len(await self.post.events()) < count:  # noqa: ASYNC110 - another task writes them
            await asyncio.sleep(0.05)

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        keeping = asyncio.create_task(self.mailboxes.keep())
        try:
            yield
        finally:
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping


@pytest.fixture
async def server() -> AsyncIterator[Dovecot]:
    async with running() as server:
        yield server


async def reading_at(post: Post, server: Dovecot, *, marks_read: bool = False) -> Reading:
    await post.world.pool.execute(SET_UP, post.service_id, server.port, marks_read)

    def opens(settings: MailboxToRead) -> MailboxSession:
        account = replace(server.account(settings.username or ""), password=made.password)
        return MailboxSession(account, tls_context(None))

    made = Reading(post, server, Mailboxes(post.world.pool, post.inbox, opens), opens)
    return made


@pytest.fixture
async def reading(post: Post, server: Dovecot) -> Reading:
    return await reading_at(post, server)


async def test_what_lies_in_inbox_and_junk_is_read_once_and_left_as_it_is(reading: Reading) -> None:
    await reading.arrives(report(block("4.2.2", "452 mailbox full"), Message_ID="<1@mx.example.net>"))
    await reading.arrives(answer("Yes.", Message_ID="<2@mx.example.net>"), "Junk")
    await reading.arrives(mail("News."))

    assert [await reading.once(), await reading.once()] == [3, 0]

    assert sorted(await reading.post.events()) == [("reply", "message_id"), ("soft_bounce", "message_id")]
    assert reading.post.news == [reading.post.task_id] * 2
    assert await reading.server.unseen() == 2
    row = await reading.post.world.row("SELECT mails_read, mails_matched, error, checked_at IS NOT NULL FROM mailboxes")
    assert tuple(row) == (3, 2, None, True)

    await reading.arrives(answer("And one more.", Message_ID="<3@mx.example.net>"))
    assert await reading.once() == 1


async def test_a_mailbox_that_was_numbered_anew_is_read_again_and_counts_nothing_twice(reading: Reading) -> None:
    await reading.arrives(report(block("4.2.2", "452 mailbox full")))
    assert await reading.once() == 1
    before = await reading.post.world.row("SELECT uid_validity FROM mailbox_folders WHERE folder = 'INBOX'")

    reading.server.renumber()

    while await reading.once() == 0:  # the server's numbers are seconds: within the same one nothing changes
        reading.server.renumber()
        await asyncio.sleep(0.2)
    after = await reading.post.world.row("SELECT uid_validity FROM mailbox_folders WHERE folder = 'INBOX'")
    assert before != after
    assert await reading.post.letters.engagement() == {"soft_bounces": 1}


async def test_mails_are_marked_as_read_only_if_that_is_wanted(post: Post, server: Dovecot) -> None:
    reading = await reading_at(post, server, marks_read=True)
    await reading.arrives(answer("Yes."))

    await reading.once()

    assert await server.unseen() == 0


async def test_a_mail_that_arrives_is_told_by_the_server_and_read_at_once(reading: Reading) -> None:
    async with reading.kept():
        await reading.arrives(answer("Yes.", Message_ID="<1@mx.example.net>"))
        await reading.until_events(1)
        await reading.arrives(report(block("5.1.1", "550 user unknown"), Message_ID="<2@mx.example.net>"))
        await reading.until_events(2)

    assert [kind for kind, _ in await reading.post.events()] == ["reply", "hard_bounce"]


async def test_a_server_that_tells_nothing_is_asked_from_time_to_time(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runtime.mailboxes, "CHECKS_EVERY", 0.1)
    async with running(WITHOUT_IDLE) as server:
        reading = await reading_at(post, server)
        async with reading.kept():
            for number in (1, 2):
                await reading.arrives(answer("Yes.", Message_ID=f"<{number}@mx.example.net>"))
                await reading.until_events(number)


async def test_a_login_that_is_refused_is_shown_at_the_service_without_the_password(reading: Reading) -> None:
    reading.password = "wrong-4712"
    async with reading.kept():
        while (error := (await reading.post.world.row("SELECT error FROM mailboxes"))["error"]) is None:  # noqa: ASYNC110 - it is written by another
            await asyncio.sleep(0.05)

    assert error.startswith(f"127.0.0.1:{reading.server.port}: login as 'ann' was refused: ")
    assert "wrong-4712" not in error


async def test_a_reading_that_fails_half_way_goes_on_where_it_was(
    reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        await reading.arrives(report(block("4.2.2", "452 full"), Message_ID=f"<{number}@mx.example.net>"))
    understand, seen = reading.post.inbox.understand, 0

    async def interrupted(*given: object) -> object:
        nonlocal seen
        seen += 1
        if seen == 2:
            raise ConnectionError("the database is away")
        return await understand(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(reading.post.inbox, "understand", interrupted)
    with pytest.raises(ConnectionError):
        await reading.once()

    assert await reading.once() == 2
    assert await reading.post.letters.engagement() == {"soft_bounces": 3}


async def test_only_one_process_reads(reading: Reading) -> None:
    other = reading.again()
    async with reading.kept(), other.kept():
        await reading.arrives(answer("Yes."))
        await reading.until_events(1)

    row = await reading.post.world.row("SELECT mails_read FROM mailboxes")
    assert row["mails_read"] == 1


async def test_a_server_that_is_not_there_is_named(server: Dovecot) -> None:
    account = replace(server.account(), port=1)
    with pytest.raises(MailboxError, match=r"127\.0\.0\.1:1: connecting failed: .*refused"):
        await asyncio.to_thread(MailboxSession(account, tls_context(None)).open)
