"""MAIL, RCPT and DATA in one go, where the server offers it: what each odd set of answers means for the mail."""

import asyncio
from datetime import timedelta

import pytest

from mail.errors import NotSentError
from mail.reason import Reason
from mail.smtp import SmtpTransport
from mail.transport import Timeouts
from tests.integration.mail.conftest import MakeTransport
from tests.integration.mail.odd_server import Dialogue, odd_server

MESSAGE = b"Subject: hello\r\n\r\nbody\r\n"
WELCOME = ("250 sender ok", "250 recipient ok", "354 go ahead")
PATIENCE = timedelta(seconds=10)


async def offer(transport: SmtpTransport) -> None:
    await transport.offer("from@a.test", "to@b.test", size=100, utf8=False)


async def refusal(transport: SmtpTransport) -> NotSentError:
    with pytest.raises(NotSentError) as caught:
        await offer(transport)
    return caught.value


async def hear_all(client: Dialogue, count: int = 3) -> None:
    """Hear the whole group before the first answer."""
    for _ in range(count):
        await client.hear()


async def test_a_mail_is_offered_in_one_go_and_its_body_follows_the_answers(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet("PIPELINING")
        for _ in range(2):
            await hear_all(client)
            await client.say(*WELCOME)
            await client.hear_body()
            await client.say("250 taken")

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        for _ in range(2):
            await offer(transport)
            await transport.transmit(MESSAGE)
            assert (await transport.reply(PATIENCE)).accepted
        transport.abort()

    dialogue = server.dialogues[0]
    assert dialogue.bodies == [MESSAGE, MESSAGE]
    assert dialogue.commands[1:] == ["MAIL FROM:<from@a.test>", "RCPT TO:<to@b.test>", "DATA"] * 2


async def test_answers_may_come_in_pieces(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet("PIPELINING")
        await hear_all(client)
        for byte in b"250-sender\r\n250 ok\r\n250 recipient ok\r\n354 go ahead\r\n":
            client.writer.write(bytes([byte]))
            await asyncio.sleep(0)
        await client.hear_body()
        await client.say("250 taken")

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        await offer(transport)
        await transport.transmit(MESSAGE)
        assert (await transport.reply(PATIENCE)).accepted
        transport.abort()


@pytest.mark.parametrize(
    "answers",
    [
        ("550 no sender", "503 no", "503 no"),
        ("250 ok", "550 no such user", "554 no recipients"),
        ("250 ok", "250 ok", "550 no"),
    ],
)
async def test_the_first_refusal_counts_and_leaves_the_connection_for_the_next_mail(
    make_transport: MakeTransport, answers: tuple[str, ...]
) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet("PIPELINING")
        await hear_all(client)
        await client.say(*answers)
        await hear_all(client, 4)
        await client.say("250 forgotten", *WELCOME)

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        error = await refusal(transport)
        assert error.code == 550
        assert transport.usable
        await offer(transport)
        transport.abort()

    assert server.dialogues[0].commands[4] == "RSET"


@pytest.mark.parametrize("answer", ["554 no recipients", "250 nothing to do"])
async def test_a_server_that_wants_a_body_for_nobody_gets_a_lone_dot(
    make_transport: MakeTransport, answer: str
) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet("PIPELINING")
        await hear_all(client)
        await client.say("250 ok", "550 no such user", "354 go ahead")
        assert await client.hear_body() == b""
        await client.say(answer)

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        error = await refusal(transport)
        assert (error.code, error.reason) == (550, Reason.UNKNOWN_USER)
        assert transport.usable
        transport.abort()


@pytest.mark.parametrize(
    "answers",
    [
        ("550 no sender", "250 recipient ok", "354 go ahead"),
        ("250 ok", "354 odd", "354 go ahead"),
        ("250 ok", "550 no such user", "421 leaving"),
        ("250 ok", "250 ok", "354 go ahead", "250 and more"),
    ],
    ids=["without a sender", "out of order", "leaving", "too many"],
)
async def test_where_a_dot_could_do_harm_the_connection_is_closed_without_one(
    make_transport: MakeTransport, answers: tuple[str, ...]
) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet("PIPELINING")
        await hear_all(client)
        await client.say(*answers)
        assert await client.hear_body() is None

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        await refusal(transport)
        assert not transport.usable

    assert server.dialogues[0].dots == 0


async def test_a_refusal_counts_although_the_server_then_hangs_up(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet("PIPELINING")
        await hear_all(client)
        await client.say("550 5.7.1 blocked")
        client.writer.close()

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        error = await refusal(transport)

    assert error.code == 550
    assert not transport.usable


async def test_a_server_that_stops_answering_is_named_with_the_command(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet("PIPELINING")
        await hear_all(client)
        await client.say("250 ok")

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        transport._timeouts = Timeouts(command=timedelta(milliseconds=700))  # not for the opening
        error = await refusal(transport)

    assert error.reason is Reason.TIMEOUT
    assert "no answer to RCPT" in error.text
    assert not transport.usable


async def test_a_cancelled_group_costs_the_connection(make_transport: MakeTransport) -> None:
    reached = asyncio.Event()

    async def script(client: Dialogue) -> None:
        await client.greet("PIPELINING")
        await hear_all(client)
        await client.say("250 ok")
        reached.set()

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        offering = asyncio.create_task(offer(transport))
        await reached.wait()
        offering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await offering
        assert not transport.usable
