"""A file whose upload somebody watches."""

from collections.abc import Callable
from typing import BinaryIO

Progress = Callable[[int], None]
"""Told how many bytes of an upload have been read so far."""


class WatchedFile:
    """A file that tells how far it has been read."""

    def __init__(self, file: BinaryIO, progress: Progress | None) -> None:
        self._file = file
        self._progress = progress
        self.fileno, self.seek = file.fileno, file.seek

    def read(self, size: int = -1) -> bytes:
        """Read on."""
        piece = self._file.read(size)
        if self._progress is not None:
            self._progress(self._file.tell())
        return piece
