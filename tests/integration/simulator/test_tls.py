"""STARTTLS and TLS with a certificate that clients verify, and handshakes that fail."""

import smtplib
import ssl

import pytest

from stack.certificates import Certificates
from tests.integration.simulator.process import MESSAGE, PATIENCE, Simulator, wait_for


@pytest.fixture
def trusting(certificates: Certificates) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=certificates.ca_file)


def test_a_mail_goes_through_starttls_and_a_login(running: Simulator, trusting: ssl.SSLContext) -> None:
    provider = running.add(security="starttls", username="user", password="secret", auth_required=True)
    with provider.client() as client:
        assert client.has_extn("starttls")
        assert not client.has_extn("auth")
        assert client.mail("a@example.org")[0] == 530
        assert client.docmd("AUTH", "PLAIN")[0] == 538
        client.starttls(context=trusting)
        client.login("user", "secret")
        assert not client.has_extn("starttls")
        for number in range(20):
            client.sendmail("a@example.org", ["b@example.org"], MESSAGE.format(number))
    assert [line["code"] for line in provider.lines("mail")] == [250] * 20


def test_a_large_mail_goes_through_tls(running: Simulator, trusting: ssl.SSLContext) -> None:
    provider = running.add(security="tls")
    body = MESSAGE.format("large") + ("x" * 70 + "\r\n") * 30_000
    with smtplib.SMTP_SSL("127.0.0.1", provider.port, timeout=PATIENCE, context=trusting) as client:
        client.sendmail("a@example.org", ["b@example.org"], body)
    assert [line["size"] for line in provider.lines("mail")] == [len(body)]


def test_commands_in_clear_text_behind_starttls_are_thrown_away(running: Simulator, trusting: ssl.SSLContext) -> None:
    provider = running.add(security="starttls")
    with provider.raw() as raw:
        raw.reply()
        raw.ask("EHLO x")
        raw.say("STARTTLS", "EHLO stranger", "MAIL FROM:<stranger@x.org>")
        assert raw.reply().startswith("220")
        with trusting.wrap_socket(raw.socket, server_hostname="127.0.0.1") as encrypted:
            encrypted.sendall(b"MAIL FROM:<a@x.org>\r\n")
            assert encrypted.recv(100).startswith(b"503")


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_broken_handshake_fails_at_the_client(running: Simulator, trusting: ssl.SSLContext, security: str) -> None:
    provider = running.add(security=security, tls_broken=True)
    with provider.raw() as raw:
        if security == "starttls":
            raw.reply()
            raw.ask("EHLO x")
            raw.ask("STARTTLS")
        with pytest.raises((ssl.SSLError, ConnectionError)):
            trusting.wrap_socket(raw.socket, server_hostname="127.0.0.1")


def test_a_client_that_speaks_no_tls_where_it_promised_is_let_go(running: Simulator) -> None:
    provider = running.add(security="starttls")
    with provider.raw() as raw:
        raw.reply()
        raw.ask("STARTTLS")
        raw.say("EHLO x", "this is no handshake")
        wait_for(lambda: provider.lines("handshake_failed"))
    wait_for(lambda: not provider.state()["open_connections"])


def test_a_client_that_speaks_no_tls_at_a_tls_port_gets_no_greeting(running: Simulator) -> None:
    provider = running.add(security="tls")
    with provider.raw() as raw:
        raw.say("EHLO x", "this is no handshake")
        assert raw.socket.recv(100)[:1] in {b"", b"\x15"}


def test_a_provider_may_change_to_tls_and_back(running: Simulator, trusting: ssl.SSLContext) -> None:
    provider = running.add()
    assert provider.send("a@example.org")[0] == 250
    provider.change(security="tls")
    with smtplib.SMTP_SSL("127.0.0.1", provider.port, timeout=PATIENCE, context=trusting) as client:
        assert client.noop()[0] == 250
    provider.change(security="none")
    assert provider.send("a@example.org")[0] == 250
