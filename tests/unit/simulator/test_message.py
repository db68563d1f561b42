"""What the journal tells of a message, and how commands and logins are read."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack.simulator.auth import AuthError, Exchange
from stack.simulator.command import CommandError, check_mail_parameters, read_path
from stack.simulator.message import head_fields, unstuffed


@pytest.mark.parametrize(
    ("head", "message_id", "subject"),
    [
        (b"Message-ID: <1@x>\r\nSubject: Hello", "1@x", "Hello"),
        (b"subject:Hello\r\nMESSAGE-ID:\r\n <1@x>", "1@x", "Hello"),
        (b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\n =?utf-8?q?_an_alle?=", None, "Grüße an alle"),
        ("Subject: Grüße".encode(), None, "Grüße"),
        (b"Subject: =?none?q?x?=", None, "=?none?q?x?="),
        (b"Subject: one\r\nSubject: two", None, "one"),
        (b"X-Subject: no\r\nOther: Message-ID: <2@x>", None, ""),
        (b"Subject: " + b"x" * 5000, None, "x" * 200),
        (b"\xff\xfe\x00", None, ""),
    ],
)
def test_the_head_tells_id_and_subject(head: bytes, message_id: str | None, subject: str) -> None:
    assert head_fields(head + b"\r\n\r\nSubject: in the body\r\n") == (message_id, subject)


def test_a_message_without_a_head_has_no_fields() -> None:
    assert head_fields(b"\r\nSubject: in the body\r\n") == (None, "")


@given(st.binary(max_size=400))
def test_any_bytes_have_bounded_fields(message: bytes) -> None:
    message_id, subject = head_fields(b"Subject: =?utf-8?b?" + message)
    assert len(subject) <= 200
    assert message_id is None or len(message_id) <= 200


@given(st.lists(st.text(".ab", max_size=5).map(str.encode), max_size=8))
def test_dots_are_taken_back_as_clients_double_them(lines: list[bytes]) -> None:
    body = b"".join(line + b"\r\n" for line in lines)
    assert unstuffed(re.sub(rb"(?m)^\.", b"..", body)) == body


@pytest.mark.parametrize(
    ("argument", "address"),
    [
        ("FROM:<a@x.org>", "a@x.org"),
        ("from: <a@x.org> SIZE=10 BODY=8BITMIME", "a@x.org"),
        ("FROM:<>", ""),
        ("FROM:<@relay.org:a@x.org>", "a@x.org"),
        ('FROM:<"a b>c"@x.org>', '"a b>c"@x.org'),
        ("FROM:<a@x.org> SMTPUTF8", "a@x.org"),
    ],
)
def test_a_path_is_read(argument: str, address: str) -> None:
    assert read_path(argument, "FROM").address == address


@pytest.mark.parametrize(
    "argument", ["", "FROM", "FROM:a@x.org", "TO:<a@x.org>", "FROM:<a>", "FROM:<a@b@c>", "FROM:<a b@x>", "FROM:<a@x>z"]
)
def test_what_is_no_path_is_refused(argument: str) -> None:
    with pytest.raises(CommandError, match=r"^501"):
        read_path(argument, "FROM")


@given(st.text(max_size=60))
def test_any_text_is_a_path_or_refused(text: str) -> None:
    reply = "250 2.0.0 read"
    try:
        check_mail_parameters(read_path(f"FROM:<{text}", "FROM"), 1000)
    except CommandError as error:
        reply = str(error)
    assert re.match(r"(250|5\d\d) [25]\.\d\.\d ", reply)


@given(st.lists(st.text(max_size=20), min_size=1, max_size=3), st.sampled_from(["PLAIN", "LOGIN"]))
def test_any_answers_end_in_credentials_a_challenge_or_a_refusal(answers: list[str], mechanism: str) -> None:
    exchange = Exchange(mechanism)
    reply = exchange.begin(None)
    try:
        for answer in answers:
            reply = reply and exchange.answer(answer)
    except AuthError as error:
        reply = str(error)
    assert reply[:4] in {"334 ", "501 "} or exchange.credentials
