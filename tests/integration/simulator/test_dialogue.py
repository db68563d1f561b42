"""Each command, in and out of turn, from bare sockets and from the standard library's client."""

import base64
import smtplib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.integration.simulator.process import MESSAGE, Provider, Simulator, wait_for

LOGIN = {"username": "user", "password": "pässword", "auth_required": True}

COMMANDS = [
    b"EHLO x\r\n", b"MAIL FROM:<a@x>\r\n", b"RCPT TO:<b@x>\r\n", b"DATA\r\n", b".\r\n", b"\r\n", b"RSET\r\n",
    b"AUTH PLAIN\r\n", b"AUTH LOGIN =\r\n",
]  # fmt: skip


def plain(username: str, password: str) -> str:
    return base64.b64encode(f"\0{username}\0{password}".encode()).decode()


def test_a_mail_is_taken_and_journaled_with_all_that_is_known_of_it(provider: Provider) -> None:
    with provider.client() as client:
        client.sendmail("a@example.org", ["b@example.org", "c@example.org"], MESSAGE.format("whole"))
    (line,) = provider.lines("mail")
    assert line["message_id"] == "whole@example.org"
    assert (line["sender"], line["recipients"]) == ("a@example.org", ["b@example.org", "c@example.org"])
    assert (line["code"], line["subject"], line["size"]) == (250, "Hello", len(MESSAGE.format("whole")))
    assert line["mail_at"] <= line["dot_at"] <= line["answered_at"]


def test_a_mail_that_is_taken_lies_whole_in_the_mailboxes_when_its_answer_comes(running: Simulator) -> None:
    provider = running.add(rules=[{"stage": "dot", "code": 550, "pattern": "gone@*"}])
    with provider.client() as client:
        client.sendmail("a@example.org", ["b@example.org"], MESSAGE.format("kept/whole"))
        with pytest.raises(smtplib.SMTPDataError):
            client.sendmail("a@example.org", ["gone@example.org"], MESSAGE.format("refused"))

    mailboxes = running.journal.parent / "mailboxes"

    assert (mailboxes / "kept_whole@example.org.eml").read_bytes() == MESSAGE.format("kept/whole").encode()
    assert not (mailboxes / "refused@example.org.eml").exists()


def test_a_mail_is_in_the_journal_before_its_answer_is(provider: Provider) -> None:
    with provider.client() as client:
        for number in range(1, 50):
            client.sendmail("a@example.org", ["b@example.org"], MESSAGE.format(number))
            assert len(provider.lines("mail")) == number


def test_one_connection_carries_many_mails(provider: Provider) -> None:
    with provider.client() as client:
        for _ in range(3):
            client.sendmail("a@example.org", ["b@example.org"], MESSAGE.format("same"))
    assert len({line["connection"] for line in provider.lines("mail")}) == 1
    assert provider.state()["taken_today"] == 3


def test_commands_that_come_together_are_answered_in_turn(provider: Provider) -> None:
    with provider.raw() as raw:
        raw.reply()
        raw.say("EHLO x", "MAIL FROM:<a@x.org>", "RCPT TO:<b@x.org>", "RCPT TO:<c@x.org>", "DATA")
        assert [raw.reply()[:3] for _ in range(5)] == ["250", "250", "250", "250", "354"]
        raw.say("Subject: x", "", "text", ".", "MAIL FROM:<a@x.org>", "RSET", "QUIT")
        assert [raw.reply()[:3] for _ in range(4)] == ["250", "250", "250", "221"]
        assert raw.reply() == ""


def test_an_answer_in_waiting_holds_back_those_after_it(running: Simulator) -> None:
    provider = running.add(command_latency_ms=20, latency_ms=50)
    with provider.raw() as raw:
        raw.reply()
        raw.say("EHLO x", "MAIL FROM:<a@x.org>", "RCPT TO:<b@x.org>", "NOOP", "DATA")
        assert [raw.reply()[:3] for _ in range(5)] == ["250", "250", "250", "250", "354"]
        raw.say("text", ".", "QUIT")
        assert [raw.reply()[:3] for _ in range(2)] == ["250", "221"]
    (line,) = provider.lines("mail")
    assert line["answered_at"] - line["dot_at"] >= 49_000_000


def test_doubled_dots_are_taken_back_and_a_dot_in_two_pieces_is_seen(provider: Provider) -> None:
    with provider.raw() as raw:
        raw.reply()
        for command in ("EHLO x", "MAIL FROM:<a@x.org>", "RCPT TO:<b@x.org>", "DATA"):
            raw.ask(command)
        for piece in (b"..one\r\n..\r", b"\ntwo\r\n", b".", b"\r", b"\n"):
            raw.socket.sendall(piece)
        assert raw.reply().startswith("250")
    assert provider.lines("mail")[0]["size"] == len(".one\r\n.\r\ntwo\r\n")


def test_an_empty_body_is_a_mail_too(provider: Provider) -> None:
    with provider.raw() as raw:
        raw.reply()
        raw.say("EHLO x", "MAIL FROM:<>", "RCPT TO:<b@x.org>", "DATA", ".")
        assert [raw.reply()[:3] for _ in range(5)] == ["250", "250", "250", "354", "250"]
    assert provider.lines("mail")[0]["size"] == 0


@pytest.mark.parametrize(
    ("before", "command", "code"),
    [
        ((), "MAIL FROM:<a@x.org>", "503"),
        (("EHLO x",), "RCPT TO:<b@x.org>", "503"),
        (("EHLO x",), "DATA", "503"),
        (("EHLO x", "MAIL FROM:<a@x.org>"), "MAIL FROM:<a@x.org>", "503"),
        (("EHLO x", "MAIL FROM:<a@x.org>"), "DATA", "554"),
        (("EHLO x",), "MAIL FROM:a@x.org", "501"),
        (("EHLO x",), "MAIL FROM:<a@x.org> SIZE=99999999999", "552"),
        (("EHLO x",), "MAIL FROM:<a@x.org> RET=FULL", "555"),
        (("EHLO x",), "MAIL FROM:<ä@x.org>", "553"),
        (("EHLO x", "MAIL FROM:<a@x.org>"), "RCPT TO:<>", "501"),
        (("EHLO x", "MAIL FROM:<a@x.org>"), "RCPT TO:<ä@x.org>", "553"),
        (("EHLO x", "MAIL FROM:<a@x.org> SMTPUTF8"), "RCPT TO:<ä@x.org>", "250"),
        ((), "EHLO", "501"),
        ((), "HELO x", "250"),
        ((), "VRFY someone", "252"),
        ((), "BDAT 10", "500"),
        ((), "", "500"),
        ((), "NOOP " + "x" * 3000, "500"),
        ((), "N" * 40_000, "500"),
        (("EHLO x",), "AUTH PLAIN", "502"),
        (("EHLO x",), "STARTTLS", "502"),
    ],
)
def test_a_command_out_of_turn_or_form_is_refused(
    provider: Provider, before: tuple[str, ...], command: str, code: str
) -> None:
    with provider.raw() as raw:
        raw.reply()
        for line in before:
            assert raw.ask(line)[:3] == "250"
        assert raw.ask(command)[:3] == code
        assert raw.ask("NOOP")[:3] == "250"


def test_a_body_beyond_the_limit_is_refused_and_the_next_mail_taken(running: Simulator) -> None:
    provider = running.add(size_limit=20_000)
    with provider.client() as client:
        client.mail("a@example.org")
        client.rcpt("b@example.org")
        assert client.data("x" * 70 + "\r\n" + ("y" * 70 + "\r\n") * 2_000)[0] == 552
        client.sendmail("a@example.org", ["b@example.org"], MESSAGE.format("small"))
    assert [line["code"] for line in provider.lines("mail")] == [552, 250]


def test_a_client_that_goes_away_inside_a_mail_leaves_a_line(provider: Provider) -> None:
    with provider.raw() as raw:
        raw.reply()
        for command in ("EHLO x", "MAIL FROM:<a@x.org>", "RCPT TO:<b@x.org>"):
            raw.ask(command)
    wait_for(lambda: not provider.state()["open_connections"])
    assert [line["recipients"] for line in provider.lines("lost")] == [["b@x.org"]]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=st.lists(st.binary(max_size=60) | st.sampled_from(COMMANDS), max_size=30))
def test_no_bytes_stop_a_provider(provider: Provider, pieces: list[bytes]) -> None:
    with provider.raw() as raw:
        raw.reply()
        raw.socket.sendall(b"".join(pieces))
    with provider.raw() as raw:
        assert raw.reply().startswith("220")
        assert raw.ask("NOOP").startswith("250")


@pytest.mark.parametrize("mechanism", ["PLAIN", "LOGIN"])
def test_a_login_opens_the_way_for_mail(running: Simulator, mechanism: str) -> None:
    provider = running.add(**LOGIN)
    with provider.raw() as raw:
        raw.reply()
        raw.ask("EHLO x")
        assert raw.ask("MAIL FROM:<a@x.org>").startswith("530")
        if mechanism == "PLAIN":
            assert raw.ask(f"AUTH PLAIN {plain('user', 'pässword')}").startswith("235")
        else:
            assert raw.ask("AUTH LOGIN") == "334 VXNlcm5hbWU6"
            assert raw.ask(base64.b64encode(b"user").decode()) == "334 UGFzc3dvcmQ6"
            assert raw.ask(base64.b64encode("pässword".encode()).decode()).startswith("235")
        assert raw.ask("AUTH PLAIN").startswith("503")
        assert raw.ask("MAIL FROM:<a@x.org>").startswith("250")


def test_a_wrong_password_is_refused_and_journaled_without_it(running: Simulator) -> None:
    provider = running.add(**LOGIN)
    with provider.client() as client, pytest.raises(smtplib.SMTPAuthenticationError) as refused:
        client.login("user", "a wrong one")
    assert refused.value.smtp_code == 535
    lines = provider.lines("login_failed")
    assert {line["username"] for line in lines} == {"user"}
    assert "wrong" not in str(lines)


def test_a_provider_may_refuse_every_login(running: Simulator) -> None:
    provider = running.add(**LOGIN, reject_auth=True)
    with provider.raw() as raw:
        raw.reply()
        raw.ask("EHLO x")
        assert raw.ask(f"AUTH PLAIN {plain('user', 'pässword')}").startswith("535")


@pytest.mark.parametrize(("answer", "code"), [("*", "501"), ("%%%", "501"), ("YWJj", "501")])
def test_an_answer_that_is_no_login_ends_the_exchange(running: Simulator, answer: str, code: str) -> None:
    provider = running.add(**LOGIN)
    with provider.raw() as raw:
        raw.reply()
        raw.ask("EHLO x")
        assert raw.ask("AUTH PLAIN") == "334 "
        assert raw.ask(answer)[:3] == code
        assert raw.ask("AUTH CRAM-MD5")[:3] == "504"
        assert raw.ask("NOOP")[:3] == "250"
