"""What is known about a mail after each way a dialogue can go wrong."""

import asyncio
from datetime import timedelta

import pytest

from mail.errors import NotSentError, OutcomeUnknownError
from mail.reason import Reason
from mail.smtp import SmtpTransport
from mail.transport import Timeouts
from tests.integration.mail.conftest import MakeTransport
from tests.integration.mail.odd_server import Dialogue, odd_server, odd_server_in_a_thread

LONG = timedelta(seconds=30)
AT_ONCE = timedelta(0)
MESSAGE = b"Subject: hello\r\n\r\n.one dot\r\n..two\r\nend\r\n"
HUGE = b"Subject: huge\r\n\r\n" + (b"0123456789abcdef" * 1000 + b"\r\n") * 2000


async def offer(transport: SmtpTransport) -> None:
    await transport.offer("from@a.test", "to@b.test", size=len(MESSAGE), utf8=False)


async def test_a_mail_is_taken_and_the_next_follows_on_the_same_connection(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet()
        for _ in range(2):
            await client.take_envelope()
            await client.hear_body()
            await client.say("250 2.0.0 queued as 1")
        assert await client.hear() == "QUIT"
        await client.say("221 bye")

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        for _ in range(2):
            await offer(transport)
            await transport.transmit(MESSAGE)
            answer = await transport.reply(LONG)
            assert (answer.code, answer.text) == (250, "2.0.0 queued as 1")
            assert transport.usable
        await transport.quit()

    assert server.dialogues[0].bodies == [MESSAGE, MESSAGE]
    assert len(server.dialogues) == 1


async def test_a_reply_that_comes_late_is_not_lost_by_asking_early(make_transport: MakeTransport) -> None:
    asked = asyncio.Event()

    async def script(client: Dialogue) -> None:
        await client.greet()
        await client.take_envelope()
        await client.hear_body()
        await asked.wait()
        await client.say("250 taken after all")

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        await offer(transport)
        await transport.transmit(MESSAGE)
        with pytest.raises(TimeoutError):
            await transport.reply(AT_ONCE)
        assert not transport.usable
        asked.set()
        assert (await transport.reply(LONG)).text == "taken after all"
        transport.abort()


async def test_an_answer_that_arrives_while_nobody_asks_is_kept(make_transport: MakeTransport) -> None:
    answered = asyncio.Event()

    async def script(client: Dialogue) -> None:
        await client.greet()
        await client.take_envelope()
        await client.hear_body()
        await client.say("250 taken")
        answered.set()

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        await offer(transport)
        await transport.transmit(MESSAGE)
        with pytest.raises(TimeoutError):
            await transport.reply(AT_ONCE)
        await answered.wait()
        assert (await transport.reply(LONG)).accepted
        transport.abort()


@pytest.mark.parametrize(
    ("answer", "permanent"), [("451 4.3.0 not now", False), ("554 5.7.1 spam", True), ("421 4.3.2 leaving", False)]
)
async def test_a_refusal_of_the_dot_is_known_to_be_unsent(
    make_transport: MakeTransport, answer: str, *, permanent: bool
) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet()
        await client.take_envelope()
        await client.hear_body()
        await client.say(answer)

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        await offer(transport)
        await transport.transmit(MESSAGE)
        with pytest.raises(NotSentError) as refusal:
            await transport.reply(LONG)
        assert (refusal.value.code, refusal.value.permanent) == (int(answer[:3]), permanent)
        assert transport.usable is not answer.startswith("421")
        transport.abort()


@pytest.mark.parametrize(
    "ending",
    [
        "",
        "250-never finished\r\n",
        "garbage\r\n",
        "2\r\n",
        "\x00\x01\x02\r\n",
        "354 more\r\n",
        "999 odd\r\n",
        "250-x\r\n" * 9000,
    ],
    ids=["silence", "unfinished", "garbage", "short", "binary", "354", "999", "endless"],
)
async def test_no_answer_or_no_smtp_answer_to_the_dot_leaves_the_outcome_unknown(
    make_transport: MakeTransport, ending: str
) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet()
        await client.take_envelope()
        await client.hear_body()
        client.writer.write(ending.encode())
        await client.writer.drain()
        client.writer.write_eof()

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        await offer(transport)
        await transport.transmit(MESSAGE)
        with pytest.raises(OutcomeUnknownError):
            await transport.reply(LONG)
        assert not transport.usable
        with pytest.raises(OutcomeUnknownError):
            await transport.reply(LONG)


async def test_a_connection_reset_after_the_dot_leaves_the_outcome_unknown(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet()
        await client.take_envelope()
        await client.hear_body()
        client.drop()

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        await offer(transport)
        await transport.transmit(MESSAGE)
        with pytest.raises(OutcomeUnknownError):
            await transport.reply(LONG)

    assert server.dialogues[0].dots == 1


async def test_a_connection_aborted_while_the_reply_is_awaited_leaves_it_unknown(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet()
        await client.take_envelope()
        await client.hear_body()

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        await offer(transport)
        await transport.transmit(MESSAGE)
        waiting = asyncio.create_task(transport.reply(LONG))
        await asyncio.sleep(0)
        transport.abort()
        with pytest.raises(OutcomeUnknownError):
            await waiting


async def test_a_body_that_is_not_taken_in_time_is_not_sent(make_transport: MakeTransport) -> None:
    given_up = asyncio.Event()

    async def script(client: Dialogue) -> None:
        await client.greet()
        await client.take_envelope()
        await given_up.wait()

    timeouts = Timeouts(upload=timedelta(milliseconds=50))
    async with odd_server(script) as server:
        transport = make_transport(server.port, timeouts=timeouts)
        await transport.open()
        await offer(transport)
        with pytest.raises(NotSentError) as refusal:
            await transport.transmit(HUGE)
        given_up.set()
        assert (refusal.value.reason, refusal.value.permanent) == (Reason.TIMEOUT, False)
        assert not transport.usable


async def test_a_transmission_that_is_cancelled_sends_no_dot(make_transport: MakeTransport) -> None:
    begun = asyncio.Event()

    async def script(client: Dialogue) -> None:
        await client.greet()
        await client.take_envelope()
        await client.reader.readexactly(100)
        begun.set()
        assert await client.hear_body() is None

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        await offer(transport)
        sending = asyncio.create_task(transport.transmit(HUGE))
        await begun.wait()
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert not transport.usable

    assert server.dialogues[0].dots == 0


async def test_a_refusal_within_the_body_ends_it_and_is_told(make_transport: MakeTransport) -> None:
    given_up = asyncio.Event()

    async def script(client: Dialogue) -> None:
        await client.greet()
        await client.take_envelope()
        await client.reader.readexactly(100)
        await client.say("552 5.3.4 message too big")
        await given_up.wait()

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        await offer(transport)
        with pytest.raises(NotSentError) as refusal:
            await transport.transmit(HUGE)
        given_up.set()
        assert (refusal.value.code, refusal.value.permanent) == (552, True)
        assert not transport.usable


async def test_an_acceptance_before_the_dot_is_not_believed(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet()
        for answer in ("250 ok", "250 ok"):
            await client.hear()
            await client.say(answer)
        await client.hear()
        await client.say("354 go ahead", "250 queued, trust me")

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        with pytest.raises(NotSentError):
            await offer(transport)
        assert not transport.usable

    assert server.dialogues[0].dots == 0


async def test_a_connection_lost_within_the_body_is_not_sent(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet()
        await client.take_envelope()
        await client.reader.readexactly(100)
        client.drop()

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        await offer(transport)
        with pytest.raises(NotSentError) as refusal:
            await transport.transmit(HUGE)
        assert refusal.value.reason is Reason.CONNECTION_LOST


async def test_no_answer_is_lost_however_fast_it_comes(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet()
        while not client.reader.at_eof():
            await client.take_envelope()
            await client.hear_body()
            await client.say("250 taken")

    async with odd_server_in_a_thread(script) as server:
        transports = [make_transport(server.port) for _ in range(5)]
        await asyncio.gather(*(transport.open() for transport in transports))
        try:
            for _ in range(60):
                await asyncio.gather(*map(send_one, transports))
        finally:
            for transport in transports:
                transport.abort()


async def send_one(transport: SmtpTransport) -> None:
    await offer(transport)
    await transport.transmit(MESSAGE)
    assert (await transport.reply(LONG)).accepted
