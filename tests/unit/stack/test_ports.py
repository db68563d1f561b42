"""Ports are chosen so that no two parts of a stack, and no two stacks, want the same."""

import subprocess
import sys
from subprocess import PIPE

from stack.ports import RANGE, free_ports

DRAW = "from stack.ports import free_ports; print(*free_ports(300), flush=True); input()"


def test_ports_promised_to_others_are_not_chosen() -> None:
    promised = set(RANGE) - set(RANGE[:300:5])

    assert not set(free_ports(5, promised)) & promised


def test_many_ports_are_all_different() -> None:
    assert len(set(free_ports(100))) == 100


def test_two_processes_that_choose_at_once_do_not_want_the_same() -> None:
    with subprocess.Popen([sys.executable, "-c", DRAW], stdin=PIPE, stdout=PIPE, text=True) as other:
        assert other.stdout is not None
        theirs = {int(port) for port in other.stdout.readline().split()}

        ours = set(free_ports(300))

        other.communicate("\n")
    assert len(theirs) == 300
    assert not ours & theirs
