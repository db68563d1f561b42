"""The account that PostgreSQL runs under: it refuses to run as root, so root drops to another."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

from stack.errors import StackError


@dataclass(frozen=True, slots=True)
class Account:
    """A user of this machine."""

    name: str
    uid: int
    gid: int


def unprivileged_account() -> Account | None:
    """`postgres` where there is one, else `nobody`; None for an ordinary user, who needs no other."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid != 0:
            return Account(name, entry.pw_uid, entry.pw_gid)
    raise StackError("PostgreSQL does not run as root and there is no other account: make one with `useradd postgres`.")


def owner_or_unprivileged(data: Path) -> Account | None:
    """For root, the account that owns these data already, since PostgreSQL serves its owner only; else as above."""
    account = unprivileged_account()
    if account is not None and data.exists() and (status := data.stat()).st_uid != 0:
        return Account(f"#{status.st_uid}", status.st_uid, status.st_gid)
    return account


def run_as(account: Account | None, command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a short command under the account; one that it may not even start ends with a shell's status for that."""
    rights = {"user": account.uid, "group": account.gid, "extra_groups": []} if account else {}
    return subprocess.run(  # type: ignore[call-overload, no-any-return]  # noqa: S603 - no shell, arguments are ours
        ["/bin/sh", "-c", 'exec "$@"', "sh", *command],
        **rights,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        cwd="/",
        stdin=subprocess.DEVNULL,
    )


def may_enter(account: Account | None, folder: Path) -> bool:
    """Whether the account can work in this folder, judged by the kernel: every folder above it counts as well."""
    return run_as(account, ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]).returncode == 0
