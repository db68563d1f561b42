"""Asks one process whether it is well: `python -m runtime.probe WHERE`, status 0 or 1. For health checks of containers.

WHERE is an http address that must answer 2xx, or `smtp://host:port`, whose greeting must be one. The standard library
only: it runs every few seconds.
"""

import socket
import sys
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import ProxyHandler, build_opener

PATIENCE = 5.0


def is_well(where: str) -> bool:
    """Whether the process there answers as one that is well does."""
    try:
        return _greets(where) if where.startswith("smtp://") else _answers(where)
    except (URLError, OSError):
        return False


def _answers(url: str) -> bool:
    with build_opener(ProxyHandler({})).open(url, timeout=PATIENCE) as answer:
        return bool(200 <= answer.status < 300)


def _greets(url: str) -> bool:
    place = urlsplit(url)
    with socket.create_connection((place.hostname or "", place.port or 25), timeout=PATIENCE) as connection:
        greeting = connection.recv(4)
        connection.sendall(b"QUIT\r\n")
        return greeting.startswith(b"220")


if __name__ == "__main__":
    sys.exit(0 if is_well(sys.argv[1]) else 1)
