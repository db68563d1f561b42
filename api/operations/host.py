"""Which hosts services may name: none inside our own network, unless a setting allows it (as the local stack does)."""

import asyncio
import socket

from api.problems import invalid
from mail.outside import is_outside

INSIDE = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


class HostRefusedError(Exception):
    """The name leads to an address that must not be reached; the text is for people."""


def check_name(host: str, *, allow_private: bool, pointer: str = "#/host") -> None:
    """Refuse what is inside by its looks; what a name resolves to is checked when it is tested or used."""
    if allow_private:
        return
    try:
        inside = not is_outside(host)
    except ValueError:
        inside = host == "localhost" or host.endswith(INSIDE) or "." not in host
    if inside:
        raise invalid(pointer, "is a private or local address, where services are not allowed to be")


async def check_addresses(host: str, port: int, *, allow_private: bool) -> None:
    """Resolve a host and refuse addresses inside. One that does not resolve is left to the connection to report."""
    if allow_private:
        return
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError:
        return
    for *_, address in found:
        if not is_outside(str(address[0])):
            raise HostRefusedError(f"{host} leads to {address[0]}, which is a private or local address")
