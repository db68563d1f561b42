"""The simulator's memory of what really arrived: one JSON object a line, written before the answer goes out.

A line is in the file once `os.write` returns, so it survives the end of this process, though not of the machine.
"""

import json
import os
import time
from pathlib import Path
from typing import Literal

EPOCH = time.time_ns() - time.monotonic_ns()

Event = Literal[
    "mail", "refused", "dropped", "lost", "login_failed", "handshake_failed", "slow", "silent", "misdated"
]  # fmt: skip
"""A final dot that arrived; an answer of 4xx or 5xx before one; a connection ended by rule or with its port; a mail
given up by its client before the final dot; a login refused; a TLS handshake that failed; an answer that takes seconds;
a client that gets none; a mail dated by a clock that is wrong."""


def now_ns() -> int:
    """Nanoseconds since 1970 by a clock that is never set back while the process runs."""
    return EPOCH + time.monotonic_ns()


class Journal:
    """The file, open for appending."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
        self._encode = json.JSONEncoder(separators=(",", ":")).encode

    def write(self, event: Event, **facts: object) -> None:
        """Append a line, whole; raise `OSError` when the disk takes no more."""
        line = f"{self._encode({'event': event, **facts})}\n".encode("ascii")
        written = os.write(self._descriptor, line)
        if written < len(line):
            os.write(self._descriptor, b"\n")
            raise OSError(f"the journal took only {written} of {len(line)} bytes: is the disk full?")

    def close(self) -> None:
        """Close the file."""
        os.close(self._descriptor)
