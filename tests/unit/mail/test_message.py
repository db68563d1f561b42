import email
import email.policy
import email.utils
import re
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.message import EmailMessage, MIMEPart
from typing import Any

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mail.errors import UnsafeHeaderError
from mail.message import compose

DATE = datetime(2026, 11, 23, 20, 45, 10, tzinfo=UTC)
NORMAL: dict[str, Any] = {
    "message_id": "<42.7@mail.example>",
    "date": DATE,
    "from_name": "Ann",
    "from_address": "ann@a.example",
    "to_name": "Bob",
    "to_address": "bob@b.example",
    "subject": "Hello",
    "text": "Hello Bob\n",
}

PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"]), max_size=300)
"""What a header may hold: any character of any script, but no control character."""
WORDS = st.lists(PRINTABLE, max_size=30).map(" ".join)
BODIES = st.text(st.characters(exclude_categories=["Cs"]), max_size=500)


def parse(message: bytes) -> EmailMessage:
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    assert not parsed.defects
    return parsed


def content(part: "MIMEPart[Any, Any]") -> str:
    assert not part.defects
    raw = part.get_payload(decode=True)
    assert isinstance(raw, bytes)
    return raw.decode()


def unix(text: str) -> str:
    """Line ends as LF, and one at the end."""
    lines = re.sub("\r\n?", "\n", text)
    return lines if lines.endswith("\n") else f"{lines}\n"


@given(subject=st.one_of(PRINTABLE, WORDS))
@example(subject="=?utf-8?b?SGk=?=")
@example(subject="a" * 2000)
@example(subject="word " * 400)
@example(subject=" leading and trailing ")
@example(subject="two  spaces   three")
@example(subject="你好" * 100)
@example(subject="👨‍👩‍👧‍👦" * 30)
@example(subject="x" * 70 + " " + "y" * 80 + " z")
@example(subject="")
def test_any_subject_is_read_back_as_it_was(subject: str) -> None:
    parsed = parse(compose(**{**NORMAL, "subject": subject}))
    assert str(parsed["Subject"]) == subject


@given(name=PRINTABLE, sender=st.booleans())
@example(name='"Quoted" \\ name', sender=True)
@example(name="Müller, Jürgen (Büro) <x@y>", sender=False)
@example(name="a" * 500, sender=False)
@example(name="张伟" * 40, sender=True)
@example(name="=?utf-8?q?x?=", sender=True)
@example(name=" . ", sender=True)
def test_any_name_is_read_back_as_it_was(name: str, *, sender: bool) -> None:
    assume(name.strip())
    field, header = ("from_name", "From") if sender else ("to_name", "To")
    # Not by the modern parser: in 3.11 it keeps the space between encoded words of a name, which RFC 2047 drops.
    value = str(email.message_from_bytes(compose(**{**NORMAL, field: name}))[header])
    phrase, address = email.utils.parseaddr(value)
    assert str(make_header(decode_header(phrase))) == name
    assert address == ("ann@a.example" if sender else "bob@b.example")


@given(text=BODIES, html=st.none() | BODIES)
@example(text=".\n..\n.", html="From here\n.")
@example(text="--=_tempost\n--=_tempost--\n", html="--=_tempost--")
@example(text="a" * 5000, html="ä" * 5000)
@example(text="trailing \t \n\r\n", html="\x00\x07\x0c")
@example(text="你好" * 500, html=None)
def test_any_body_is_read_back_as_it_was(text: str, html: str | None) -> None:
    parsed = parse(compose(**{**NORMAL, "text": text, "html": html}))
    if html is None:
        assert parsed.get_content_type() == "text/plain"
        assert unix(content(parsed)) == unix(text)
    else:
        assert parsed.get_content_type() == "multipart/alternative"
        plain, rich = parsed.iter_parts()
        assert [plain.get_content_type(), rich.get_content_type()] == ["text/plain", "text/html"]
        assert unix(content(plain)) == unix(text)
        assert unix(content(rich)) == unix(html)


@given(subject=WORDS, name=PRINTABLE, text=BODIES, html=BODIES)
def test_every_mail_is_safe_on_any_wire(subject: str, name: str, text: str, html: str) -> None:
    message = compose(**{**NORMAL, "subject": subject, "to_name": name, "text": text, "html": html})
    assert message.isascii()
    assert b"\x00" not in message
    assert message.endswith(b"\r\n")
    assert b"\r" not in message.replace(b"\r\n", b"")
    assert b"\n" not in message.replace(b"\r\n", b"")
    assert max(map(len, message.split(b"\r\n"))) <= 998


@given(
    field=st.sampled_from(["subject", "from_name", "to_name", "from_address", "to_address", "message_id"]),
    control=st.sampled_from("\r\n\x00\x0b\x0c\x1c\x1e\x7f\x85\u2028\u2029\t"),
    left=PRINTABLE,
    right=PRINTABLE,
)
@example(field="subject", control="\n", left="x\r", right="Bcc: all@x.example")
def test_no_header_can_be_smuggled_in(field: str, control: str, left: str, right: str) -> None:
    with pytest.raises(UnsafeHeaderError) as error:
        compose(**{**NORMAL, field: f"{left}{control}{right}"})
    assert error.value.field == field


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b@c", "a b@c.example", "<a@b.example>", "a@b.example,c@d.example", "a,b@c"]
)
def test_an_address_header_holds_one_address(address: str) -> None:
    with pytest.raises(UnsafeHeaderError):
        compose(**{**NORMAL, "to_address": address})


@pytest.mark.parametrize(
    "url",
    ["javascript:alert(1)", "https://x.example/>,<mailto:y@x", "https://x.example/a b", "https://x.example/ü", "", "x"],
)
def test_an_unsubscribe_url_is_an_http_url(url: str) -> None:
    with pytest.raises(UnsafeHeaderError):
        compose(**NORMAL, unsubscribe_url=url)


def test_an_unsubscribe_url_makes_both_headers() -> None:
    parsed = parse(compose(**NORMAL, unsubscribe_url="https://x.example/u/abc?d=1"))
    assert parsed["List-Unsubscribe"] == "<https://x.example/u/abc?d=1>"
    assert parsed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_one_click_is_promised_for_https_only() -> None:
    parsed = parse(compose(**NORMAL, unsubscribe_url="http://127.0.0.1:8000/u/abc"))
    assert parsed["List-Unsubscribe"] == "<http://127.0.0.1:8000/u/abc>"
    assert parsed["List-Unsubscribe-Post"] is None


def test_the_usual_headers_are_there_once() -> None:
    parsed = parse(compose(**NORMAL))
    assert {name: parsed.get_all(name) for name in ("Message-ID", "MIME-Version", "Date")} == {
        "Message-ID": ["<42.7@mail.example>"],
        "MIME-Version": ["1.0"],
        "Date": ["Mon, 23 Nov 2026 20:45:10 +0000"],
    }
    assert parsed["Date"].datetime == DATE
    assert parsed["List-Unsubscribe"] is None


@pytest.mark.parametrize("message_id", ["", "42@x", "<42>", "<a b@x>", "<a@b><c@d>", "<ä@x>", f"<{'a' * 300}@x>"])
def test_a_message_id_is_checked(message_id: str) -> None:
    with pytest.raises(UnsafeHeaderError):
        compose(**{**NORMAL, "message_id": message_id})


def test_only_an_address_beyond_ascii_makes_bytes_beyond_ascii() -> None:
    message = compose(**{**NORMAL, "to_address": "用户@b.example", "to_name": "用户", "subject": "你好"})
    raw = [line for line in message.split(b"\r\n") if not line.isascii()]
    assert [line.decode().partition(" <")[2] for line in raw] == ["用户@b.example>"]


@pytest.mark.parametrize("name", [None, ""])
def test_a_nameless_address_stands_alone(name: str | None) -> None:
    assert b"\r\nTo: bob@b.example\r\n" in compose(**{**NORMAL, "to_name": name})


IDS = st.lists(
    st.builds(
        "<{}@{}>".format,
        st.text("abcdefgh0123456789.-_", min_size=1, max_size=110),
        st.text("abcdefgh.-", min_size=1, max_size=110),
    ),
    min_size=1,
    max_size=12,
)


@given(IDS)
def test_an_answer_names_the_mails_before_it_in_their_order(references: list[str]) -> None:
    message = compose(**{**NORMAL, "references": references})

    parsed = email.message_from_bytes(message)
    assert re.findall("<[^>]*>", str(parsed["References"])) == references
    assert str(parsed["In-Reply-To"]).strip() == references[-1]
    folded = re.search(rb"References:((?:.*\r\n )*.*)\r\n", message)
    assert folded is not None
    assert all(line.count(b"<") < 2 or len(line) <= 78 for line in folded[0].split(b"\r\n"))


def test_a_mail_that_answers_none_names_none() -> None:
    parsed = parse(compose(**NORMAL))
    assert parsed["References"] is parsed["In-Reply-To"] is None


@pytest.mark.parametrize("reference", ["<a@b>\r\nBcc: x@y.example", "a@b", "<a b@c>", "<ä@b>", ""])
def test_what_is_no_message_id_is_not_referred_to(reference: str) -> None:
    with pytest.raises(UnsafeHeaderError):
        compose(**{**NORMAL, "references": ["<first@x.example>", reference]})
