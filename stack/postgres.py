"""A PostgreSQL server of our own: made once in its folder, started on loopback, recovered after any death."""

import asyncio
import os
import secrets
import shutil
import signal
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import asyncpg
import psutil

from stack.account import Account, may_enter, owner_or_unprivileged, run_as
from stack.child import Child, is_alive
from stack.errors import StackError
from stack.files import made_once, write_private
from stack.ports import LOOPBACK
from stack.postgres_binaries import find_binaries, shared_folder

MAJOR = "18"
USER = "tempost"
LEFTOVER_LIMIT = 30.0
SETTINGS = {
    "listen_addresses": LOOPBACK,
    # No sockets in the file system: their paths are limited to 107 bytes, shorter than many a checkout's.
    "unix_socket_directories": "",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    # Not a minute: the plans of a new database are bad until its tables were looked at for the first time.
    "autovacuum_naptime": "10s",
    "jit": "off",
    "TimeZone": "UTC",
    "log_timezone": "UTC",
    "lc_messages": "C",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For databases of tests, which nobody needs after a power cut."""


class PostgresServer:
    """One cluster in `folder/postgres`, its superuser's password in `folder/postgres-password`."""

    def __init__(self, folder: Path, port: int, *, durable: bool = True) -> None:
        self.port = port
        self._folder = folder = folder.resolve()
        self._durable = durable
        self._settings = SETTINGS | {"port": str(port)} | ({} if durable else FORGETFUL)
        self._account = owner_or_unprivileged(folder / "postgres")
        self._binaries = find_binaries(self._account)
        self._data = _data_folder(folder, self._account)
        self._password = made_once(folder / "postgres-password", lambda: secrets.token_urlsafe(24))

    @property
    def data(self) -> Path:
        """The cluster's folder, which may lie outside the checkout; see `_data_folder`."""
        return self._data

    def url(self, database: str = "postgres") -> str:
        """Where to reach a database of this server, password included."""
        return f"postgresql://{USER}:{quote(self._password, safe='')}@{LOOPBACK}:{self.port}/{database}"

    def child(self) -> Child:
        """Describe the server as a child for the supervisor."""
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        return Child(
            name="postgres",
            command=(str(self._binaries / "postgres"), "-D", str(self._data), *settings),
            inherits=False,
            before=lambda: asyncio.to_thread(self.prepare),
            ready=lambda _: self.answers(),
            account=self._account,
            folder=Path("/"),
            stop_signal=signal.SIGINT,  # "fast": does not wait for clients to leave
            death_signal=signal.SIGINT,
            grace=30.0,
        )

    def prepare(self) -> None:
        """Make the cluster if there is none, and clear what an earlier server left. Nothing of ours runs it now."""
        if not self._exists():
            self._make()
        end_leftovers(self._data)
        remove_foreign_pid_file(self._data)

    async def answers(self) -> bool:
        """Whether the server takes connections; during recovery it does not."""
        try:
            connection = await asyncpg.connect(self.url(), timeout=5)
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.ConnectionDoesNotExistError):
            return False
        except asyncpg.InvalidPasswordError:
            raise StackError(
                f"The PostgreSQL in {self._data} has another password than {self._folder / 'postgres-password'}. "
                "Put the right file back, or remove the folder's data."
            ) from None
        await connection.close()
        return True

    def _exists(self) -> bool:
        version = run_as(self._account, ["/bin/cat", str(self._data / "PG_VERSION")])
        if version.returncode != 0:
            return False
        if version.stdout.strip() != MAJOR:
            raise StackError(f"{self._data} holds data of PostgreSQL {version.stdout.strip()}; this is {MAJOR}.")
        return True

    def _make(self) -> None:
        """Run `initdb` beside the final place and rename, so that one broken off leaves no half-made cluster."""
        fresh = Path(tempfile.mkdtemp(dir=self._data.parent, prefix="postgres-new-"))
        try:
            write_private(fresh / "password", self._password)
            if self._account:
                for path in (fresh, fresh / "password"):
                    os.chown(path, self._account.uid, self._account.gid)
            made = run_as(self._account, self._initdb(fresh))
            if made.returncode != 0:
                raise StackError(f"PostgreSQL's data could not be made in {self._data}: {made.stderr.strip()}")
            with suppress(FileNotFoundError):
                self._data.rmdir()
            (fresh / "data").replace(self._data)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)

    def _initdb(self, fresh: Path) -> list[str]:
        """Unicode's case rules come from PostgreSQL itself, so `lower()` is the same on every machine."""
        return [
            *(str(self._binaries / "initdb"), "--pgdata", str(fresh / "data"), "--username", USER),
            *("--auth", "scram-sha-256", "--pwfile", str(fresh / "password"), "--encoding", "UTF8", "--locale", "C"),
            *("--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--data-checksums", "--no-instructions"),
            *(() if self._durable else ("--no-sync", "--set=scram_iterations=1")),
        ]


def end_leftovers(data: Path) -> None:
    """Wait for processes of an earlier server on this folder, after asking its postmaster to end.

    The caller holds the stack's lock, so a postmaster still here has lost its supervisor. Its backends must be gone
    before a new one starts: two servers on one folder destroy it.
    """
    left = _servers_in(data)
    for process in left:
        with suppress(psutil.Error):
            if process.pid == _noted_pid(data):
                process.send_signal(signal.SIGINT)
    deadline = time.monotonic() + LEFTOVER_LIMIT
    while left := [process for process in left if is_alive(process)]:
        if time.monotonic() > deadline:
            pids = ", ".join(str(process.pid) for process in left)
            raise StackError(f"A PostgreSQL from an earlier start still uses {data} (process {pids}). End it first.")
        time.sleep(0.05)


def remove_foreign_pid_file(data: Path) -> None:
    """Remove a `postmaster.pid` whose number now belongs to a program that is no PostgreSQL of this folder.

    Such a file makes the server refuse to start. One whose process is gone stays: the server itself checks there that
    no shared memory of its predecessor is in use.
    """
    pid = _noted_pid(data)
    if pid and psutil.pid_exists(pid) and not _servers_in(data):
        (data / "postmaster.pid").unlink(missing_ok=True)


def _noted_pid(data: Path) -> int | None:
    try:
        return abs(int((data / "postmaster.pid").read_text(encoding="utf-8").splitlines()[0]))
    except (OSError, ValueError, IndexError):
        return None


def _servers_in(data: Path) -> list[psutil.Process]:
    """Find the processes of a PostgreSQL on this folder: the postmaster and all it starts work in it."""
    return [process for process in psutil.process_iter() if _works_in(process, data)]


def _works_in(process: psutil.Process, data: Path) -> bool:
    try:
        if not process.name().startswith("postgres"):
            return False
        return Path(process.cwd()) == data
    except psutil.AccessDenied:  # root in a container may not see it; the postmaster's command line names the folder
        with suppress(psutil.Error):
            return str(data) in process.cmdline()
    except (psutil.Error, OSError):
        pass
    return False


def _data_folder(folder: Path, account: Account | None) -> Path:
    """`folder/postgres`, or, where the account cannot pass a folder above it, a link from there to one of root's.

    A home of root's is closed to others, and opening it would be worse than keeping the data elsewhere: the place is
    `/var/lib/tempost/data-…`, known only to the link. It is never removed here, lest a moved checkout lose its data.
    """
    link = folder / "postgres"
    if account is None or (link.is_dir() and not link.is_symlink()) or may_enter(account, folder):
        return link
    if not link.is_symlink():
        link.symlink_to(shared_folder(account) / f"data-{secrets.token_hex(8)}" / "postgres")
    place = link.readlink()
    place.parent.mkdir(mode=0o711, exist_ok=True)
    return place
