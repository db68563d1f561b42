import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.errors import NotSentError
from mail.wire import FINAL_DOT, path, stuffed

LINES = st.lists(st.sampled_from([b".", b"..", b"", b"a", b".a", b"\r", b"\n", b"\r\n", b"b."]), max_size=20)


@given(LINES.map(b"".join))
def test_a_body_cannot_end_before_its_dot(message: bytes) -> None:
    sent = stuffed(message)
    assert b"\r\n.\r\n" not in b"\r\n" + sent
    assert sent.count(b"\r") == sent.count(b"\n") == sent.count(b"\r\n")
    assert (sent + FINAL_DOT).endswith(b"\r\n.\r\n")


@given(LINES.map(b"\r\n".join))
def test_what_a_server_reads_is_what_was_written(message: bytes) -> None:
    read = b"".join(line.removeprefix(b".") for line in stuffed(message).splitlines(keepends=True))
    lines = message.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n")
    assert read == (lines if lines.endswith(b"\r\n") else lines + b"\r\n")


@pytest.mark.parametrize("address", ["", "a", "a@", "@b", "a b@c", "a@b>", "<a@b", "a@b\r\nRSET", "a@b c", "a\x00@b"])
def test_only_an_address_makes_a_path(address: str) -> None:
    with pytest.raises(NotSentError):
        path(address)


def test_a_path_stands_in_brackets() -> None:
    assert path("ü@b.example") == b"<\xc3\xbc@b.example>"
