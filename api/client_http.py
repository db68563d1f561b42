"""The connections of the REST client: how long it waits, whom it trusts, and when it keeps away from proxies."""

import ipaddress
import ssl
from functools import cache
from urllib.parse import urlsplit

import httpx

TIMEOUT = httpx.Timeout(30.0, connect=5.0)


def open_http(url: str, key: str) -> httpx.AsyncClient:
    """Speak to one installation with one key; the caller closes it."""
    return httpx.AsyncClient(
        base_url=url,
        headers={"Authorization": f"Bearer {key}"},
        timeout=TIMEOUT,
        verify=_trusted(),
        trust_env=not _is_loopback(url),  # a proxy of the environment does not lead to this machine
    )


@cache
def _trusted() -> ssl.SSLContext:
    """The system's authorities, read once: for a program that speaks with many keys, each reading would be 20 ms."""
    return ssl.create_default_context()


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
