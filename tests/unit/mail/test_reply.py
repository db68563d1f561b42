import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.reason import Reason, classify
from mail.reply import MAX_TEXT, make_reply

CORPUS = Path(__file__).parents[3].parent / "shared/corpora/smtp_replies/replies.tsv"
CLASSES = {
    Reason.RATE_LIMITED: "rate",
    Reason.AUTHENTICATION: "policy",
    Reason.BLOCKED: "spam",
    Reason.CONTENT: "spam",
}


@pytest.mark.parametrize(
    ("code", "text", "reason", "permanent"),
    [
        (550, "5.1.1 <bob@b.example>: no such mailbox", Reason.UNKNOWN_USER, True),
        (550, "5.1.10 Recipient not found by address lookup", Reason.UNKNOWN_USER, True),
        (553, "5.1.1", Reason.UNKNOWN_USER, True),
        (552, "5.2.2 Mailbox size limit exceeded", Reason.MAILBOX_FULL, True),
        (452, "4.2.2 mailbox full", Reason.MAILBOX_FULL, False),
        (452, "4.3.1 Insufficient system storage", Reason.OTHER, False),
        (552, "5.3.4 Message size exceeds fixed limit", Reason.POLICY, True),
        (550, "You have exceeded your daily sending quota", Reason.QUOTA, False),
        (451, "4.7.1 You have exceeded your messaging limits", Reason.QUOTA, False),
        (554, "5.7.1 You may send at most 100 emails per hour", Reason.RATE_LIMITED, False),
        (451, "4.7.500 Server busy. Please try again later", Reason.RATE_LIMITED, False),
        (450, "4.2.0 Grey-listed, see you in five minutes", Reason.GREYLIST, False),
        (530, "5.7.0 Must issue a STARTTLS command first", Reason.AUTHENTICATION, False),
        (530, "please", Reason.AUTHENTICATION, False),
        (554, "5.7.1 Relay access denied", Reason.POLICY, True),
        (550, "5.7.26 This mail has been blocked because SPF and DKIM did not pass", Reason.POLICY, True),
        (554, "5.7.1 Client host blocked using zen.spamhaus.org", Reason.BLOCKED, True),
        (550, "High probability of spam", Reason.CONTENT, True),
        (451, "4.3.0 Try again later", Reason.OTHER, False),
        (554, "Transaction failed", Reason.OTHER, True),
    ],
)
def test_a_refusal_has_a_reason(code: int, text: str, reason: Reason, *, permanent: bool) -> None:
    reply = make_reply(code, text)
    assert (reply.reason, reply.permanent) == (reason, permanent)


def test_providers_replies_are_understood() -> None:
    if not CORPUS.exists():
        pytest.skip(f"the corpus is not here: {CORPUS}")
    rows = [line.split("\t")[:2] for line in CORPUS.read_text(encoding="utf-8").splitlines()[1:]]
    wrong = [(text, label) for text, label in rows if corpus_class(text) != label]
    assert len(wrong) <= len(rows) * 0.05, wrong


def corpus_class(text: str) -> str:
    lines = text.split("\\r\\n")
    code = re.match(r"(\d{3})[ -]", text)
    words = "\n".join(re.sub(r"^\d{3}[ -]", "", line) for line in lines)
    reason = make_reply(int(code[1]) if code else 0, words).reason
    return CLASSES.get(reason, reason.value)


@given(st.integers(-1, 999), st.text(max_size=3000))
def test_any_reply_becomes_one_short_printable_line(code: int, text: str) -> None:
    reply = make_reply(code, text)
    assert reply.text.isprintable()
    assert len(reply.text) <= MAX_TEXT
    assert classify(code, reply.text) in Reason


@pytest.mark.parametrize("text", ["mailbox " * 5000, "a" * 100_000, "\x00" * 100_000, "too many " * 9000])
def test_an_endless_reply_is_cut(text: str) -> None:
    reply = make_reply(550, text)
    assert len(reply.text) <= MAX_TEXT
    assert reply.reason in Reason
