"""Whether a person opened or clicked, or a machine on the way to them: a table of rules, each with its source.

What no rule knows is taken for a person's. Scanners that call themselves a browser, come late and take one link at a
time are not told apart: nobody can, by what a server sees.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

VisitKind = Literal["open", "click"]


@dataclass(frozen=True, slots=True)
class Visit:
    """A request for a picture or link of a mail."""

    kind: VisitKind
    user_agent: str = ""
    purpose: str = ""
    """Of the header `Sec-Purpose` or one of its older names."""
    age: timedelta | None = None
    """Since the mail was sent, if that is known."""
    many: bool = False
    """The same program asked for another link of this mail less than `TOGETHER` before or after."""


TOGETHER: Final = timedelta(seconds=1)
"""A person who reads a mail does not follow two of its links within this time."""
AT_ONCE: Final[dict[VisitKind, timedelta]] = {"open": timedelta(seconds=2), "click": timedelta(seconds=5)}
"""After the sending, what comes sooner is no person's: the mail has hardly reached their program."""

PROGRAMS = re.compile(
    r"^(?:curl|wget|python|aiohttp|httpx|go-http-client|java|okhttp|apache-httpclient|libwww|lwp|php|ruby|node|axios"
    r"|undici|got|powershell|winhttp|guzzle|restsharp)\b|headless|phantomjs|(?<!cu)bot\b|crawl|spider|slurp|preview"
    r"|externalhit|monitor|urlscan|^mozilla/[45]\.0$",
    re.IGNORECASE,
)  # fmt: skip
SCANNERS = re.compile(
    r"barracuda|proofpoint|mimecast|safelinks|fireeye|trellix|symantec|messagelabs|cisco ?secure|ironport|trend ?micro"
    r"|\btmes\b|sophos|fortimail|fortiguard|forcepoint|websense|avanan|vade ?secure|virustotal|netcraft|phishtank"
    r"|\bscan(?:ner)?\b",
    re.IGNORECASE,
)
OFFICE = re.compile(r"ms-?office|microsoft office", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rule:
    """What gives a machine away."""

    name: str
    """Kept with the event."""
    applies: Callable[[Visit], bool]
    source: str


RULES: Final = (
    Rule(
        "prefetch",
        lambda visit: any(word in visit.purpose.lower() for word in ("prefetch", "prerender", "preview")),
        "Sec-Purpose: Fetch Standard (WHATWG); Purpose, X-Purpose and X-Moz before it: MDN, Sec-Purpose",
    ),
    Rule(
        "gmail_prefetch",
        lambda visit: visit.user_agent.endswith("Edge/12.246 Mozilla/5.0"),
        "Bird (SparkPost), Gmail is prefetching images: billions of opens, none by a person",
    ),
    Rule(
        "apple_privacy",
        lambda visit: visit.kind == "open" and visit.user_agent.strip() == "Mozilla/5.0",
        "Apple Mail Privacy Protection: all pictures are loaded on arrival, by a proxy that says no more than this",
    ),
    Rule(
        "nameless",
        lambda visit: not visit.user_agent.strip(),
        "RFC 9110, 10.1.5: every program should say its name; browsers and mail readers do",
    ),
    Rule(
        "program",
        lambda visit: PROGRAMS.search(visit.user_agent) is not None,
        "The names that libraries, crawlers and link previews give themselves; no browser is called just Mozilla/5.0",
    ),
    Rule(
        "scanner",
        lambda visit: SCANNERS.search(visit.user_agent) is not None,
        "The names of mail gateways that follow links: Barracuda, Proofpoint, Mimecast and others in their manuals",
    ),
    Rule(
        "office",
        lambda visit: visit.kind == "click" and OFFICE.search(visit.user_agent) is not None,
        "Microsoft Office asks a link before it hands it to the browser. An open is a person's: Outlook's own reader",
    ),
    Rule(
        "many_links",
        lambda visit: visit.kind == "click" and visit.many,
        "Senders' reports, as in Validity's community: gateways follow all links of a mail together",
    ),
    Rule(
        "at_once",
        lambda visit: visit.age is not None and visit.age < AT_ONCE[visit.kind],
        "Gateways follow links before they hand the mail on; people are slower than five seconds after delivery",
    ),
)
"""In the order in which they are asked. Left alone on purpose: GoogleImageProxy and YahooMailProxy, which fetch a
picture when a person looks at the mail."""


def machine(visit: Visit) -> str | None:
    """The name of the first rule that takes this for a machine's; None for a person's."""
    return next((rule.name for rule in RULES if rule.applies(visit)), None)
