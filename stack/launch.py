"""A child's first program: drop rights, ask to die with the parent, then become the command.

Run as `python -I -S launch.py PARENT SIGNAL UID GID PROGRAM…` (UID -1: keep the account; PROGRAM: an absolute path).
A program of its own rather than a `preexec_fn`, which is not safe in a process with threads. It loads everything
before it drops its rights: the account may be unable to read even Python's own library.
"""

import ctypes
import os
import signal
import sys

LIBC = ctypes.CDLL(None)
PR_SET_PDEATHSIG = 1


def drop_rights(uid: int, gid: int) -> None:
    """Become another account for good: no supplementary groups, no way back."""
    os.setgroups([])
    os.setresgid(gid, gid, gid)
    os.setresuid(uid, uid, uid)


def die_with(parent: int, death_signal: int) -> None:
    """Have the kernel send the signal when the parent ends. Linux only; elsewhere only an orderly stop reaches us."""
    if sys.platform != "linux":
        return
    # After the change of account, which clears the setting; before the look at the parent, which may have died.
    LIBC.prctl(PR_SET_PDEATHSIG, death_signal, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the supervisor is gone")


def main(arguments: list[str]) -> None:
    """Become the command, or say why not and end with the shell's status for that."""
    parent, death_signal, uid, gid = (int(argument) for argument in arguments[:4])
    command = arguments[4:]
    signal.pthread_sigmask(signal.SIG_SETMASK, [])  # what the supervisor blocks must still reach its children
    if uid >= 0:
        drop_rights(uid, gid)
    die_with(parent, death_signal)
    try:
        os.execv(command[0], command)  # noqa: S606 - becoming the command is what this program is for
    except OSError as error:
        sys.stderr.write(f"cannot run {command[0]}: {error.strerror}\n")
        sys.exit(127)


if __name__ == "__main__":
    main(sys.argv[1:])
