"""Refusals before the body: nothing has left, and it is known whether the connection may go on."""

import asyncio

import pytest

from mail.errors import NotSentError
from mail.reason import Reason
from mail.smtp import SmtpTransport
from tests.integration.mail.conftest import MakeTransport
from tests.integration.mail.odd_server import Dialogue, odd_server


async def refusal(transport: SmtpTransport, recipient: str = "to@b.test", size: int = 100) -> NotSentError:
    with pytest.raises(NotSentError) as caught:
        await transport.offer("from@a.test", recipient, size=size, utf8=False)
    return caught.value


@pytest.mark.parametrize("answers", [["550 no"], ["250 ok", "550 no"], ["250 ok", "250 ok", "550 no"]])
async def test_a_refusal_at_any_command_leaves_the_connection_for_the_next_mail(
    make_transport: MakeTransport, answers: list[str]
) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet()
        for answer in answers:
            await client.hear()
            await client.say(answer)
        assert await client.hear() == "RSET"
        await client.say("250 forgotten")
        await client.take_envelope()

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        assert (await refusal(transport)).code == 550
        assert transport.usable
        await transport.offer("from@a.test", "next@b.test", size=100, utf8=False)
        transport.abort()


@pytest.mark.parametrize(
    ("answer", "reason", "permanent"),
    [
        ("550 5.1.1 no such user here", Reason.UNKNOWN_USER, True),
        ("450 4.2.0 Greylisted, come back later", Reason.GREYLIST, False),
        ("550 5.4.5 Daily user sending limit exceeded", Reason.QUOTA, False),
        ("530 5.7.0 Authentication required", Reason.AUTHENTICATION, False),
    ],
)
async def test_a_refusal_tells_reason_and_whether_to_try_again(
    make_transport: MakeTransport, answer: str, reason: Reason, *, permanent: bool
) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet()
        await client.hear()
        await client.say(answer)

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        error = await refusal(transport)
        transport.abort()

    assert (error.reason, error.permanent) == (reason, permanent)


@pytest.mark.parametrize("said", ["421 4.7.0 leaving", "not smtp", "250-a\r\n250-b"], ids=["421", "garbage", "halting"])
async def test_a_server_that_leaves_or_talks_nonsense_costs_the_connection(
    make_transport: MakeTransport, said: str
) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet()
        await client.hear()
        await client.say(said)

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        transport._client.timeout = 0.1  # not for the opening
        error = await refusal(transport)

    assert not error.permanent
    assert not transport.usable


async def test_a_server_that_hangs_up_at_a_command_costs_no_mail(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet()
        await client.hear()
        client.drop()

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        error = await refusal(transport)

    assert (error.reason, error.permanent, error.code) == (Reason.CONNECTION_LOST, False, None)


async def test_a_connection_closed_while_idle_is_seen_before_the_next_mail(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet()
        await client.say("421 4.4.2 idle for too long")
        client.writer.close()

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        for _ in iter(lambda: transport.usable, False):
            await asyncio.sleep(0)
        assert (await refusal(transport)).reason is Reason.CONNECTION_LOST


async def test_a_cancelled_offer_costs_the_connection(make_transport: MakeTransport) -> None:
    reached = asyncio.Event()

    async def script(client: Dialogue) -> None:
        await client.greet()
        await client.hear()
        reached.set()

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        offering = asyncio.create_task(refusal(transport))
        await reached.wait()
        offering.cancel()
        with pytest.raises(asyncio.CancelledError):
            await offering
        assert not transport.usable


async def test_a_mail_above_the_announced_size_is_refused_without_asking(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet("SIZE 1000")
        await client.take_envelope()

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        error = await refusal(transport, size=1001)
        assert (error.reason, error.permanent) == (Reason.UNSUPPORTED, True)
        await transport.offer("from@a.test", "to@b.test", size=1000, utf8=False)
        transport.abort()

    assert server.dialogues[0].commands[1] == "MAIL FROM:<from@a.test> SIZE=1000"


async def test_an_address_beyond_ascii_needs_a_server_with_smtputf8(make_transport: MakeTransport) -> None:
    async def without(client: Dialogue) -> None:
        await client.greet()

    async def having(client: Dialogue) -> None:
        await client.greet("8BITMIME", "SMTPUTF8")
        await client.take_envelope()

    async with odd_server(without) as server:
        transport = make_transport(server.port)
        await transport.open()
        error = await refusal(transport, "用户@b.test")
        assert (error.reason, error.permanent) == (Reason.UNSUPPORTED, True)
        assert "SMTPUTF8" in error.text
        transport.abort()
    async with odd_server(having) as server:
        transport = make_transport(server.port)
        await transport.open()
        await transport.offer("from@a.test", "用户@b.test", size=100, utf8=False)
        transport.abort()

    assert server.dialogues[0].commands[1:3] == [
        "MAIL FROM:<from@a.test> BODY=8BITMIME SMTPUTF8",
        "RCPT TO:<用户@b.test>",
    ]


@pytest.mark.parametrize(
    "address", ["a@b.test> NOTIFY=NEVER", "a@b.test\r\nDATA", "<a@b.test>", "a b@c.test", "nobody", ""]
)
async def test_an_address_cannot_smuggle_in_a_command(make_transport: MakeTransport, address: str) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet()

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        assert (await refusal(transport, address)).permanent
        assert transport.usable
        transport.abort()

    assert len(server.dialogues[0].commands) == 1
