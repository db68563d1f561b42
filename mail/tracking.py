"""Opens and clicks: links of a mail's html lead by way of us, and a picture of one dot asks us for itself.

The html is read as browsers do (WHATWG HTML, 13.2.5, tokenization), and not a byte of it is changed but the targets.
Time is linear in its length, whatever it holds.
"""

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import unescape
from html.entities import html5
from urllib.parse import quote

LONGEST_TARGET = 2000
"""Characters; what is longer is left alone, as programs cut it off."""
MOST_LINKS = 1000
"""Of one mail; the others are left alone."""

SPACE = r"[\t\n\f\r ]"
VALUE = r"""(?:"[^"]*+(?:"|\Z)|'[^']*+(?:'|\Z)|[^\t\n\f\r >"'][^\t\n\f\r >]*+)"""
NAME = r"(?:=[^\t\n\f\r />=]*+|[^\t\n\f\r />=]++)"
PLAIN = r'[\t\n\f\r /]++(?:[^\t\n\f\r />=]++="[^"]*+")?+'
ATTRIBUTES = rf"(?:{PLAIN}|{NAME}(?:{SPACE}*+={SPACE}*+{VALUE}?+)?+)*+"
"""A quote that does not end takes all that follows into its value: then the tag has no end, and is none. `PLAIN` is
what most are, and quick to see."""
END = r"(?=[\t\n\f\r />])"
"""Of a name."""
REST = r"[^\t\n\f\r />]*+"
RAW_NAMES = ("script", "style", "title", "textarea", "xmp", "iframe", "noembed", "noframes")
"""Elements in which nothing but their own end is a tag."""
RAW = "|".join(rf"<{name}{END}{ATTRIBUTES}>(?:[^<]++|<(?!/{name}{END}))*+" for name in RAW_NAMES)
"""One each: a reference to the name inside `*+` fails in Python 3.11."""

TOKEN = re.compile(
    rf"""
    (?:
        [^<]++
        | </(?!body{END})[a-z]{REST}{ATTRIBUTES}>
        | <(?!(?:a|area|{"|".join(RAW_NAMES)}){END})[a-z]{REST}{ATTRIBUTES}>
        | {RAW}
        | <!--(?:-?>|.*?(?:--!?>|\Z))
        | <(?:[!?]|/(?![a-z]))[^>]*+>
        | <(?![a-z!?/])
    )*+
    (?: <(?:a|area)(?P<link>{END}{ATTRIBUTES})> | (?P<body></body{END}{ATTRIBUTES}>) )
    """,
    re.VERBOSE | re.IGNORECASE | re.ASCII | re.DOTALL,
)
"""All up to the next link or end of the body, and that."""
ATTRIBUTE = re.compile(rf"(?P<name>{NAME})(?:{SPACE}*+={SPACE}*+(?P<value>{VALUE})?+)?+")
REFERENCE = re.compile(r"&(?:#[0-9]+;?|#x[0-9a-f]+;?|([a-z][a-z0-9]*(?:;|(?![a-z0-9=;]))))", re.IGNORECASE | re.ASCII)
"""A character reference as attributes know it: in `?a=1&copy=2` there is none."""
REMOVED = re.compile(r"[\t\n\r]")
CONTROLS_AND_SPACE = "".join(map(chr, range(33)))
WEB = re.compile(r"https?://[^/?#]", re.IGNORECASE | re.ASCII)
UNTOUCHED = "%:/?#[]@!$&'()*+,;=~|^`{}\\"
"""Characters of a URL that stay as they are; the others are written as their UTF-8 in per cent, as browsers do."""

Click = Callable[[int, str], str | None]
"""Makes the link that leads to a target: the link's number in the mail, and where it led. None: it stays as it is."""


def tracked(html: str, click: Click | None, pixel: str | None) -> str:
    """The same html, its links to the web led by `click`, with `pixel` (an address) at the end of the body.

    Links with the attribute `data-no-track` stay, and so do all that are not to `http` or `https`.
    """
    pieces, done, end = [], 0, len(html)
    number = 0
    for token in _tokens(html):
        if token["body"] is not None:
            end = token.start("body")
        elif click is not None and number < MOST_LINKS:
            start, stop, target = _target(html, *token.span("link"))
            link = click(number + 1, target) if target else None
            if link is not None:
                pieces += [html[done:start], link]
                done, number = stop, number + 1
    if pixel is not None:
        pieces += [html[done:end], f'<img src="{pixel}" width="1" height="1" alt="" style="border:0">']
        done = end
    return "".join([*pieces, html[done:]])


def _tokens(html: str) -> Iterator[re.Match[str]]:
    position = 0
    while token := TOKEN.match(html, position):
        yield token
        position = token.end()


def _target(html: str, start: int, stop: int) -> tuple[int, int, str | None]:
    """Where in the attributes of a link its target stands, and the target if it is to be led by us."""
    place, target = (start, start), None
    for attribute in ATTRIBUTE.finditer(html, start, stop):
        name = attribute["name"].lower()
        if name == "data-no-track":
            return start, start, None
        if name == "href" and target is None:
            first, last = attribute.span("value")
            quoted = html[first : first + 1] in ('"', "'")
            place = (first + 1, last - 1) if quoted else (first, last)
            target = html[place[0] : place[1]] if first >= 0 else ""
    return *place, web_address(target) if target else None


@lru_cache(maxsize=4096)
def web_address(written: str) -> str | None:
    """The address that an attribute's value leads to, in ASCII; None if it is not a whole one to the web.

    Browsers drop line ends and tabs everywhere, and spaces and control characters around it (WHATWG URL, 4.4).
    Most of a task's mails have the same: what was found is kept.
    """
    address = REFERENCE.sub(_character, written) if "&" in written else written
    address = REMOVED.sub("", address.strip(CONTROLS_AND_SPACE))
    if not WEB.match(address) or len(address) > LONGEST_TARGET:
        return None
    try:
        quoted = quote(address, safe=UNTOUCHED)
    except UnicodeEncodeError:
        return None
    return quoted if len(quoted) <= LONGEST_TARGET else None


def _character(reference: re.Match[str]) -> str:
    name = reference[1]
    if name is None:
        return unescape(reference[0])
    return html5.get(name, reference[0])
