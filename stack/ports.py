"""Ports on loopback: free ones, chosen at the first start and kept as long as nobody else takes them."""

import asyncio
import json
import random
import socket
from collections.abc import Collection, Mapping
from contextlib import ExitStack, suppress
from functools import cache
from pathlib import Path

from stack.errors import StackError

LOOPBACK = "127.0.0.1"
RANGE = range(20_000, 32_000)
"""Below the ports that Linux gives to outgoing connections, one of which could otherwise take ours for a moment."""
SHARE = 1_000
"""Ports that a process draws from before all others."""


def choose_ports(file: Path, preferred: Mapping[str, int], fixed: Mapping[str, int]) -> dict[str, int]:
    """Choose a port for each name and remember it in the file.

    A fixed one is what somebody asked for: when it is taken, that is an error. Otherwise the remembered one, the
    preferred one (0: none) or a random one is used, whichever is free first.
    """
    remembered = _read(file)
    chosen: dict[str, int] = {}
    with ExitStack() as held:
        for name, port in fixed.items():
            if not _hold(held, port):
                raise StackError(f"Port {port} on {LOOPBACK} was asked for {name}, but another program listens there.")
            chosen[name] = port
        for name in preferred.keys() - fixed.keys():
            candidates = [remembered.get(name, 0), preferred[name], *_random_ports()]
            chosen[name] = next(port for port in candidates if port and _hold(held, port))
    file.write_text(json.dumps(chosen, indent=1, sort_keys=True) + "\n", encoding="ascii")
    return chosen


def free_ports(count: int, taken: Collection[int] = ()) -> list[int]:
    """Choose this many different ports that are free now, and not promised to anyone (`taken`)."""
    with ExitStack() as held:
        return [next(port for port in _random_ports(taken) if _hold(held, port)) for _ in range(count)]


async def listens(port: int, host: str = LOOPBACK) -> bool:
    """Whether something on this machine takes connections at this port."""
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    return True


def _read(file: Path) -> dict[str, int]:
    try:
        remembered = json.loads(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return {}
    items = remembered.items() if isinstance(remembered, dict) else ()
    return {name: port for name, port in items if isinstance(port, int)}


def _random_ports(taken: Collection[int] = ()) -> list[int]:
    """Ports to try one after the other, drawn from those that are not promised: of all, most draws could be of such."""
    own = [port for port in _own_ports() if port not in taken]
    others = [port for port in RANGE if port not in taken]
    return random.sample(own, min(len(own), 200)) + random.sample(others, min(len(others), 200))


@cache
def _own_ports() -> range:
    """Claim a share of the range for this process, until it ends; none is left when many processes choose at once.

    A port that was chosen is free until somebody listens there: of two processes that draw a hundred of all, more than
    half the time both would want the same one.
    """
    shares = [RANGE[start : start + SHARE] for start in range(0, len(RANGE), SHARE)]
    for share in random.sample(shares, len(shares)):
        claim = socket.socket(socket.AF_UNIX)
        try:
            claim.bind(f"\0tempost-ports-{share.start}")  # a name without a file: the kernel frees it with the process
        except OSError:
            claim.close()
        else:
            claim.detach()  # stays open as long as the process lives
            return share
    return range(0)


def _hold(held: ExitStack, port: int) -> bool:
    """Bind the port until the stack of contexts closes; False when it is taken."""
    listener = held.enter_context(socket.socket())
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    with suppress(OSError):
        listener.bind((LOOPBACK, port))
        listener.listen(1)
        return True
    return False
