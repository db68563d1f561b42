"""Receives one uploaded file: multipart, streamed to a temporary file, never held in memory.

The file lies on disk before a transaction begins, so that a slow sender holds no connection and no transaction open.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from tempfile import TemporaryFile
from typing import BinaryIO

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

PART = "file"
FLUSH_BYTES = 1 << 20
HEADER_BYTES = 1 << 14


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was sent."""

    name: str
    file: BinaryIO
    digest: bytes
    """SHA-256 of its bytes."""


@asynccontextmanager
async def received(request: Request, most_bytes: int) -> AsyncIterator[Upload]:
    """Receive the part named `file`; other parts are passed over. Gone from the disk when the block ends."""
    parts = _Parts(_boundary(request))
    announced = request.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most_bytes + HEADER_BYTES:
        raise _too_large(most_bytes)
    with TemporaryFile() as file:
        try:
            digest = await _receive(request, parts, file, most_bytes)
        except FormParserError as error:
            raise HTTPException(400, f"The multipart body cannot be read: {error}") from error
        except ClientDisconnect as error:
            raise HTTPException(400, "The connection ended before the file did.") from error
        except OSError as error:
            raise HTTPException(507, f"The file cannot be kept here: {error.strerror}.") from error
        if parts.file_name is None or not parts.complete:
            raise HTTPException(400, f"The body has no whole part named {PART!r}: send the CSV file as that part.")
        yield Upload(parts.file_name, file, digest)


async def _receive(request: Request, parts: "_Parts", file: BinaryIO, most_bytes: int) -> bytes:
    """Write the file's bytes as they come, and return their digest."""
    digest = hashlib.sha256()
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most_bytes + HEADER_BYTES:
            raise _too_large(most_bytes)
        parts.write(chunk)
        if len(parts.pending) >= FLUSH_BYTES:
            await _flush(parts, file, digest)
    await _flush(parts, file, digest)
    return digest.digest()


def _too_large(most_bytes: int) -> HTTPException:
    return HTTPException(413, f"The upload is larger than {most_bytes:,} bytes: send it in parts.")


class _Parts:
    """Keeps what belongs to the file of a multipart body that comes in pieces."""

    def __init__(self, boundary: bytes) -> None:
        self.pending = bytearray()
        self.file_name: str | None = None
        self.complete = False
        self._wanted = False
        self._name = self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._headers.clear,
                "on_header_field": self._on_name,
                "on_header_value": self._on_value,
                "on_header_end": self._on_header,
                "on_headers_finished": self._on_headers,
                "on_part_data": self._on_data,
                "on_part_end": self._on_end,
            },
        )

    def write(self, chunk: bytes) -> None:
        """Take the next piece of the body."""
        if chunk:
            self._parser.write(chunk)

    def _on_name(self, chunk: bytes, start: int, end: int) -> None:
        self._name = _grown(self._name, chunk[start:end])

    def _on_value(self, chunk: bytes, start: int, end: int) -> None:
        self._value = _grown(self._value, chunk[start:end])

    def _on_header(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _on_headers(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        self._wanted = options.get(b"name") == PART.encode() and self.file_name is None
        if self._wanted:
            self.file_name = _clean_name(options.get(b"filename", b""))

    def _on_data(self, chunk: bytes, start: int, end: int) -> None:
        if self._wanted:
            self.pending += chunk[start:end]

    def _on_end(self) -> None:
        self.complete = self.complete or self._wanted
        self._wanted = False


def _boundary(request: Request) -> bytes:
    kind, options = parse_options_header(request.headers.get("content-type", ""))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise HTTPException(415, f"Send the file as multipart/form-data, in a part named {PART!r}.")
    return options[b"boundary"]


def _grown(value: bytes, more: bytes) -> bytes:
    if len(value) + len(more) > HEADER_BYTES:
        raise FormParserError("the header of a part is too long")
    return value + more


def _clean_name(name: bytes) -> str:
    """Return the last part of a path, of printable characters."""
    text = name.decode(errors="replace").replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in text if letter.isprintable())[:200] or "upload.csv"


async def _flush(parts: _Parts, file: BinaryIO, digest: "hashlib._Hash") -> None:
    pending, parts.pending = parts.pending, bytearray()

    def keep() -> None:
        file.write(pending)
        file.flush()
        digest.update(pending)

    await asyncio.to_thread(keep)
