"""A wall clock that jumps under a running program, as one does that is set by hand or by NTP.

libfaketime (Debian: `libfaketime`) answers the program's questions for the time with what a file says: the true time,
or so many seconds off it. The monotonic clock is left alone: no machine's jumps.
"""

from collections.abc import Mapping
from pathlib import Path

from stack.errors import StackError
from stack.files import write_private

LIBRARY = "faketime/libfaketimeMT.so.1"
"""The one for programs with threads."""
FOLDERS = ("lib/*", "lib*", "local/lib")
READ_EVERY = 1
"""Seconds after which the program reads the file again."""


def find_library() -> str | None:
    """Where libfaketime is on this machine, if it is."""
    found = (path for folder in FOLDERS for path in Path("/usr").glob(f"{folder}/{LIBRARY}"))
    return next(map(str, found), None)


def environment(clock: Path) -> Mapping[str, str]:
    """Return what a program must be started with to go by this file, which says the true time for now."""
    library = find_library()
    if library is None:
        raise StackError("libfaketime is not installed")
    set_clock(clock, 0)
    return {
        "LD_PRELOAD": library,
        "FAKETIME_TIMESTAMP_FILE": str(clock),
        "FAKETIME_CACHE_DURATION": str(READ_EVERY),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
    }


def set_clock(clock: Path, seconds: int) -> None:
    """Set it so many seconds off the true time."""
    write_private(clock, f"{seconds:+d}\n")
