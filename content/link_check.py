"""Links of a mail, judged by how they are written. Nobody is asked whether they lead anywhere.

A server that fetched what a stranger's template names could be made to fetch from the inside of a network.
"""

import re
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from content.html_scan import Tag

LinkFault = Literal["empty", "from_field", "broken", "placeholder", "address", "shortened", "misleading", "insecure"]

WEB = frozenset({"http", "https"})
OTHER_SCHEMES = frozenset({"mailto", "tel", "sms"})
HOST = re.compile(r"(?=.{4,253}\Z)(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_][\w-]*[^\W_]\.?")
"""A name with a dot in it, in any script."""
PLACEHOLDER_HOSTS = re.compile(
    r"(?:.*\.)?(?:example\.(?:com|net|org)|[^.]+\.(?:example|test|invalid|localhost)|localhost|(?:your|my)-?\w*\.com)"
)
PLACEHOLDER = re.compile(r"\{\{|\}\}|\{%|\$\{|%%|\*\||\bTODO\b|\bXXX\b")
SHORTENERS = frozenset(
    "bit.ly buff.ly cutt.ly dwz.cn goo.gl is.gd j.mp ow.ly rb.gy rebrand.ly reurl.cc shorturl.at "
    "suo.im surl.li t.cn t.co t.ly tiny.cc tinyurl.com url.cn v.gd w.url.cn x.co".split()
)
SHOWN_URL = re.compile(r"(?:https?://)?((?:[a-z0-9-]+\.)+[a-z]{2,})(?:[/?#:]\S*)?", re.IGNORECASE | re.ASCII)


def link_fault(tag: Tag, sample: str) -> LinkFault | None:
    """What is wrong with where an `a` leads, if anything. `sample` is what fields without a value were filled with."""
    href = tag.attributes.get("href", "").strip()
    if href in {"", "#"}:
        return "empty"
    if href == sample:
        return "from_field"
    if PLACEHOLDER.search(href):
        return "placeholder"
    return None if href.startswith("#") else _address_fault(href, tag.words)


def _address_fault(href: str, words: str) -> LinkFault | None:
    try:
        parts = urlsplit(href)
        host = (parts.hostname or "").removesuffix(".")
        parts.port  # noqa: B018 - raises for what is no port
    except ValueError:
        return "broken"
    if parts.scheme not in WEB:
        return None if parts.scheme in OTHER_SCHEMES and parts.path and not re.search(r"\s", href) else "broken"
    faults: tuple[tuple[LinkFault, bool], ...] = (
        ("address", _is_address(host)),
        ("placeholder", PLACEHOLDER_HOSTS.fullmatch(host) is not None),
        ("broken", not HOST.fullmatch(host) or "@" in parts.netloc or re.search(r"\s", href) is not None),
        ("shortened", host.removeprefix("www.") in SHORTENERS),
        ("misleading", _misleads(words, host)),
        ("insecure", parts.scheme == "http"),
    )
    return next((fault for fault, found in faults if found), None)


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _misleads(words: str, host: str) -> bool:
    """Whether people are shown one site and led to another, as phishing does."""
    shown = SHOWN_URL.fullmatch(words.strip())
    if shown is None or not ("/" in words or words.lower().startswith("www.")):
        return False
    named = shown[1].lower().removeprefix("www.")
    host = host.lower().removeprefix("www.")
    return named != host and not host.endswith(f".{named}") and not named.endswith(f".{host}")
