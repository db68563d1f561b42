"""Faults before a mail is offered are the service's: named, and without a secret in the text."""

import base64
import socket
from datetime import timedelta
from pathlib import Path

import pytest

from mail.errors import AuthFailedError, ConnectFailedError, GreetingRefusedError, ServiceFaultError, TlsFailedError
from mail.smtp import SmtpTransport
from mail.tls import tls_context
from mail.transport import Account, Timeouts
from tests.integration.mail.conftest import Certificate, MakeTransport, make_certificate
from tests.integration.mail.odd_server import Dialogue, odd_server

PASSWORD = "s3cret-horse"
BRIEF = Timeouts(connect=timedelta(milliseconds=50), command=timedelta(milliseconds=50))


async def fault(transport: SmtpTransport) -> ServiceFaultError:
    with pytest.raises(ServiceFaultError) as caught:
        await transport.open()
    assert not transport.usable
    assert PASSWORD not in str(caught.value)
    return caught.value


async def test_a_closed_port_names_host_and_port(make_transport: MakeTransport) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        error = await fault(make_transport(port))
    assert isinstance(error, ConnectFailedError)
    assert f"127.0.0.1:{port}" in error.text


async def test_a_name_that_cannot_exist_is_a_failed_connection(certificate: Certificate) -> None:
    account = Account("a..b", 25, "none")
    error = await fault(SmtpTransport(account, Timeouts(), tls_context(None), "client.test"))
    assert isinstance(error, ConnectFailedError)


async def test_a_server_that_never_greets_is_given_up(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.reader.read()

    async with odd_server(script) as server:
        error = await fault(make_transport(server.port, timeouts=BRIEF))
    assert isinstance(error, ConnectFailedError)


@pytest.mark.parametrize(
    "greeting", ["421 4.3.2 too busy", "554 no service here", "SSH-2.0-OpenSSH_9.9", "\x16\x03\x01"]
)
async def test_a_greeting_that_is_no_welcome_is_the_services_fault(
    make_transport: MakeTransport, greeting: str
) -> None:
    async def script(client: Dialogue) -> None:
        await client.say(greeting)

    async with odd_server(script) as server:
        error = await fault(make_transport(server.port))
    assert isinstance(error, GreetingRefusedError)
    assert error.text.isprintable()


@pytest.mark.parametrize("flood", [b"220-more\r\n" * 5000, b"2" * 100_000])
async def test_an_endless_greeting_is_cut_short(make_transport: MakeTransport, flood: bytes) -> None:
    async def script(client: Dialogue) -> None:
        client.writer.write(flood)
        await client.writer.drain()

    async with odd_server(script) as server:
        error = await fault(make_transport(server.port))
    assert len(error.text) < 700


async def test_a_connection_dropped_at_ehlo_is_a_failed_connection(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.say("220 hello")
        await client.hear()
        client.drop()

    async with odd_server(script) as server:
        assert isinstance(await fault(make_transport(server.port)), ConnectFailedError)


async def test_an_old_server_is_greeted_by_helo(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.say("220 hello")
        await client.hear()
        await client.say("502 what is EHLO?")
        await client.hear()
        await client.say("250 hello")

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await transport.open()
        assert transport.usable
        transport.abort()

    assert server.dialogues[0].commands == ["EHLO client.test", "HELO client.test"]


async def test_a_service_that_requires_starttls_is_not_used_without_it(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet("AUTH PLAIN")

    async with odd_server(script) as server:
        error = await fault(make_transport(server.port, "starttls", "me", PASSWORD))
    assert isinstance(error, TlsFailedError)
    assert not any("AUTH" in command for command in server.dialogues[0].commands)


async def test_what_was_injected_before_tls_is_not_believed(
    make_transport: MakeTransport, certificate: Certificate
) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet("STARTTLS")
        await client.start_tls(certificate.server_context(), injected="250-evil\r\n250 SIZE 1\r\n")
        await client.answer_ehlo("SIZE 1000")
        await client.take_envelope()
        await client.hear_body()
        await client.say("250 taken")

    async with odd_server(script) as server:
        transport = make_transport(server.port, "starttls")
        await transport.open()
        await transport.offer("a@a.test", "b@b.test", size=500, utf8=False)
        await transport.transmit(b"Subject: x\r\n\r\n")
        assert (await transport.reply(timedelta(seconds=30))).text == "taken"
        transport.abort()


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_certificate_for_another_host_is_not_trusted(
    make_transport: MakeTransport, tmp_path: Path, security: str
) -> None:
    other = make_certificate(tmp_path / "other.pem", "127.0.0.2")
    context = other.server_context()

    async def script(client: Dialogue) -> None:
        await client.greet("STARTTLS")
        await client.start_tls(context)

    async with odd_server(script, context if security == "tls" else None) as server:
        account = Account("127.0.0.1", server.port, security, "me", PASSWORD)  # type: ignore[arg-type]  # parametrised
        error = await fault(SmtpTransport(account, Timeouts(), tls_context(other.file), "client.test"))
    assert isinstance(error, TlsFailedError)
    assert "127.0.0.1" in error.text


async def test_a_certificate_of_an_unknown_authority_is_not_trusted(certificate: Certificate) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet()

    async with odd_server(script, certificate.server_context()) as server:
        account = Account("127.0.0.1", server.port, "tls")
        error = await fault(SmtpTransport(account, Timeouts(), tls_context(None), "client.test"))
    assert isinstance(error, TlsFailedError)


async def test_tls_to_a_plain_port_says_so(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.say("220 plain")

    async with odd_server(script) as server:
        assert isinstance(await fault(make_transport(server.port, "tls")), TlsFailedError)


async def test_a_login_over_tls_is_accepted(make_transport: MakeTransport, certificate: Certificate) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet("AUTH LOGIN PLAIN")
        await client.hear()
        await client.say("235 welcome")

    async with odd_server(script, certificate.server_context()) as server:
        transport = make_transport(server.port, "tls", "me", PASSWORD)
        await transport.open()
        assert transport.usable
        transport.abort()

    sent = base64.b64encode(f"\0me\0{PASSWORD}".encode()).decode()
    assert server.dialogues[0].commands[-1] == f"AUTH PLAIN {sent}"


async def test_a_wrong_password_is_tried_once_and_never_told(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet("AUTH PLAIN LOGIN")
        command = await client.hear()
        await client.say(f"535 5.7.8 wrong: {PASSWORD} / {command}")

    async with odd_server(script) as server:
        error = await fault(make_transport(server.port, "none", "me@a.test", PASSWORD))

    assert isinstance(error, AuthFailedError)
    assert all(part in error.text for part in ("127.0.0.1", "me@a.test", "535"))
    assert base64.b64encode(f"\0me@a.test\0{PASSWORD}".encode()).decode() not in error.text
    assert sum("AUTH" in command for command in server.dialogues[0].commands) == 1


async def test_a_login_method_the_server_disowns_is_followed_by_another(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet("AUTH PLAIN LOGIN")
        for answer in ("504 5.5.4 not really", "334 UGFzc3dvcmQ6", "235 welcome"):
            await client.hear()
            await client.say(answer)

    async with odd_server(script) as server:
        transport = make_transport(server.port, "none", "me", PASSWORD)
        await transport.open()
        assert transport.usable
        transport.abort()


async def test_a_login_where_none_is_offered_names_the_methods(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet("AUTH GSSAPI")

    async with odd_server(script) as server:
        error = await fault(make_transport(server.port, "none", "me", PASSWORD))
    assert isinstance(error, AuthFailedError)
    assert "gssapi" in error.text


async def test_a_connection_dropped_at_the_login_is_a_failed_connection(make_transport: MakeTransport) -> None:
    async def script(client: Dialogue) -> None:
        await client.greet("AUTH PLAIN")
        await client.hear()
        client.drop()

    async with odd_server(script) as server:
        assert isinstance(await fault(make_transport(server.port, "none", "me", PASSWORD)), ConnectFailedError)


async def test_a_transport_that_failed_to_open_can_be_opened_again(make_transport: MakeTransport) -> None:
    answers = iter(["421 later", "220 now"])

    async def script(client: Dialogue) -> None:
        await client.say(next(answers))
        await client.answer_ehlo()

    async with odd_server(script) as server:
        transport = make_transport(server.port)
        await fault(transport)
        await transport.open()
        assert transport.usable
        transport.abort()
