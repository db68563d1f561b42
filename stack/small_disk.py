"""A cluster on a small file system of its own, so that its disk can be full and nobody else's. Linux, root only."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from stack.errors import StackError

ROOM = 128 * 2**20
"""Bytes beyond what the cluster has at its start; they are memory, once written."""
MARGIN = 2
"""Files take whole pages: an empty file system of the files' size is too small for them."""
LEAST = 4096


def missing() -> str | None:
    """Why none can be made here."""
    if os.geteuid() != 0:
        return "only root may mount a file system"
    with tempfile.TemporaryDirectory() as place:
        try:
            with _memory(Path(place), 2**20):
                return None
        except StackError as error:
            return str(error)


@contextmanager
def small_disk(data: Path) -> Iterator[None]:
    """Keep the files of a server that does not run on a small file system until the block ends."""
    data = data.resolve()
    owner = data.stat()
    size = MARGIN * sum(path.lstat().st_size for path in data.rglob("*")) + ROOM
    with tempfile.TemporaryDirectory() as name, _memory(spare := Path(name), size):
        _copy(data, spare)
        os.chown(spare, owner.st_uid, owner.st_gid)
        spare.chmod(0o700)
        try:
            with _mount(data, "--bind", str(spare)):
                yield
        finally:
            _empty(data)
            _copy(spare, data)


def fill(ballast: Path) -> None:
    """Take all the room that is left with this file."""
    size = LEAST * 2**20
    with ballast.open("wb") as file:
        while size >= LEAST:
            try:
                os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, size)
            except OSError:  # ENOSPC: nothing was taken
                size //= 2


def _memory(place: Path, size: int) -> AbstractContextManager[None]:
    """Mount an empty file system of so many bytes."""
    return _mount(place, "-t", "tmpfs", "-o", f"size={size}", "tempost")


@contextmanager
def _mount(place: Path, *how: str) -> Iterator[None]:
    _run("mount", *how, str(place))
    try:
        yield
    finally:
        _run("umount", str(place))


def _run(*command: str) -> None:
    program = shutil.which(command[0])
    if program is None:
        raise StackError(f"there is no `{command[0]}` on this machine")
    done = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)  # noqa: S603 - ours
    if done.returncode != 0:
        raise StackError(done.stderr.strip())


def _copy(source: Path, target: Path) -> None:
    """Copy all in a folder, with owners and rights."""
    _run("cp", "-a", f"{source}/.", str(target))


def _empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
