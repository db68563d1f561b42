"""Files that one stack owns: private ones, those made once, and the lock that lets one process run it."""

import fcntl
import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from stack.errors import StackRunningError


def open_folder(folder: Path) -> Path:
    """Make the folder. Root's may be entered, not listed, by others: PostgreSQL's account must pass through."""
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711 if os.geteuid() == 0 else 0o700)
    return folder.resolve()


def write_private(path: Path, text: str) -> None:
    """Write the whole text or nothing, readable by its owner only."""
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def made_once(path: Path, make: Callable[[], str]) -> str:
    """Return the text kept in this private file; on the first call, what `make` returns."""
    if not path.exists():
        write_private(path, make())
    return path.read_text(encoding="utf-8")


def folder_key(folder: Path) -> str:
    """Return a short name for a folder, the same at each start; two folders never share one in practice."""
    return hashlib.sha256(os.fsencode(folder.resolve())).hexdigest()[:16]


@contextmanager
def stack_lock(path: Path) -> Iterator[None]:
    """Hold the folder's lock, which the kernel frees with the process; raise `StackRunningError` when it is taken."""
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise StackRunningError(
                f"The stack in {path.parent} is already running (process {holder}). Stop it with Ctrl-C there first."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
        file.truncate(0)


@contextmanager
def waiting_lock(path: Path, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Hold a lock between processes, waiting for it as long as it takes; `on_wait` is called before a wait."""
    with path.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(file, fcntl.LOCK_EX)
        yield
