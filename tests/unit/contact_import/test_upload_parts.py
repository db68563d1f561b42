"""A multipart body may come in pieces of any size, and holds what it likes besides the file."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException
from starlette.requests import Request

from api.upload import received

MOST = 100_000
BEFORE = b'--b\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n'
HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="people.csv"\r\nContent-Type: text/csv\r\n\r\n'
END = b"\r\n--b--\r\n"


def request(
    pieces: list[bytes],
    content_type: str = "multipart/form-data; boundary=b",
    *,
    whole: bool = True,
    announced: int | None = None,
) -> Request:
    """A request whose body comes in these pieces."""
    messages: list[dict[str, Any]] = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
    messages.append({"type": "http.request", "body": b""} if whole else {"type": "http.disconnect"})

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    headers = [(b"content-type", content_type.encode())]
    if announced is not None:
        headers.append((b"content-length", str(announced).encode()))
    return Request({"type": "http", "method": "POST", "path": "/", "headers": headers}, receive)


async def content(pieces: list[bytes], **options: Any) -> tuple[str, bytes]:
    """Name and bytes of the file as they were received."""
    async with received(request(pieces, **options), MOST) as upload:
        upload.file.seek(0)
        return upload.name, upload.file.read()


@given(st.binary(max_size=300), st.integers(1, 50))
async def test_the_bytes_are_those_of_the_file_however_the_body_is_cut(file: bytes, size: int) -> None:
    body = BEFORE + HEAD + file + END
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    assert await content(pieces) == ("people.csv", file)


async def test_the_same_bytes_have_the_same_digest_whatever_their_boundary() -> None:
    digests = []
    for name in (b"b", b"another"):
        body = (HEAD + b"email\n" + END).replace(b"--b", b"--" + name)
        kind = f"multipart/form-data; boundary={name.decode()}"
        async with received(request([body], kind), MOST) as upload:
            digests.append(upload.digest)
    assert digests[0] == digests[1]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"..\\..\\secret.csv", "secret.csv"), (b"/etc/passwd", "passwd"), (b"a\x07b.csv", "ab.csv"),
        (b"", "upload.csv"), ("名单.csv".encode(), "名单.csv"), (b"x" * 999, "x" * 200),
    ],
)  # fmt: skip
async def test_only_the_harmless_part_of_a_name_is_kept(name: bytes, shown: str) -> None:
    body = HEAD.replace(b"people.csv", name.replace(b"\\", b"\\\\")) + b"email" + END
    assert (await content([body]))[0] == shown


async def test_a_second_part_of_that_name_is_passed_over() -> None:
    body = HEAD + b"one\r\n" + HEAD + b"two" + END
    assert (await content([body]))[1] == b"one"


async def refusal(pieces: list[bytes], **options: Any) -> tuple[int, str]:
    """Status and text with which a body is refused."""
    with pytest.raises(HTTPException) as raised:
        await content(pieces, **options)
    return raised.value.status_code, raised.value.detail


async def test_too_large_a_body_is_refused_while_it_comes() -> None:
    status, text = await refusal([HEAD, *[b"x" * 1000] * 200])
    assert status == 413
    assert "100,000 bytes" in text


async def test_too_large_a_body_is_refused_before_it_comes_where_its_length_is_told() -> None:
    assert (await refusal([], announced=5_000_000_000))[0] == 413


async def test_large_parts_besides_the_file_count_too() -> None:
    assert (await refusal([BEFORE[:-2], *[b"x" * 1000] * 200]))[0] == 413


async def test_a_body_that_ends_in_the_file_is_refused() -> None:
    assert (await refusal([HEAD, b"email\n"]))[0] == 400
    assert (await refusal([HEAD, b"email\n"], whole=False))[0] == 400


async def test_a_body_without_the_file_is_refused() -> None:
    status, text = await refusal([BEFORE[:-2] + END])
    assert status == 400
    assert "'file'" in text


async def test_a_header_without_end_is_refused() -> None:
    assert (await refusal([b"--b\r\nX: ", *[b"x" * 1000] * 50]))[0] == 400


@pytest.mark.parametrize("kind", ["text/csv", "multipart/form-data", "application/json", ""])
async def test_another_type_of_body_is_refused(kind: str) -> None:
    assert (await refusal([b"email\n"], content_type=kind))[0] == 415


@given(st.lists(st.binary(max_size=60), max_size=5))
async def test_whatever_the_body_is_it_is_taken_or_refused(pieces: list[bytes]) -> None:
    for head in (b"", HEAD):
        assert (await refusal([head, *pieces]))[0] in {400, 413}
