"""Our signatures are judged by dkimpy, an implementation that shares nothing with ours."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache

import dkim
import pytest
from dkim.canonicalization import CanonicalizationPolicy
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mail.dkim import Algorithm, Signer, SigningKeyError, new_private_key, public_record, relaxed_body
from mail.message import compose

AT = datetime(2026, 11, 23, 20, 45, 10, tzinfo=UTC)
ALGORITHMS: tuple[Algorithm, ...] = ("rsa", "ed25519")

LINES = st.lists(st.text(st.sampled_from(" \tab.é=:"), max_size=12), max_size=12).map(
    lambda lines: "".join(f"{line}\r\n" for line in lines).encode()
)
"""Bodies with what canonical forms care about: runs of spaces, spaces at the end of lines, empty lines."""
VALUES = st.lists(st.text(st.sampled_from(" \tab:;é"), min_size=1, max_size=12), min_size=1, max_size=4).map(
    lambda parts: "\r\n ".join(f"x{part}" for part in parts).encode()
)
"""Values of header fields, folded."""


@cache
def key(algorithm: Algorithm) -> str:
    return new_private_key(algorithm)


@cache
def signer(algorithm: Algorithm) -> Signer:
    return Signer("a.example", "s1", key(algorithm))


def published(algorithm: Algorithm) -> Callable[..., bytes | None]:
    """DNS with our record in it, and nothing else."""
    records = {b"s1._domainkey.a.example.": public_record(key(algorithm)).encode()}
    return lambda name, timeout=5: records.get(name)


def verified(message: bytes, algorithm: Algorithm) -> bool:
    try:
        return dkim.DKIM(message).verify(dnsfunc=published(algorithm)) is True
    except dkim.DKIMException:
        return False


def letter(subject: str = "Hello", text: str = "Hello\n", name: str = "Ann", to: str = "bob@b.example") -> bytes:
    return compose(
        message_id="<42.7@mail.example>",
        date=AT,
        from_name=name,
        from_address="ann@a.example",
        to_name=None,
        to_address=to,
        subject=subject,
        text=text,
        html=f"<p>{text}</p>",
        unsubscribe_url="https://a.example/u/1",
    )


def tags(signed: bytes) -> dict[str, str]:
    """What the signature says of itself."""
    value = signed.partition(b":")[2].partition(b"\r\nFrom:")[0].decode()
    pairs = (part.partition("=") for part in value.split(";"))
    return {name.strip(): "".join(content.split()) for name, _, content in pairs}


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("text", ["", "\n", "Hello", "a  b \t\nc \n\n\n\n", " ", "\t\n \n", "ü" * 2000, ".\n..\n."])
def test_another_implementation_verifies_a_mail(algorithm: Algorithm, text: str) -> None:
    assert verified(signer(algorithm).sign(letter(text=text), AT), algorithm)


@pytest.mark.parametrize(
    "message",
    [
        letter(subject="word " * 60),
        letter(subject="你好" * 60, name="张伟"),
        letter(to="用户@b.example"),
        b"From: a@a.example\r\n\r\n",
        b"From: a@a.example\r\n\r\n\r\n\r\n",
        b"From: a@a.example\r\nSubject: no body at all\r\n",
        b"FROM:\ta@a.example\r\nsubject:\r\n folded\r\n\tand\r\n  folded\r\n\r\nbody without an end",
        b"From: a@a.example\r\nReceived: one\r\nReceived: two\r\nReferences: <1@x>\r\n <2@x>\r\n\r\nx\r\n",
    ],
    ids=["long", "chinese", "beyond ascii", "empty body", "blank lines", "no body", "odd fields", "more fields"],
)
def test_another_implementation_verifies_odd_mails(message: bytes) -> None:
    assert verified(signer("ed25519").sign(message, AT), "ed25519")


@settings(max_examples=60)
@given(body=LINES, subject=VALUES, extra=VALUES)
@example(body=b"", subject=b"x", extra=b"x")
def test_another_implementation_verifies_any_mail(body: bytes, subject: bytes, extra: bytes) -> None:
    head = b"From: ann@a.example\r\nSubject:%b\r\nTo: %b\r\nX-Other: %b\r\n" % (subject, extra, extra)
    assert verified(signer("ed25519").sign(head + b"\r\n" + body, AT), "ed25519")


@given(body=LINES)
@example(body=b"")
@example(body=b"\r\n\r\n")
@example(body=b" \r\n\t\r\n")
@example(body=b"a" + b"\r\n" * 3 + b"b" + b"\r\n" * 3)
@example(body=b"a" + b"\r\n" * 100_000 + b"b" + b" \r\n" * 100_000)
def test_a_relaxed_body_is_the_one_that_others_make(body: bytes) -> None:
    policy = CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")
    assert relaxed_body(body) == policy.canonicalize_body(body)


@pytest.mark.parametrize("header", ["From", "To", "Subject", "Reply-To", "List-Unsubscribe", "Content-Type", "Cc"])
def test_nobody_may_add_a_header_that_people_see(header: str) -> None:
    signed = signer("ed25519").sign(letter(), AT)
    for changed in (f"{header}: x@evil.example\r\n".encode() + signed, _before_body(signed, header)):
        assert not verified(changed, "ed25519")


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"Subject: Hello", b"Subject: Hallo"), (b"<p>Hello", b"<p>Hallo"), (b"To: bob", b"To: rob"), (b"u/1>", b"u/2>")],
)
def test_nobody_may_change_a_mail(old: bytes, new: bytes) -> None:
    signed = signer("rsa").sign(letter(), AT)
    assert old in signed
    assert verified(signed, "rsa")
    assert not verified(signed.replace(old, new), "rsa")


def test_what_relays_may_do_leaves_the_signature_whole() -> None:
    signed = signer("rsa").sign(letter(text="two  spaces\n\n"), AT)
    moved = signed.replace(b"Subject: Hello", b"subject:  Hello ").replace(b"two  spaces", b"two spaces \t")
    assert verified(b"Received: by relay.example\r\n" + moved + b"\r\n\r\n", "rsa")


def test_the_signature_names_what_rfc_8058_wants_signed_and_no_length() -> None:
    found = tags(signer("rsa").sign(letter(), AT))
    names = found["h"].split(":")
    assert {"list-unsubscribe", "list-unsubscribe-post", "from", "date", "message-id"} <= set(names)
    assert [names.count(name) for name in ("from", "to", "subject", "cc")] == [2, 2, 2, 1]
    assert "l" not in found
    assert {name: found[name] for name in "vacdst"} == {
        "v": "1", "a": "rsa-sha256", "c": "relaxed/relaxed", "d": "a.example", "s": "s1", "t": "1795466710",
    }  # fmt: skip


def test_two_signatures_of_one_mail_are_both_whole() -> None:
    first = signer("ed25519").sign(letter(), AT)
    both = Signer("a.example", "s1", key("rsa")).sign(first, AT)
    assert dkim.DKIM(both).verify(idx=0, dnsfunc=published("rsa"))
    assert dkim.DKIM(both).verify(idx=1, dnsfunc=published("ed25519"))


def test_a_service_that_dates_mails_itself_gets_a_signature_that_stands_it() -> None:
    signed = signer("ed25519").sign(letter(), AT, host="email-smtp.eu-west-1.amazonaws.com")
    rewritten = signed.replace(b"Date: Mon, 23", b"Date: Tue, 24").replace(
        b"<42.7@mail.example>", b"<01@amazonses.com>"
    )
    assert rewritten != signed
    assert verified(rewritten, "ed25519")


def test_signed_lines_keep_within_the_length_of_lines() -> None:
    signed = Signer("a" * 60 + ".example", "selector", key("rsa")).sign(letter(), AT)
    assert max(map(len, signed.partition(b"\r\nFrom:")[0].split(b"\r\n"))) <= 100


@pytest.mark.parametrize("text", ["", "no key", "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo="])
def test_what_is_no_private_key_is_refused(text: str) -> None:
    with pytest.raises(SigningKeyError, match="openssl"):
        Signer("a.example", "s1", text)


def _before_body(signed: bytes, header: str) -> bytes:
    """Return the mail with one more header at the end of its block."""
    head, _, body = signed.partition(b"\r\n\r\n")
    return head + f"\r\n{header}: x@evil.example\r\n\r\n".encode() + body
